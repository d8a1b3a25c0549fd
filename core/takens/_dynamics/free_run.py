"""Free runs: trajectories that a model generates on its own."""

from __future__ import annotations

from typing import Any, final

import attrs
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._printed import Printed


@final
@attrs.frozen(eq=False, repr=False)
class FreeRun(Printed):
    """What a model generated, `x: (..., T, n)`, in the units of the data it was trained on.

    ``diverged_at`` has one entry for each run, in the order of the flattened leading
    dimensions: the step at which the state stopped being finite and bounded, or None. From
    that step on the last good state is repeated, so that ``series`` is always finite.
    """

    series: TimeSeries
    diverged_at: tuple[int | None, ...]

    def plot(self, **options: Any) -> Any:
        """Draw the run, as ``takens.plot.series`` does; return the axes."""
        import takens

        return takens.plot.of(self, **options)

    @property
    def t(self) -> Tensor:
        """Times, `(T,)`, counted from the last observation of the context."""
        return self.series.t

    @property
    def x(self) -> Tensor:
        """States, `(..., T, n)`."""
        return self.series.x

    @property
    def diverged(self) -> float:
        """The fraction of runs that diverged."""
        return sum(at is not None for at in self.diverged_at) / len(self.diverged_at)
