"""What comes after the record."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import final

import attrs
import torch
from matplotlib.figure import Figure

import takens
from takens_figures.style import (
    MODEL,
    TRUTH,
    array,
    canvas,
    grid,
    note,
    quantity,
    style,
    time_label,
)

_PANELS = 4


@final
@attrs.frozen
class ForecastFan:
    """The end of the record, and the forecast with the fan that is to hold so much of it."""

    title = "Forecast from the end of the record"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw the first four variables, or nothing where no forecast was made."""
        told = results.forecast
        if told is None:
            return None
        known, series = told.known, told.series
        shown = min(series.dim, _PANELS)
        with style():
            figure = canvas(1.1 + 1.3 * shown)
            panels = [row[0] for row in grid(figure, shown)]
            for i, axes in enumerate(panels):
                axes.plot(array(known.t), array(known.x[:, i]), color=TRUTH, label="record")
                axes.plot(array(series.t), array(series.x[:, i]), color=MODEL, label="forecast")
                axes.fill_between(
                    array(series.t),
                    array(told.low[:, i]),
                    array(told.high[:, i]),
                    color=MODEL,
                    alpha=0.25,
                    linewidth=0,
                    label=f"{100 * told.level:.0f} % fan",
                )
                axes.set_ylabel(quantity(series, i))
            panels[0].set_xlim(float(known.t[0]), float(series.t[-1]))
            panels[-1].set_xlabel(time_label(series))
            figure.align_ylabels()
            handles, labels = panels[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper center", ncols=3)
            hidden = series.dim - shown
            low, high = told.interval
            note(
                figure,
                f"The first {shown} of {series.dim} variables." if hidden else "",
                f"Of data that were held out the fan holds {100 * told.coverage:.0f} % "
                f"({100 * low:.0f} to {100 * high:.0f} % over {told.starts} starts).",
            )
        return figure

    def sample(self, results: takens.plugin.Results, /) -> takens.plugin.Results:
        """Return the results with a forecast; for ``takens check``."""
        half = len(results.reference) // 2
        known, after = (
            results.reference.between(0, half),
            results.reference.between(half, len(results.reference)),
        )
        width = torch.linspace(0, 1, len(after), dtype=torch.float64)[:, None] * after.x.std(0)
        told = takens.plugin.Forecast(after, width, known, 0.9, 0.88, 12, (0.8, 0.95))
        return attrs.evolve(results, forecast=told)
