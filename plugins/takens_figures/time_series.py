"""Truth and free run against time."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import final

import attrs
from matplotlib.figure import Figure

import takens
from takens_figures.style import (
    MODEL,
    TRUTH,
    array,
    bounds,
    canvas,
    first_run,
    grid,
    note,
    quantity,
    shown_range,
    style,
    time_label,
)

_PANELS = 8


@final
@attrs.frozen
class TimeSeriesPanels:
    """Truth and free run from the same start, one panel for each of at most 8 variables.

    The segment holds about 15 oscillations of the fastest variable.
    """

    title = "Truth and free run from the same start"

    def draw(self, results: takens.plugin.Results, /) -> Figure:
        """Draw the first free run over the truth."""
        shown_of = results.in_units or results
        reference, free = shown_of.reference, shown_of.free
        truth = array(reference.x)
        model, about_run = first_run(free)
        diverged = free.diverged_at[0] is not None
        stop = min(shown_range(truth), free.x.shape[-2])
        t = array(reference.t - reference.t[0])[:stop]
        shown = min(reference.dim, _PANELS)
        model = model[:stop]
        with style():
            figure = canvas(0.9 + 1.15 * shown)
            panels = [row[0] for row in grid(figure, shown)]
            for i, axes in enumerate(panels):
                axes.plot(t, truth[:stop, i], color=TRUTH, label="truth")
                axes.plot(
                    t[: len(model)], model[:, i], color=MODEL, label="model, running freely"
                )
                axes.set_ylim(bounds(truth[:stop, i], model[:, i], diverged))
                axes.set_ylabel(quantity(reference, i))
                if len(model) < stop:
                    axes.axvline(t[len(model) - 1], color=MODEL, linestyle=":", linewidth=0.8)
            panels[0].set_xlim(t[0], t[-1])
            panels[-1].set_xlabel(time_label(reference))
            figure.align_ylabels()
            handles, labels = panels[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper center", ncols=2)
            hidden = reference.dim - shown
            note(
                figure,
                f"The first {shown} of {reference.dim} variables." if hidden else "",
                about_run,
            )
        return figure
