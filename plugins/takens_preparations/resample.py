"""A regular grid."""

from typing import Any, cast, final

import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

import takens
from takens_preparations.series import KeepsSamples, State, array, changed, complete, tensor
from takens_preparations.settings import ResampleSettings


@final
class Resample(ResampleSettings, KeepsSamples):
    """Samples on a regular grid, by cubic splines through those that there are.

    What is generated stays on the grid.
    """

    exact = False

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return the interval ``dt``, and the ``error: (n,)`` without every other sample.

        Raises: DataError where there are fewer than 8 samples, or a step is too long.
        """
        complete(series, "resample")
        steps = series.t.diff()
        if len(series) < 8:
            raise takens.errors.DataError(
                f"A spline goes through at least 8 samples; got {len(series)}."
            )
        dt = steps.median() if self.dt is None else torch.tensor(self.dt, dtype=torch.float64)
        return {"dt": dt, "error": self._error(series)}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Return the samples of the grid that ends with the last sample.

        Raises: DataError where a step is too long, or the series shorter than two steps.
        """
        dt, steps = float(state["dt"]), series.t.diff()
        median = float(steps.median())
        at = int(steps.argmax())
        if float(steps[at]) > self.longest * max(median, dt):
            raise takens.errors.DataError(
                f"There is a gap of {float(steps[at]):g} after t = {float(series.t[at]):g}, "
                f"longer than {self.longest:g} steps of {max(median, dt):g}; cut the series "
                "there, or raise longest where a spline may go over it."
            )
        count = int((series.t[-1] - series.t[0]) / dt * (1 + 1e-12)) + 1
        if count < 2:
            raise takens.errors.DataError(
                f"The series is {float(series.t[-1] - series.t[0]):g} long, and the grid's "
                f"step {dt:g}; give a smaller dt."
            )
        back = dt * torch.arange(count - 1, -1, -1, dtype=torch.float64)
        t = (series.t[-1] - back).clamp(min=float(series.t[0]))
        return changed(series, _spline(series.t, series.x, t).to(series.x), t=t)

    def _error(self, series: takens.TimeSeries) -> Tensor:
        left, asked = slice(0, None, 2), slice(1, -1, 2)
        found = _spline(series.t[left], series.x[..., left, :], series.t[asked])
        missed = found[..., : len(series.t[asked]), :] - series.x[..., asked, :].double()
        return missed.square().reshape(-1, series.dim).mean(0).sqrt()


def _spline(t: Tensor, x: Tensor, at: Tensor) -> Tensor:
    spline: Any = cast(Any, CubicSpline)(array(t), array(x), axis=-2)
    return tensor(spline(array(at)))
