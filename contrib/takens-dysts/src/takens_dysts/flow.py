"""What all flows have in common."""

from collections.abc import Callable
from typing import Any, ClassVar

import attrs
from torch import Tensor

import takens
from takens_dysts.entries import Entries, join
from takens_dysts.stored import exponents, flows


@attrs.frozen
class Flow:
    """A flow of dysts, in its own time unit; parameters are its fields.

    A field that dysts drives in time has the phase of the drive, or the time, as its last
    state.

    Source: Gilpin (2021), Chaos as an interpretable benchmark for forecasting and data-driven
    modelling, NeurIPS Datasets and Benchmarks.
    """

    component: ClassVar[str]
    dim: ClassVar[int]
    equations: ClassVar[Callable[..., Entries]]
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., d)`."""
        entries = x.unbind(-1)
        return join(entries[0], type(self).equations(*entries, **self._parameters()))

    def initial(self) -> tuple[float, ...]:
        """Return the point that dysts starts from."""
        return tuple(flows()[self.component]["initial"])

    def facts(self) -> takens.plugin.Facts:
        """Return the recomputed exponents for the parameters of dysts, where found."""
        standard = flows()[self.component]["parameters"]
        mine = self._parameters()
        if any(isinstance(mine[name], Tensor) or mine[name] != standard[name] for name in mine):
            return takens.plugin.Facts()
        found = exponents()["flows"].get(self.component, {})
        if not found.get("accepted"):
            return takens.plugin.Facts()
        return takens.plugin.Facts(
            lyapunov_spectrum=tuple(found["spectrum"]),
            source="takens-dysts, the recomputed catalogue",
        )

    def _parameters(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
