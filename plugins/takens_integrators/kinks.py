"""Times at which a field is not smooth: steps end there, so that a method keeps its order."""

from typing import final

import attrs
import torch
from torch import Tensor

import takens


def kinks_of(f: object, x: Tensor) -> Tensor | None:
    """Give the kinks of a field for states like `x`, or None where it knows of none."""
    if not isinstance(f, takens.SupportsKinks):
        return None
    times = f.kinks().detach().to(x.device, x.dtype if x.device.type == "mps" else torch.double)
    return times if times.numel() else None


@final
@attrs.frozen(eq=False)
class Stops:
    """Kinks on the way of a loop, from which it keeps the distance `slack: (...)`.

    A field is never evaluated on a kink itself, so that each step sees one side only.
    """

    times: Tensor
    sign: Tensor
    slack: Tensor

    def begin(self, t: Tensor) -> Tensor:
        """Give where to start from `t: (...)`, a little later where that is a kink."""
        near = (self.times - t.unsqueeze(-1)).abs().amin(-1) <= self.slack
        return torch.where(near, t + self.sign * self.slack, t)

    def ahead(self, t: Tensor) -> Tensor:
        """Give how far from `t: (...)` the next kink allows to go."""
        distance = (self.times - t.unsqueeze(-1)) * self.sign.unsqueeze(-1)
        beyond = distance > 2 * self.slack.unsqueeze(-1)
        return torch.where(beyond, distance, torch.inf).amin(-1) - self.slack

    def across(self, t: Tensor) -> Tensor:
        """Give the other side of a kink for `t: (...)` just before it."""
        return t + 2 * self.sign * self.slack


def stops_between(
    kinks: Tensor | None, start: Tensor, end: Tensor, dtype: torch.dtype
) -> Stops | None:
    """Give the stops between `start` and `end: (...)` for states of a dtype."""
    if kinks is None:
        return None
    largest = torch.maximum(start.abs(), end.abs())
    return Stops(kinks, torch.sign(end - start), 4 * torch.finfo(dtype).eps * largest)
