"""The units of data, from which a search has its starts and bounds."""

from __future__ import annotations

import math
import re
from typing import Any, Final, cast, final

import attrs
import numpy as np
import torch
from scipy.signal import lombscargle  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor

# In shares of the variance of y.
START_NOISE: Final = 0.01
MUCH_NOISE: Final = 0.3
SHORTER: Final = (1.0, 0.25, 0.0625)
_PEAKS: Final = 3
_MOST: Final = 4096


@final
@attrs.frozen(eq=False)
class DataScale:
    """How large data are: `spread: (d,)` and `size: (d,)` of x, and ``y``.

    ``spread`` is a standard deviation, which an offset does not change, ``size`` the root of
    the mean square, for slopes of lines through 0; ``y`` is that of what the mean leaves.
    ``periods`` are those that a periodogram of y shows, the most likely first.
    """

    spread: Tensor
    size: Tensor
    y: float
    periods: tuple[float, ...]

    @classmethod
    def of(cls, x: Tensor, y: Tensor, *, periodic: bool) -> DataScale:
        """Measure `x: (n, d)` and `y: (n, q)`, of which the mean is taken out already."""
        spread, size = x.std(0, correction=0), x.square().mean(0).sqrt()
        spread = torch.where(spread > 1e-12 * size, spread, size)
        deviation = float(y.square().mean().sqrt()) or 1.0
        periods = _periods(x[:, 0], y) if periodic and x.shape[1] == 1 else ()
        one = torch.ones_like(size)
        return cls(
            torch.where(spread > 0, spread, one),
            torch.where(size > 0, size, one),
            deviation,
            periods or (2 * float(spread.square().mean().sqrt()) or 1.0,),
        )

    def logarithms(self, unit: str, values: int, *, within_product: bool) -> Tensor:
        """Return the logarithm of a unit for each of so many values; 0 where none is said.

        In a product only the first part has the unit of y.
        """
        exponents = exponents_of(unit)
        if exponents is None:
            return torch.zeros(values, dtype=torch.float64)
        of_y, of_x = exponents
        of_y = 0.0 if within_product else of_y
        lengths = (self.spread if of_x > -2 else self.size).cpu()
        if values != len(lengths):
            lengths = lengths.square().mean().sqrt().expand(values)
        return of_y * math.log(self.y) + of_x * lengths.log()


def exponents_of(unit: str) -> tuple[float, float] | None:
    """Read a unit such as ``y^2 / x``: the powers of y and x; None where it is another one."""
    if unit == "1":
        return 0.0, 0.0
    powers = {"y": 0.0, "x": 0.0}
    above, *below = unit.replace(" ", "").split("/")
    for sign, factors in ((1.0, [above]), (-1.0, below)):
        for factor in factors:
            found = re.fullmatch(r"([xy])(?:\^(\d+))?", factor)
            if found is None:
                if sign > 0 and factor == "1" and below:
                    continue
                return None
            powers[found[1]] += sign * float(found[2] or 1)
    return powers["y"], powers["x"]


def _periods(x: Tensor, y: Tensor) -> tuple[float, ...]:
    """Return the periods of the highest peaks of the periodogram of `y: (n, q)`."""
    order = x.argsort()[:_MOST]
    t, values = x[order], y[order] - y[order].mean(0)
    span = float(t[-1] - t[0]) if len(t) else 0.0
    if len(t) < 4 or not span:
        return ()
    # No frequency is beyond that of two samples a period.
    frequencies = np.arange(1, 2 * len(t)) / (4 * span)
    power = np.zeros(len(frequencies))
    for column in values.mT:
        size = float(column.square().mean().sqrt())
        if size:
            power += cast(
                Any,
                lombscargle(
                    (t - t[0]).cpu().numpy(),
                    (column / size).cpu().numpy(),
                    2 * np.pi * frequencies,
                ),
            )
    inner = np.r_[False, (power[1:-1] >= power[:-2]) & (power[1:-1] >= power[2:]), False]
    places = np.flatnonzero(inner)
    highest = places[np.argsort(-power[places], kind="stable")][:_PEAKS]
    return tuple(float(1 / frequencies[place]) for place in highest)
