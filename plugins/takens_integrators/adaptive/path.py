"""A solution as a function of time."""

from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.adaptive.dense import interpolate
from takens_integrators.adaptive.recorder import find_steps
from takens_integrators.under_transforms import all_of


@final
@attrs.frozen(eq=False)
class Path:
    """The continuous solution between two times; call it with times in between.

    It is made of steps `t, dt: (k, ...)` from states `x: (k, ..., d)` to `last: (..., d)`.
    """

    t: Tensor
    dt: Tensor
    x: Tensor
    increments: Tensor = attrs.field(repr=False)
    last: Tensor
    weights: Tensor = attrs.field(repr=False)

    def __call__(self, t: Tensor, /) -> Tensor:
        """Return the states at `t: (n,)` or `(..., n)`: `(..., n, d)`.

        Raises: takens.InputError for times outside of the path.
        """
        if not isinstance(t, Tensor) or not t.dim():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise takens.InputError(
                "A path takes a Tensor of times of shape (n,) or (..., n), as in "
                f"torch.tensor([0.5]); got {t!r}."
            )
        lead, d = self.last.shape[:-1], self.last.shape[-1]
        end = self.t[-1] + self.dt[-1]
        edges = torch.cat((self.t, end.unsqueeze(0))).movedim(0, -1)
        times = t.to(edges).expand(*lead, -1).contiguous()
        low, high = edges.amin(-1, keepdim=True), edges.amax(-1, keepdim=True)
        slack = 1e-9 * (high - low)
        if not all_of((times >= low - slack) & (times <= high + slack)):
            asked, whole = (torch.func.debug_unwrap(s.detach()) for s in (times, edges))
            start, end = whole[..., 0].flatten()[0], whole[..., -1].flatten()[0]
            raise takens.InputError(
                f"This path goes from t = {float(start):.6g} to {float(end):.6g}; got times "
                f"from {float(asked.min()):.6g} to {float(asked.max()):.6g}."
            )
        sign = torch.sign(edges[..., -1] - edges[..., 0])
        where = find_steps(edges, times, sign).clamp(0, len(self.t) - 1)
        rows = torch.arange(times.numel(), device=times.device)
        flat = (where.reshape(-1) * max(self.t[0].numel(), 1)) + rows // times.shape[-1]
        length = self.dt.reshape(-1)[flat]
        theta = times.reshape(-1) - self.t.reshape(-1)[flat]
        theta = torch.where(length == 0, 0.0, theta / torch.where(length == 0, 1.0, length))
        parts = self.increments.reshape(len(self.increments), -1, d)[:, flat]
        states = interpolate(self.x.reshape(-1, d)[flat], parts, self.weights, theta)
        return states.reshape(*times.shape, d)
