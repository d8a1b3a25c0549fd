"""Times at which a field is not smooth: steps end there, so that a method keeps its order."""

from typing import final

import torch
from torch import Tensor

import takens


def jumps_of(f: object, x: Tensor) -> Tensor | None:
    """Return when a field jumps, for states like `x`, or None where it knows of no time."""
    if not isinstance(f, takens.plugin.SupportsKinks):
        return None
    times = f.kinks().detach().to(x.device, x.dtype if x.device.type == "mps" else torch.double)
    return times if times.numel() else None


@final
class StepBounds:
    """Where steps have to end: at the `end: (...)` of a solve, and at jumps on its way.

    None is longer than ``longest``, where that is given.

    From these it keeps a little distance, since a field is never evaluated on a jump itself:
    each step sees one side only.
    """

    def __init__(
        self,
        jumps: Tensor | None,
        start: Tensor,
        end: Tensor,
        dtype: torch.dtype,
        longest: float | None = None,
    ) -> None:
        self.longest = longest
        self.jumps, self.end, self.sign = jumps, end, torch.sign(end - start)
        farthest = torch.maximum(start.abs(), end.abs())
        self.slack = 4 * torch.finfo(dtype).eps * farthest
        # Of the last step: whether it leads to the end, and whether to a jump.
        self.last = self.jumped = torch.zeros_like(end, dtype=torch.bool)

    def begin(self, t: Tensor) -> Tensor:
        """Return where to start from `t: (...)`, a little later where that is a jump."""
        if self.jumps is None:
            return t.clone()
        near = (self.jumps - t.unsqueeze(-1)).abs().amin(-1) <= self.slack
        return torch.where(near, t + self.sign * self.slack, t)

    def cut(self, t: Tensor, dt: Tensor) -> Tensor:
        """Return the step from `t: (...)`, no longer than `dt` and to no more than a bound."""
        left = self.end - t
        if self.longest is not None:
            dt = dt.clamp(-self.longest, self.longest)
        self.last = torch.ge(dt.abs(), left.abs() * (1 - 1e-10))
        step = torch.where(self.last, left, dt)
        if self.jumps is None:
            return step
        distance = (self.jumps - t.unsqueeze(-1)) * self.sign.unsqueeze(-1)
        ahead = distance > 2 * self.slack.unsqueeze(-1)
        room = torch.where(ahead, distance, torch.inf).amin(-1) - self.slack
        self.jumped = torch.ge(step.abs(), room * (1 - 1e-10))
        step = torch.where(self.jumped, self.sign * room, step)
        beyond = torch.ge((self._across(t + step) - self.end) * self.sign, 0)
        self.last = torch.where(self.jumped, beyond, self.last)
        return step

    def shortest(self, t: Tensor) -> Tensor:
        """Return the length below which a step from `t: (...)` hardly changes it."""
        info = torch.finfo(t.dtype)
        return (10 * info.eps * t.abs()).clamp_min(10 * info.tiny)

    def arrive(self, t: Tensor) -> Tensor:
        """Return where the step has led to `t: (...)`: exactly the end, or across a jump."""
        if self.jumps is not None:
            t = torch.where(self.jumped, self._across(t), t)
        return torch.where(self.last, self.end, t)

    def _across(self, t: Tensor) -> Tensor:
        return t + 2 * self.sign * self.slack
