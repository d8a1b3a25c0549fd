"""Trajectories against time."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import final

import attrs
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.starts import (
    about_leaving,
    about_starts,
    angles_of,
    broken,
    labelled,
    seen,
    trajectories_of,
)
from takens_figures.state_space import limits_of
from takens_figures.style import (
    canvas,
    colours,
    grid,
    note,
    plain,
    shown_range,
    style,
    time_label,
)

_PANELS = 8
_NAMED = 6


@final
@attrs.frozen
class Trajectories:
    """Trajectories against time, one panel for each of at most 8 variables.

    The segment holds about 15 oscillations of the fastest variable.
    """

    title = "Trajectories"

    def draw(self, system: takens.plugin.System | None, series: takens.TimeSeries, /) -> Figure:
        """Draw the beginning of every trajectory."""
        series, angles = seen(system, series), angles_of(system, series.dim)
        names = labelled(series)
        is_map = system is not None and system.time is takens.plugin.Time.DISCRETE
        x = trajectories_of(series)
        _, about = about_starts(system, series)
        stop = max(2, min(shown_range(one) for one in x))
        t, x = series.t[:stop].numpy(), x[:, :stop]
        shown = min(series.dim, _PANELS)
        limits = limits_of(x[..., :shown])
        leaving = about_leaving(x[..., :shown], limits)
        with style():
            figure = canvas(1.0 + 1.15 * shown)
            panels = [row[0] for row in grid(figure, shown)]
            for i, axes in enumerate(panels):
                for one, colour in zip(broken(x, angles), colours(len(x)), strict=True):
                    axes.plot(
                        t,
                        one[:, i],
                        color=colour,
                        marker="." if is_map else None,
                        linewidth=0.5 if is_map else 1.0,
                        label=_label(one[0]),
                    )
                axes.set_ylim(limits[i])
                axes.set_ylabel(names[i])
            panels[0].set_xlim(t[0], t[-1])
            panels[-1].set_xlabel("Step" if is_map else time_label(series))
            figure.align_ylabels()
            if 1 < len(x) <= _NAMED:
                handles, labels = panels[0].get_legend_handles_labels()
                figure.legend(handles, labels, loc="outside upper center", ncols=3)
            note(figure, *_about(series, x, t, shown, is_map), about, leaving)
        return figure


def _label(start: NDArray[np.float64]) -> str:
    numbers = [f"{value:.3g}" for value in start[:3]]
    return f"from ({', '.join(numbers)}{', …' if len(start) > 3 else ''})"


def _about(
    series: takens.TimeSeries,
    x: NDArray[np.float64],
    t: NDArray[np.float64],
    shown: int,
    is_map: bool,
) -> list[str]:
    sentences = list[str]()
    if shown < series.dim:
        sentences.append(f"The first {shown} of {series.dim} variables.")
    if len(t) < len(series):
        whole = float(series.t[-1] - series.t[0])
        unit = "steps" if is_map else plain(series.time_unit) or "time units"
        sentences.append(f"The first {t[-1] - t[0]:.4g} of {whole:.4g} {unit}.")
    if len(x) > _NAMED:
        sentences.append(
            f"{len(x)} trajectories, the colours from the first (dark) to the last (light)."
        )
    return sentences
