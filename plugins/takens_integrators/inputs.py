"""What an integrator is given: settings, times and states, looked at once before the work."""

import math
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, cast

import torch
from torch import Tensor

import takens
from takens_integrators.under_transforms import is_plain

Gradient: TypeAlias = Literal["direct", "adjoint"]
GRADIENTS: Final = ("direct", "adjoint")
_ALWAYS: Final = ("auto", "eager")


def known_gradient(_: object, __: object, value: str) -> None:
    """Refuse any other way to a gradient than `Gradient`."""
    if value not in GRADIENTS:
        raise takens.errors.ComponentError(f"gradient is 'direct' or 'adjoint'; got {value!r}.")


def known_backend(_: object, __: object, value: Any) -> None:
    """Refuse a name that no installed backend has."""
    if value in _ALWAYS:
        return
    known = [*_ALWAYS, *takens.backends.names()]
    if value not in known:
        raise takens.errors.ComponentError(
            f"backend is one of {', '.join(map(repr, known))}; got {value!r}."
        )


def _number(fits: Callable[[float], bool], words: str) -> Callable[[Any, Any, Any], None]:
    """Return a validator of numbers, which says in words what fits."""

    def check(_: object, attribute: Any, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not fits(value):
            raise takens.errors.ComponentError(
                f"{attribute.name} is a number {words}; got {value!r}."
            )

    return check


positive: Final = _number(lambda value: value > 0, "above zero")
not_negative: Final = _number(lambda value: value >= 0, "of at least zero")
fraction: Final = _number(lambda value: 0 < value <= 1, "above zero, and at most 1")
factor: Final = _number(lambda value: value >= 1, "of at least 1")


def whole(_: object, attribute: Any, value: int) -> None:
    """Refuse what is not a whole number from one on."""
    if type(value) is not int or value < 1:
        raise takens.errors.ComponentError(
            f"{attribute.name} is a whole number above zero; got {value!r}."
        )


def checked_times(ts: Tensor, x0: Tensor) -> Tensor:
    """Return times `(n,)` or `(..., n)` as real numbers on the device of `x0: (..., d)`.

    They are in double precision wherever the device has it, since many small steps add up.

    Raises: InputError where shapes do not match or times are not strictly monotone.
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
        ordered = ahead > behind if end > start else ahead < behind
        return math.isfinite(start) and math.isfinite(end) and bool(ordered.all())
    gaps = ts.diff()
    if ts.dim() > 1:
        # Every row in its own direction: gaps are then above zero.
        gaps = gaps * gaps[..., :1].sign()
    # One pass over the gaps, in which NaN and infinity show too.
    smallest, largest = torch.aminmax(gaps)
    low, high = float(smallest), float(largest)
    return (low > 0 and high < math.inf) or (high < 0 and low > -math.inf)


def _not_monotone(ts: Tensor) -> str:
    rows = cast(list[list[float]], ts.reshape(-1, ts.shape[-1]).tolist())  # pyright: ignore[reportUnknownMemberType]
    for row in rows:
        for i in range(1, len(row)):
            step, first = row[i] - row[i - 1], row[1] - row[0]
            if not step * first > 0 or step in (float("inf"), -float("inf")):
                return (
                    "Times are finite and increase, or decrease, from each to the next; got "
                    f"{row[i - 1]:.6g} followed by {row[i]:.6g} at index {i}."
                )
    return "Times are finite; got one that is not."
