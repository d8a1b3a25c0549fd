"""What a Gaussian process predicts."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import final

import attrs
from torch import Tensor

import takens


@final
@attrs.frozen(eq=False)
class Prediction:
    """A normal distribution of values at m points, in float64.

    ``mean`` and ``variance`` are `(m,)`, or `(m, q)` where `y: (n, q)` was given.
    """

    mean: Tensor
    variance: Tensor
    _covariance: Callable[[], Tensor] = attrs.field(repr=False)

    @property
    def deviation(self) -> Tensor:
        """The standard deviation, of the shape of the mean."""
        return self.variance.sqrt()

    @property
    def covariance(self) -> Tensor:
        """The covariance of all points with each other, computed when asked for.

        It is `(m, m)`, or `(q, m, m)` where the mean is `(m, q)`.
        """
        return self._covariance()

    def interval(self, level: float) -> tuple[Tensor, Tensor]:
        """Return the ends of the central interval that holds a share of ``level``.

        Raises: InputError where that is no share.
        """
        if not 0 < level < 1:
            raise takens.InputError(
                f"The level of an interval is between 0 and 1; got {level}."
            )
        width = NormalDist().inv_cdf((1 + level) / 2) * self.deviation
        return self.mean - width, self.mean + width
