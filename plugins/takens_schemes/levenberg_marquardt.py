"""Levenberg and Marquardt's method for problems whose data come in groups."""

from typing import Final, Protocol, final

import attrs
import torch
from torch import Tensor

from takens_schemes.elimination import Linearised, Step

_FIRST_DAMPING: Final = 1e-3


class Grouped(Protocol):
    """Errors that depend on unknowns of all groups and on those of their own group."""

    def errors(self, shared: Tensor, own: Tensor, /) -> Tensor:
        """Return all errors for `shared: (q,)` and `own: (groups, m)`: `(groups, r)`."""
        ...

    def slopes(self, shared: Tensor, own: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return their derivatives, `(groups, r, q)` and `(groups, r, m)`."""
        ...


@final
@attrs.frozen(eq=False)
class Minimum:
    """Where a search ended, and what it saw there."""

    shared: Tensor
    own: Tensor
    there: Linearised
    evaluations: int
    converged: bool
    message: str


def minimise(
    problem: Grouped, shared: Tensor, own: Tensor, *, tolerance: float, most_evaluations: int
) -> Minimum:
    """Minimise the sum of squared errors from `shared: (q,)` and `own: (groups, m)`.

    It ends where a step changes the squared error or the unknowns by less than the share
    ``tolerance``, or where the errors are orthogonal to the Jacobian to within it. Unknowns
    are measured by the lengths of their columns, the largest so far.

    Source: More (1978), The Levenberg-Marquardt algorithm: implementation and theory,
    Lecture Notes in Mathematics 630, 105-116, for scaling and ends; Nielsen (1999), Damping
    parameter in Marquardt's method, IMM-REP-1999-05, Technical University of Denmark, for
    the damping.
    """
    errors = problem.errors(shared, own)
    evaluations, message = 1, ""
    damping, growth = _FIRST_DAMPING, 2.0
    longest = Step(torch.zeros_like(shared), torch.zeros_like(own))
    while True:
        there = Linearised.of(*problem.slopes(shared, own), errors)
        longest = longest.largest(there.norms())
        scale = longest.or_one()
        if not message and there.alignment() <= tolerance:
            message = "The errors are orthogonal to the Jacobian."
        moved = False
        while not (moved or message or evaluations >= most_evaluations):
            step = there.solved(damping, scale)
            next_shared, next_own = shared + step.shared, own + step.own
            new = problem.errors(next_shared, next_own)
            evaluations += 1
            before, after = float(errors.square().sum()), float(new.square().sum())
            gained, expected = before - after, there.gain(step)
            if max(abs(gained), expected) <= tolerance * before and gained <= 2 * expected:
                message = "The squared error no longer changes."
            if step.length(scale) <= tolerance * Step(next_shared, next_own).length(scale):
                message = "The unknowns no longer change."
            moved = gained > 0 and expected > 0
            if moved:
                shared, own, errors = next_shared, next_own, new
                damping *= max(1 / 3, 1 - (2 * gained / expected - 1) ** 3)
                growth = 2.0
            else:
                damping *= growth
                growth *= 2
        if not moved:
            none = f"It did not converge in {most_evaluations} evaluations."
            return Minimum(shared, own, there, evaluations, bool(message), message or none)
