"""Stationary kernels, by their spectra."""

from typing import Protocol, runtime_checkable

from torch import Generator, Tensor

from takens_gp.kernels.values import Number


@runtime_checkable
class SupportsSpectrum(Protocol):
    """A kernel of differences, `k = variance E cos(w (x - y))` over random frequencies w.

    Source: Rahimi and Recht (2007), Random features for large-scale kernel machines, NIPS,
    theorem 1 (Bochner).
    """

    @property
    def variance(self) -> Number:
        """The variance at every point."""
        ...

    def frequencies(self, dim: int, count: int, generator: Generator) -> Tensor:
        """Draw ``count`` angular frequencies of points with ``dim`` coordinates."""
        ...
