"""What an integrator is given: settings, times and states, looked at once before the work."""

import math
from typing import cast

import torch
from torch import Tensor

import takens
from takens_integrators.under_transforms import is_plain


def checked_times(ts: Tensor, x0: Tensor) -> Tensor:
    """Return times `(n,)` or `(..., n)` as real numbers on the device of `x0: (..., d)`.

    They are in double precision wherever the device has it, since many small steps add up.

    Raises: InputError where shapes do not match or times go forth and back.
    """
    if not isinstance(x0, Tensor) or not isinstance(ts, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise takens.InputError(
            "A solve takes a Tensor of initial states and a Tensor of times; got "
            f"{type(x0).__name__} and {type(ts).__name__}. Convert with torch.tensor(..., "
            "dtype=torch.float64)."
        )
    if not x0.is_floating_point():
        raise takens.InputError(
            f"An initial state is made of floating point numbers; got {x0.dtype}. Convert it, "
            "as in x0.double()."
        )
    if x0.dim() == 0:
        raise takens.InputError("An initial state has the shape (..., d); got a single number.")
    lead = x0.shape[:-1]
    if ts.dim() == 0 or not ts.shape[-1] or (ts.dim() > 1 and ts.shape[:-1] != lead):
        raise takens.InputError(
            f"Times have the shape (n,), or one row for each sample: {(*lead, 'n')}; "
            f"got {tuple(ts.shape)} with initial states of shape {tuple(x0.shape)}."
        )
    ts = ts.to(x0.device, x0.dtype if x0.device.type == "mps" else torch.float64)
    if is_plain(ts) and not _monotone(ts.detach()):
        raise takens.InputError(_not_monotone(ts.detach()))
    return ts


def _monotone(ts: Tensor) -> bool:
    if ts.shape[-1] < 2 or not ts.numel():
        return bool(torch.isfinite(ts).all())
    if ts.dim() == 1 and ts.device.type == "cpu":
        # The usual case, in short: what lies between two finite ends, in order, is finite.
        values = ts.numpy()
        start, end = float(values[0]), float(values[-1])
        ahead, behind = values[1:], values[:-1]
        ordered = ahead >= behind if end > start else ahead <= behind
        return math.isfinite(start) and math.isfinite(end) and bool(ordered.all())
    # Every row in its own direction: gaps are then not below zero, in one without any nothing.
    whole = ts[..., -1:] - ts[..., :1]
    gaps = torch.where(whole == 0, -ts.diff().abs(), ts.diff() * whole.sign())
    # One pass over the gaps, in which NaN and infinity show too.
    smallest, largest = (float(each) for each in torch.aminmax(gaps))
    return smallest >= 0 and largest < math.inf


def _not_monotone(ts: Tensor) -> str:
    rows = cast(list[list[float]], ts.reshape(-1, ts.shape[-1]).tolist())  # pyright: ignore[reportUnknownMemberType]
    for row in rows:
        whole = row[-1] - row[0]
        for i in range(1, len(row)):
            step = row[i] - row[i - 1]
            if not (step * whole >= 0 and abs(step) < math.inf) or (step and not whole):
                return (
                    "Times are finite and increase, or decrease, from first to last, where "
                    f"some may be repeated; got {row[i - 1]:.6g} followed by {row[i]:.6g} at "
                    f"index {i}."
                )
    return "Times are finite; got one that is not."
