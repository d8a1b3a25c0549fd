"""What every integrator keeps to, on motions that are known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import attrs
import torch
from torch import Tensor
from torch.func import jacfwd, vmap

from takens._protocols.dynamics import VectorField
from takens._protocols.integrator import Integrator, Stepper
from takens.errors import InputError
from takens.testing.asking import require, require_close, require_same
from takens.testing.check import Checks
from takens.testing.samples import DOUBLE, Oscillator, gradients, numbers, pendulum, swing

CHECKS = Checks(Integrator, "integrator_protocol")

# Fine enough that even a method of order 1 is within a few hundredths.
_TIMES: Final = torch.linspace(0, 2, 401, dtype=DOUBLE)
_LATER: Final = _TIMES + 0.4
_LOOSE: Final = 0.03


def _starts(*angles: float) -> Tensor:
    return torch.tensor([(angle, 0.0) for angle in angles], dtype=DOUBLE)


def _differentiates_in_two_ways(integrator: object) -> bool:
    kind = type(integrator)
    return attrs.has(kind) and "gradient" in attrs.fields_dict(kind)


@CHECKS.add
def check_integrator_shape_and_dtype(integrator: Integrator) -> None:
    """Check that the states are `(..., n, d)`, begin with the start, and keep its dtype."""
    for dtype, shapes in ((torch.float32, ((3,),)), (torch.float64, ((), (2, 3)))):
        for shape in shapes:
            x0 = _starts(0.5)[0].to(dtype).expand(*shape, 2)
            found = integrator.solve(pendulum, x0, _TIMES[:11])
            says = f"{dtype} {tuple(x0.shape)} at 11 times gives {found.dtype}"
            right = found.shape == (*shape, 11, 2) and found.dtype == dtype
            require(right, f"{says} {tuple(found.shape)}.")
            require_close(found[..., 0, :], x0, "The first state is not the start", atol=1e-6)


@CHECKS.add
def check_integrator_solves(integrator: Integrator) -> None:
    """Check that large swings of the pendulum are followed."""
    found = integrator.solve(pendulum, _starts(0.5, 2.0), _TIMES)
    expected = swing(torch.tensor((0.5, 2.0), dtype=DOUBLE), _TIMES)
    require_close(found, expected, "The pendulum moves otherwise", rtol=0, atol=_LOOSE)


@CHECKS.add
def check_integrator_follows_time(integrator: Integrator) -> None:
    """Check that a driven field is followed, there and back; at each sample's times or not."""
    field, x0 = Oscillator().requires_grad_(False), numbers(2, 2)
    own = torch.stack((_LATER, 0.3 + 0.5 * _TIMES))
    for ts in (_LATER, _LATER.flip(0), own):
        try:
            found = integrator.solve(field, x0, ts)
        except Exception as refusal:
            # A protocol that speaks of `(n,)` promises no more.
            if ts.ndim == 1:
                raise
            require(str(refusal) != "", "Times of each sample's are refused without a reason.")
            continue
        says = f"A driven oscillator moves otherwise at times {tuple(ts.shape)}"
        require_close(found, field.motion(x0, ts), says, rtol=0, atol=_LOOSE)


@CHECKS.add
def check_integrator_is_exact_at_any_times(integrator: Integrator) -> None:
    """Check that free motion is followed to rounding, at times that are not evenly spaced."""
    field, x0 = Oscillator(0.0, 0.0).requires_grad_(False), numbers(3, 2)
    ts = 7.1 + torch.tensor((0.0, 0.03, 0.31, 0.33, 0.7), dtype=DOUBLE)
    expected = torch.stack((x0[:, :1] + x0[:, 1:] * (ts - ts[0]), x0[:, 1:].expand(3, 5)), -1)
    found = integrator.solve(field, x0, ts)
    says = "Free motion is not followed: times, or states, are not those that were given"
    require_close(found, expected, says, rtol=0, atol=1e-10)


@CHECKS.add
def check_integrator_batch_is_pointwise(integrator: Integrator) -> None:
    """Check that a trajectory is the same alone and beside others that need other steps."""
    x0 = _starts(0.1, 3.0)
    together = integrator.solve(pendulum, x0, _TIMES[::50])
    alone = torch.stack([integrator.solve(pendulum, x, _TIMES[::50]) for x in x0])
    require_close(together, alone, "A trajectory depends on its batch", rtol=0, atol=1e-11)


@CHECKS.add
def check_integrator_leaves_its_input_alone(integrator: Integrator) -> None:
    """Check that starts and times are not written to, and solved alike again."""
    x0, ts = _starts(0.5, 1.0), _TIMES[:11].clone()
    copies = x0.clone(), ts.clone()
    first = integrator.solve(pendulum, x0, ts).clone()
    require_same(x0, copies[0], "The start was changed in place")
    require_same(ts, copies[1], "The times were changed in place")
    # The first may run in plain torch and the second compiled.
    second = integrator.solve(pendulum, x0, ts)
    require_close(second, first, "Two solves from one start differ", rtol=0, atol=1e-11)


@CHECKS.add
def check_integrator_refuses_unordered_times(integrator: Integrator) -> None:
    """Check that times that turn round are an InputError, not a wrong answer."""
    ts = torch.tensor((0.0, 0.2, 0.1), dtype=DOUBLE)
    try:
        integrator.solve(pendulum, _starts(0.5), ts)
    except InputError as refusal:
        require(str(refusal) != "", "They are refused without a reason.")
        return
    require(False, "Times 0, 0.2, 0.1 were accepted.")


@CHECKS.add
def check_integrator_gradient(integrator: Integrator) -> None:
    """Check that gradients reach every start and what the field uses, and are right."""
    field, x0 = Oscillator(), numbers(2, 2).requires_grad_()
    end = field.motion(x0, _LATER)[..., -1, :].sum()
    _agree(_gradients(integrator, _LATER[::2]), gradients(end, x0, field.stiffness), _LOOSE)


@CHECKS.where(_differentiates_in_two_ways)
def check_integrator_gradient_modes_agree(integrator: Any) -> None:
    """Check that where ``gradient`` can be ``"adjoint"``, it gives what ``"direct"`` gives.

    One is the derivative of the steps and the other is made of steps itself: they differ by
    the step to the power of the order, of which the second is asked for at most.
    """
    order = min(integrator.order, 2) if isinstance(integrator, Stepper) else 2
    ts = _LATER[::5]
    apart = 2 * float(ts[1] - ts[0]) ** order
    direct, adjoint = (
        _gradients(attrs.evolve(integrator, gradient=way), ts) for way in ("direct", "adjoint")
    )
    _agree(adjoint, direct, apart)


@CHECKS.where(Stepper)
def check_stepper_order(stepper: Stepper) -> None:
    """Check that the error falls as the claimed order says, with and without a drive."""
    field, x0 = Oscillator().requires_grad_(False), _starts(1.5)
    motions: dict[str, tuple[VectorField, Callable[[Tensor], Tensor]]] = {
        "on a pendulum": (pendulum, lambda ts: swing(x0[:, 0], ts)),
        "where the field depends on time": (field, lambda ts: field.motion(x0, ts)),
    }
    for where, (f, motion) in motions.items():
        errors: list[float] = []
        for steps in (16, 32, 64):
            ts = torch.linspace(0, 2, steps + 1, dtype=DOUBLE)
            off = stepper.solve(f, x0, ts)[..., -1, :] - motion(ts)[..., -1, :]
            errors.append(float(off.square().sum().sqrt()))
        measured = math.log2(errors[-2] / max(errors[-1], 1e-300))
        says = f"The order is claimed to be {stepper.order} and is measured as {measured:.2f}"
        right = errors[-1] < 1e-12 or abs(measured - stepper.order) < 0.4
        require(right, f"{says} {where}.")


@CHECKS.where(Stepper)
def check_stepper_step_is_solve(stepper: Stepper) -> None:
    """Check that a step is what a solution between two times is."""
    field, x0, ts = Oscillator().requires_grad_(False), _starts(0.5, 1.0), _LATER[:2]
    one = stepper.step(field, ts[0], x0, ts[1] - ts[0])
    require_close(one, stepper.solve(field, x0, ts)[..., -1, :], "step() and solve() differ")


@CHECKS.where(Stepper)
def check_stepper_transforms(stepper: Stepper) -> None:
    """Check that ``torch.func.vmap`` and ``jacfwd`` work on a step."""
    zero, dt = torch.zeros((), dtype=DOUBLE), torch.tensor(0.01, dtype=DOUBLE)

    def at(y: Tensor) -> Tensor:
        return stepper.step(pendulum, zero, y, dt)

    found = cast(Tensor, vmap(jacfwd(at))(_starts(0.5, 1.0, 2.0)))
    require(found.shape == (3, 2, 2), f"vmap(jacfwd) of a step gives {tuple(found.shape)}.")


def _gradients(integrator: Integrator, ts: Tensor) -> Sequence[Tensor | None]:
    """Return the derivatives of the last states to the starts and to what the field uses."""
    field, x0 = Oscillator(), numbers(2, 2).requires_grad_()
    # Those that choose their steps need no fine times, and are slow where they are many.
    few = ts if isinstance(integrator, Stepper) else _LATER[::40]
    end = integrator.solve(field, x0, few)[..., -1, :]
    return gradients(end.sum(), x0, field.stiffness) if end.requires_grad else (None, None)


def _agree(
    found: Sequence[Tensor | None], expected: Sequence[Tensor | None], apart: float
) -> None:
    for what, one, other in zip(("starts", "field's parameter"), found, expected, strict=True):
        require(one is not None, f"No gradient reaches the {what}.")
        says = f"The gradient to the {what} is wrong"
        require_close(cast(Tensor, one), cast(Tensor, other), says, rtol=0, atol=apart)
