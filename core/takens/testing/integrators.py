"""What every integrator keeps to, on a pendulum whose motion is known exactly."""

from __future__ import annotations

import contextlib
import math
from typing import Any, cast

import attrs
import torch
from torch import Tensor
from torch.func import jacfwd, vmap

from takens._errors import InputError
from takens._protocols.integrator import Integrator, Stepper
from takens.testing.failure import require, require_close, require_instance
from takens.testing.samples import DOUBLE, gradients, pendulum, swing

# Fine enough that even a method of order 1 is within a few hundredths.
_TIMES = torch.linspace(0, 2, 401, dtype=DOUBLE)
_LOOSE = 0.03


def _starts(*angles: float) -> Tensor:
    return torch.tensor([(angle, 0.0) for angle in angles], dtype=DOUBLE)


def check_integrator_protocol(integrator: Integrator) -> None:
    """Check that ``solve`` is there."""
    require_instance(integrator, Integrator)


def check_integrator_shape_and_dtype(integrator: Integrator) -> None:
    """Check that the states are `(..., n, d)`, begin with the start, and keep its dtype."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((), (3,), (2, 3)):
            x0 = _starts(0.5)[0].to(dtype).expand(*shape, 2)
            found = integrator.solve(pendulum, x0, _TIMES[:11])
            require(
                found.shape == (*shape, 11, 2) and found.dtype == dtype,
                f"{dtype} {tuple(x0.shape)} at 11 times gives {found.dtype} "
                f"{tuple(found.shape)}.",
            )
            require_close(found[..., 0, :], x0, "The first state is not the start", atol=1e-6)


def check_integrator_solves(integrator: Integrator) -> None:
    """Check that large swings of the pendulum are followed."""
    found = integrator.solve(pendulum, _starts(0.5, 2.0), _TIMES)
    expected = swing(torch.tensor((0.5, 2.0), dtype=DOUBLE), _TIMES)
    require_close(found, expected, "The pendulum moves otherwise", rtol=0, atol=_LOOSE)


def check_integrator_goes_back(integrator: Integrator) -> None:
    """Check that times may descend, and lead back to the start."""
    x0 = _starts(1.0)
    there = integrator.solve(pendulum, x0, _TIMES)[..., -1, :]
    back = integrator.solve(pendulum, there, _TIMES.flip(0))[..., -1, :]
    require_close(back, x0, "The way back does not end at the start", rtol=0, atol=_LOOSE)


def check_integrator_batch_is_pointwise(integrator: Integrator) -> None:
    """Check that a trajectory is the same alone and beside others that need other steps."""
    x0 = _starts(0.1, 3.0)
    together = integrator.solve(pendulum, x0, _TIMES[::50])
    alone = torch.stack([integrator.solve(pendulum, x, _TIMES[::50]) for x in x0])
    require_close(together, alone, "A trajectory depends on its batch", rtol=0, atol=1e-11)


def check_integrator_leaves_its_input_alone(integrator: Integrator) -> None:
    """Check that starts and times are not written to."""
    x0, ts = _starts(0.5, 1.0), _TIMES[:11].clone()
    copies = x0.clone(), ts.clone()
    integrator.solve(pendulum, x0, ts)
    require_close(x0, copies[0], "The start was changed in place", rtol=0, atol=0)
    require_close(ts, copies[1], "The times were changed in place", rtol=0, atol=0)


def check_integrator_refuses_unordered_times(integrator: Integrator) -> None:
    """Check that times that turn round are an InputError, not a wrong answer."""
    ts = torch.tensor((0.0, 0.2, 0.1), dtype=DOUBLE)
    with contextlib.suppress(InputError):
        integrator.solve(pendulum, _starts(0.5), ts)
        require(False, "Times 0, 0.2, 0.1 were accepted.")


def check_integrator_gradient(integrator: Integrator) -> None:
    """Check that gradients reach the start and what the field uses, and are right."""
    found = _gradients(integrator)
    for what, gradient, expected in zip(
        ("start", "field's parameter"), found, _expected_gradients(), strict=True
    ):
        require(gradient is not None, f"No gradient reaches the {what}.")
        require_close(
            cast(Tensor, gradient),
            expected,
            f"The gradient to the {what} is wrong",
            rtol=0,
            atol=_LOOSE,
        )


def check_integrator_gradient_modes_agree(integrator: Any) -> None:
    """Check that where ``gradient`` can be ``"adjoint"``, it gives what ``"direct"`` gives.

    One is the derivative of the steps and the other is made of steps itself: they differ by
    the step to the power of the order, of which the second is asked for at most.
    """
    order = min(integrator.order, 2) if isinstance(integrator, Stepper) else 2
    apart = 2 * float(_TIMES[1] - _TIMES[0]) ** order
    ways = [_gradients(attrs.evolve(integrator, gradient=way)) for way in ("direct", "adjoint")]
    for direct, adjoint in zip(*ways, strict=True):
        require(adjoint is not None, "The adjoint gives no gradient.")
        require_close(
            cast(Tensor, adjoint),
            cast(Tensor, direct),
            "The adjoint gradient differs from the direct one",
            rtol=0,
            atol=apart,
        )


def check_stepper_order(stepper: Stepper) -> None:
    """Check that the error falls as the claimed order says."""
    angle = torch.tensor(1.5, dtype=DOUBLE)
    end = 2.0
    errors: list[float] = []
    for steps in (16, 32, 64):
        ts = torch.linspace(0, end, steps + 1, dtype=DOUBLE)
        found = stepper.solve(pendulum, _starts(1.5)[0], ts)
        errors.append(float((found[-1] - swing(angle, ts)[-1]).square().sum().sqrt()))
    if errors[-1] < 1e-12:
        return
    measured = math.log2(errors[-2] / errors[-1])
    require(
        abs(measured - stepper.order) < 0.4,
        f"The order is claimed to be {stepper.order} and is measured as {measured:.2f}.",
    )


def check_stepper_step_is_solve(stepper: Stepper) -> None:
    """Check that a step is what a solution between two times is."""
    x0, ts = _starts(0.5, 1.0), _TIMES[:2]
    one = stepper.step(pendulum, ts[0], x0, ts[1] - ts[0])
    require_close(one, stepper.solve(pendulum, x0, ts)[..., -1, :], "step() and solve() differ")


def check_stepper_transforms(stepper: Stepper) -> None:
    """Check that ``torch.func.vmap`` and ``jacfwd`` work on a step."""
    zero, dt = torch.zeros((), dtype=DOUBLE), torch.tensor(0.01, dtype=DOUBLE)
    x = _starts(0.5, 1.0, 2.0)

    def at(y: Tensor) -> Tensor:
        return stepper.step(pendulum, zero, y, dt)

    found = cast(Tensor, vmap(jacfwd(at))(x))
    require(found.shape == (3, 2, 2), f"vmap(jacfwd) of a step gives {tuple(found.shape)}.")


def _gradients(integrator: Integrator) -> tuple[Tensor | None, ...]:
    """Give d x(T) / d x(0) and d x(T) / d w of a harmonic oscillator."""
    x0 = torch.tensor((1.0, 0.5), dtype=DOUBLE, requires_grad=True)
    field = _Oscillator()
    # Those that choose their steps need no fine times, and are slow where they are many.
    ts = _TIMES if isinstance(integrator, Stepper) else _TIMES[::40]
    end = integrator.solve(field, x0, ts)[-1, 0]
    if not end.requires_grad:
        return (None, None)
    return gradients(end, x0, field.stiffness)


def _expected_gradients() -> tuple[Tensor, Tensor]:
    stiffness = torch.tensor(1.3, dtype=DOUBLE, requires_grad=True)
    x0 = torch.tensor((1.0, 0.5), dtype=DOUBLE, requires_grad=True)
    w = stiffness.sqrt()
    end = x0[0] * (w * 2).cos() + x0[1] / w * (w * 2).sin()
    start, parameter = torch.autograd.grad(end, (x0, stiffness))
    return start, parameter


class _Oscillator(torch.nn.Module):
    """`x'' = -k x`, whose stiffness is learned."""

    def __init__(self) -> None:
        super().__init__()
        self.stiffness = torch.nn.Parameter(torch.tensor(1.3, dtype=DOUBLE))

    def forward(self, t: Tensor, x: Tensor, /) -> Tensor:
        place, speed = x.unbind(-1)
        return torch.stack((speed, -self.stiffness * place), -1)


CHECKS = (
    check_integrator_protocol,
    check_integrator_shape_and_dtype,
    check_integrator_solves,
    check_integrator_goes_back,
    check_integrator_batch_is_pointwise,
    check_integrator_leaves_its_input_alone,
    check_integrator_refuses_unordered_times,
    check_integrator_gradient,
)
STEPPER_CHECKS = (
    check_stepper_order,
    check_stepper_step_is_solve,
    check_stepper_transforms,
)
