"""What an adaptive loop asks of a method: one trial step with an estimate of its error."""

from typing import Protocol, final

import attrs
from torch import Tensor

from takens.plugin import VectorField


@final
@attrs.frozen(eq=False)
class StepResult:
    """A trial step: the state `x: (..., d)` at its end and what belongs to it.

    ``errors`` are one or two estimates of its error, ``stages: (s, ..., d)`` what the
    continuous solution is made of, and ``slope`` the field at the end where it is known.
    """

    x: Tensor
    errors: tuple[Tensor, ...]
    stages: list[Tensor]
    slope: Tensor | None

    def detach(self) -> "StepResult":
        """Return the same without derivatives."""
        return StepResult(
            self.x.detach(),
            tuple(error.detach() for error in self.errors),
            [stage.detach() for stage in self.stages],
            None if self.slope is None else self.slope.detach(),
        )


class StepMethod(Protocol):
    """A one-step method with an error estimate and a continuous solution."""

    @property
    def order(self) -> int:
        """The order of the error estimate's local error."""
        ...

    @property
    def evaluations(self) -> int:
        """How often a trial step evaluates the field."""
        ...

    @property
    def dense(self) -> tuple[tuple[float, ...], ...]:
        """The weights of the increments, as in a tableau."""
        ...

    def step(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, slope: Tensor | None, /
    ) -> StepResult:
        """Try a step of `dt: (...)` from `t: (...)` and `x: (..., d)`."""
        ...

    def increments(
        self, f: VectorField, t: Tensor, x: Tensor, dt: Tensor, stages: list[Tensor], /
    ) -> Tensor:
        """Return what the continuous solution is made of, `(s, ..., d)`, for a step taken."""
        ...
