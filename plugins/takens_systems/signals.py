"""Inputs and controls that change in time, given by samples."""

from itertools import pairwise
from typing import Any, Protocol, cast, final

import attrs
import torch
from torch import Tensor

import takens


class Signal(Protocol):
    """Any callable that gives `u: (..., m)` at `t: (...)`."""

    def __call__(self, t: Tensor, /) -> Tensor:
        """Return the values at `t: (...)`: `(..., m)`."""
        ...


def _increasing(_: object, __: Any, times: Tensor) -> None:
    if times.dim() != 1 or not len(times) or not bool((times.detach().diff() > 0).all()):
        raise takens.InputError(
            "A signal's times have the shape (n,) and increase; got shape "
            f"{tuple(times.shape)}: {times.detach().flatten()[:6].tolist()}."
        )


def _at_times(signal: Any, _: Any, values: Tensor) -> None:
    n = len(signal.times)
    if values.dim() < 2 or values.shape[-2] != n:
        raise takens.InputError(
            f"A signal's values have the shape (n, m), or (..., n, m) with one signal for each "
            f"sample, for n = {n} times; got {tuple(values.shape)}."
        )


@final
@attrs.frozen(eq=False)
class HoldSignal:
    """The value of the last sample: `values: (n, m)` or `(..., n, m)` from `times: (n,)` on.

    Before the first sample it has the first value. Gradients go to the values.
    """

    times: Tensor = attrs.field(validator=_increasing)
    values: Tensor = attrs.field(validator=_at_times)

    def __call__(self, t: Tensor, /) -> Tensor:
        """Return the values at `t: (...)`: `(..., m)`."""
        return _take(self.values, _index(self.times, t, len(self.times) - 1))


@final
@attrs.frozen(eq=False)
class LinearSignal:
    """Straight lines between samples `values: (n, m)` or `(..., n, m)` at `times: (n,)`.

    Outside of the times it keeps the first and the last value. Gradients go to the values.
    """

    times: Tensor = attrs.field(validator=_increasing)
    values: Tensor = attrs.field(validator=_at_times)

    def __attrs_post_init__(self) -> None:
        _needs_two(self.times)

    def __call__(self, t: Tensor, /) -> Tensor:
        """Return the values at `t: (...)`: `(..., m)`."""
        k = _index(self.times, t, len(self.times) - 2)
        t0, t1 = _knot(self.times, k), _knot(self.times, k + 1)
        theta = ((t - t0) / (t1 - t0)).clamp(0, 1).unsqueeze(-1)
        return torch.lerp(_take(self.values, k), _take(self.values, k + 1), theta)


@final
@attrs.frozen(eq=False)
class CubicSignal:
    """A smooth curve through samples `values: (n, m)` or `(..., n, m)` at `times: (n,)`.

    Between two samples it is the cubic with the slopes of the parabolas through three
    neighbours, so it depends on four samples only. Outside of the times it keeps the first
    and the last value. Gradients go to the values.

    Source: de Boor (2001), A Practical Guide to Splines, chapter 4 (Bessel interpolation).
    """

    times: Tensor = attrs.field(validator=_increasing)
    values: Tensor = attrs.field(validator=_at_times)

    def __attrs_post_init__(self) -> None:
        _needs_two(self.times)

    def __call__(self, t: Tensor, /) -> Tensor:
        """Return the values at `t: (...)`: `(..., m)`."""
        times, v = self.times, self.values
        # One straight piece more at either end gives the outer slopes.
        times = torch.cat((2 * times[:1] - times[1:2], times, 2 * times[-1:] - times[-2:-1]))
        v = torch.cat(
            (2 * v[..., :1, :] - v[..., 1:2, :], v, 2 * v[..., -1:, :] - v[..., -2:-1, :]), -2
        )
        k = _index(self.times, t, len(self.times) - 2)
        ts = [_knot(times, k + i).unsqueeze(-1) for i in range(4)]
        vs = [_take(v, k + i) for i in range(4)]
        gaps = [b - a for a, b in pairwise(ts)]
        secants = [(b - a) / gap for (a, b), gap in zip(pairwise(vs), gaps, strict=True)]
        left = (gaps[1] * secants[0] + gaps[0] * secants[1]) / (gaps[0] + gaps[1])
        right = (gaps[2] * secants[1] + gaps[1] * secants[2]) / (gaps[1] + gaps[2])
        theta = ((t.unsqueeze(-1) - ts[1]) / gaps[1]).clamp(0, 1)
        rest = 1 - theta
        curve = rest * (left - secants[1]) - theta * (right - secants[1])
        return torch.lerp(vs[1], vs[2], theta) + gaps[1] * theta * rest * curve


class ControlledField(Protocol):
    """Any callable `dx/dt = f(t, x, u)`; `t: ()`, `x: (..., d)`, `u: (..., m)`."""

    def __call__(self, t: Tensor, x: Tensor, u: Tensor, /) -> Tensor:
        """Return the velocity: `(..., d)`."""
        ...


@final
@attrs.frozen(eq=False)
class Driven:
    """A field with an input, made a vector field by the signal that drives it."""

    field: ControlledField
    signal: Signal

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `t: ()` and `x: (..., d)`."""
        return self.field(t, x, self.signal(t).to(x.dtype))

    def at_own_times(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `t: (...)`, one time for each sample of `x: (..., d)`."""
        u = self.signal(t).to(x.dtype)
        n = t.numel()
        flat = (t.reshape(n), x.reshape(n, -1), u.expand(*t.shape, u.shape[-1]).reshape(n, -1))
        return torch.func.vmap(self.field)(*flat).reshape(x.shape)

    def kinks(self) -> Tensor:
        """Return the times `(k,)` at which the signal is not smooth: those of its samples."""
        signal = self.signal
        if isinstance(signal, (HoldSignal, LinearSignal, CubicSignal)):
            return signal.times
        return torch.zeros(0)


def _needs_two(times: Tensor) -> None:
    if len(times) < 2:
        raise takens.InputError(
            "A signal between samples has at least two of them; got one. Use HoldSignal."
        )


def _index(times: Tensor, t: Tensor, last: int) -> Tensor:
    """Return the number of the last knot at or before `t: (...)`, within the knots."""
    # Counting, where a binary search has no rule for torch.func.vmap.
    return ((times.detach() <= t.detach().unsqueeze(-1)).sum(-1) - 1).clamp(0, last)


def _knot(times: Tensor, k: Tensor) -> Tensor:
    return times.index_select(0, k.reshape(-1)).reshape(k.shape)


def _take(values: Tensor, k: Tensor) -> Tensor:
    """Return `values: (..., n, m)` at `k: (...)`: `(..., m)`."""
    if values.dim() == 2:
        return values.index_select(0, k.reshape(-1)).reshape(*k.shape, values.shape[-1])
    lead: torch.Size = cast(Any, torch).broadcast_shapes(k.shape, values.shape[:-2])
    rows = k.expand(lead)[..., None, None].expand(*lead, 1, values.shape[-1])
    return values.expand(*lead, *values.shape[-2:]).gather(-2, rows).squeeze(-2)
