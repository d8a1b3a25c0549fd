"""How the learning rate changes from update to update."""

import math
from typing import Any, Final

import attrs

import takens

_WARM_UP: Final[dict[str, Any]] = {
    "unit": "updates",
    "at_least": 0,
    "summary": "in which the rate rises from near zero",
}


@attrs.frozen
class Constant:
    """The rate stays as it is."""

    warm_up: int = takens.plugin.parameter(0, **_WARM_UP)

    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        """Return the learning rate at update ``step`` of ``steps``, counted from 0."""
        return _risen(first, step, self.warm_up)


@attrs.frozen
class Cosine:
    """The rate falls to the final one along half a cosine.

    Source: Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts,
    ICLR, eq. 5, without restarts.
    """

    warm_up: int = takens.plugin.parameter(0, **_WARM_UP)

    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        """Return the learning rate at update ``step`` of ``steps``, counted from 0."""
        share = 0.5 * (1 + math.cos(math.pi * _progress(step, steps)))
        return _risen(final + (first - final) * share, step, self.warm_up)


@attrs.frozen
class Exponential:
    """The rate falls to the final one by the same factor in every update."""

    warm_up: int = takens.plugin.parameter(0, **_WARM_UP)

    def rate(self, step: int, /, *, steps: int, first: float, final: float) -> float:
        """Return the learning rate at update ``step`` of ``steps``, counted from 0."""
        rate = first * (final / first) ** _progress(step, steps)
        return _risen(rate, step, self.warm_up)


def _progress(step: int, steps: int) -> float:
    return step / max(steps - 1, 1)


def _risen(rate: float, step: int, warm_up: int) -> float:
    return rate if step >= warm_up else rate * (step + 1) / (warm_up + 1)
