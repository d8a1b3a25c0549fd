"""Step sizes from estimated errors, for every sample on its own."""

from typing import final

import torch
from torch import Tensor

from takens.backend import Status, StepController
from takens.plugin import VectorField
from takens_integrators.step_method import StepResult


@final
class StepSizes:
    """The step sizes `dt: (...)` of a loop, as a controller has them follow from errors.

    The last ``joined`` dimensions of `(...)` are one sample, with one error and one step.

    Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, 2nd
    edition, section II.4 (error norm), and section IV.2 of volume II (PI control).
    """

    def __init__(
        self, controller: StepController, order: int, dt: Tensor, x: Tensor, joined: int = 0
    ) -> None:
        self.controller, self.exponent, self.dt, self.joined = controller, 1 / order, dt, joined
        self.before = self.norm = torch.ones_like(dt)
        self.rejected = torch.zeros_like(dt, dtype=torch.bool)
        self.ratios = x.abs()

    def tolerates(self, x: Tensor, trial: StepResult, active: Tensor) -> Tensor:
        """Whether the step from `x: (..., d)` is accurate enough, of ``active`` samples."""
        rtol, atol = self.controller.rtol, self.controller.atol
        scale = torch.maximum(x.abs(), trial.x.abs()).mul(rtol).add(atol)
        ratios = [error.abs() / scale for error in trial.errors]
        norm = _norm(ratios, self.joined).to(self.dt.dtype)
        self.norm = torch.where(torch.isnan(norm), torch.inf, norm)
        self.ratios = torch.where(active.unsqueeze(-1), ratios[0], self.ratios)
        return (self.norm <= 1) & active

    def adapt(self, step: Tensor, accepted: Tensor, active: Tensor) -> None:
        """Choose the next steps after those that were tried."""
        c, exponent = self.controller, self.exponent
        size = self.norm.clamp_min(1e-10)
        gain = c.safety * size ** (-c.alpha * exponent) * self.before ** (c.beta * exponent)
        gain = torch.where(self.rejected, gain.clamp(max=1.0), gain)
        loss = (c.safety * self.norm**-exponent).clamp(c.smallest, 1.0)
        proposal = step * torch.where(accepted, gain.clamp(c.smallest, c.largest), loss)
        # A step that was cut at the end or a jump says little about the next one.
        dt = self.dt.abs()
        cut = accepted & (step.abs() < dt) & (proposal.abs() < dt)
        self.dt = torch.where(active & ~cut, proposal, self.dt)
        self.before = torch.where(accepted, size.clamp_min(1e-4), self.before)
        self.rejected = active & ~accepted

    def failure(self) -> Tensor:
        """Return the status of samples whose steps shrank to nothing."""
        infinite = torch.isinf(self.norm)
        return torch.where(infinite, Status.NOT_FINITE, Status.UNDERFLOW)

    def component(self) -> Tensor:
        """Return which component of the state asked for the smallest step, `(...)`."""
        return torch.nan_to_num(self.ratios, nan=torch.inf).argmax(-1)


def root_mean_square(x: Tensor, joined: int = 0) -> Tensor:
    """Return the norm in which errors are measured: `(..., d) -> (...)`.

    It is taken over the last ``joined`` dimensions of `(...)` as well.
    """
    if not joined:
        return x.square().mean(-1).sqrt()
    whole = x.square().mean(tuple(range(-1 - joined, 0)), keepdim=True).sqrt()
    return whole.squeeze(-1).expand(x.shape[:-1])


def _norm(ratios: list[Tensor], joined: int) -> Tensor:
    """Return the root mean square over the state; a second estimate damps the first."""
    first = root_mean_square(ratios[0], joined)
    if len(ratios) == 1:
        return first
    square = first * first
    total = square + 0.01 * root_mean_square(ratios[1], joined) ** 2
    return torch.where(square == 0, 0.0, square / total.sqrt())


def first_step(
    controller: StepController,
    order: int,
    f: VectorField,
    t: Tensor,
    x: Tensor,
    slope: Tensor,
    span: Tensor,
    joined: int = 0,
) -> Tensor:
    """Return the first step for `t: (...)`: the given one, or one of about the right error.

    It is so in every unit of time.

    Source: Hairer, Norsett and Wanner (1993), section II.4, page 169.
    """
    direction = torch.sign(span)
    if controller.first_step is not None:
        first = torch.as_tensor(controller.first_step, dtype=t.dtype, device=t.device)
        return direction * torch.minimum(first.abs(), span.abs())
    scale = controller.atol + controller.rtol * x.abs()
    whole = span.abs()
    d0, d1 = (root_mean_square(each / scale, joined).to(t.dtype) for each in (x, slope))
    # The time in which the state would double, or, from nothing, become what is tolerated; a
    # share of the whole where it rests. Nothing here has a unit of its own.
    unit = torch.where(d0 < 1e-5, 1.0, d0) / d1
    unit = torch.where(d1 > 0, unit, 1e-4 * whole).nan_to_num(nan=0.0)
    unit = torch.where(unit > 0, torch.minimum(unit, 100 * whole), 1e-4 * whole)
    h = 0.01 * unit
    signed = (direction * h).to(x.dtype)
    ahead = f((t + direction * h).to(x.dtype), x + signed.unsqueeze(-1) * slope)
    d2 = root_mean_square((ahead - slope) / scale, joined).to(t.dtype) / h
    steepest = torch.maximum(d1 * unit, d2 * unit * unit)
    h1 = unit * (0.01 / steepest.clamp_min(1e-15)) ** (1 / order)
    h1 = torch.where(torch.isfinite(h1), h1, h)
    return direction * torch.minimum(torch.minimum(100 * h, h1), whole)


def floored(rtol: float, atol: float, dtype: torch.dtype) -> tuple[float, float]:
    """Return the tolerances, raised to what rounding in `dtype` leaves of them.

    Below, the error estimate is made of rounding errors and no step is ever accepted.
    """
    eps = torch.finfo(dtype).eps
    return max(rtol, 10 * eps), max(atol, eps)
