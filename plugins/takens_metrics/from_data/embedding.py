"""Delays that make a state of one variable."""

from typing import Literal, final

import attrs
import numpy as np

import takens
from takens_metrics.records import Array
from takens_metrics.spectra.time_scales import memory

_DELAYS_OF_ONE = 5


@final
@attrs.frozen
class Embedding:
    """How many delays of each variable make a state, and how many samples apart."""

    delays: int
    lag: int

    @classmethod
    def of(
        cls, x: Array, delays: int | Literal["auto"], lag: int | Literal["auto"]
    ) -> "Embedding":
        """Choose for `x: (T, n)`: 5 delays of one variable, else 1, half a memory apart."""
        if delays == "auto":
            delays = 1 if x.shape[1] > 1 else _DELAYS_OF_ONE
        if lag == "auto":
            lag = max(1, memory(x) // 2)
        return cls(delays, lag)

    def states(self, x: Array) -> Array:
        """Return the states, `(T - (delays - 1) lag, delays n)`, of `x: (T, n)`.

        Raises: DataError where the record is too short.
        """
        length = len(x) - (self.delays - 1) * self.lag
        if length < 2:
            raise takens.errors.DataError(
                f"{self.delays} delays of {self.lag} samples need more than "
                f"{(self.delays - 1) * self.lag} samples; got {len(x)}."
            )
        pieces = [x[i * self.lag : i * self.lag + length] for i in range(self.delays)]
        return np.concatenate(pieces, 1)
