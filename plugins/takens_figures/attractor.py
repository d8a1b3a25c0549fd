"""The attractor of the truth beside that of the model."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Any, final

import attrs
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.state_space import (
    correlation_length,
    delay_labels,
    delayed,
    draw_orbit,
    name_axes,
    spatial,
)
from takens_figures.style import (
    MODEL,
    TRUTH,
    array,
    bounds,
    canvas,
    first_run,
    note,
    quantity,
    room_for,
    style,
)

_SIDE_3D = 3.1


@final
@attrs.frozen
class Attractor:
    """Truth and free run in state space, side by side on the same axes.

    The first three of more variables; two variables as a phase portrait; one variable against
    itself, delayed until its autocorrelation has fallen to 1/e.
    """

    title = "Attractor"

    def draw(self, results: takens.plugin.Results, /) -> Figure:
        """Draw the whole of the truth and of the first free run."""
        reference = results.reference
        truth = array(reference.x)
        model, about_run = first_run(results.free)
        labels = [quantity(reference, i) for i in range(min(3, reference.dim))]
        about_variables = ""
        if reference.dim == 1:
            lag = correlation_length(truth[:, 0])
            truth, model = delayed(truth, lag), delayed(model, lag)
            labels = delay_labels(reference, lag)
            about_variables = (
                "At this delay the autocorrelation of the truth has fallen to 1/e."
            )
        elif reference.dim > 3:
            about_variables = f"Projected on the first 3 of {reference.dim} variables."
        truth, model = truth[:, :3], model[:, :3]
        diverged = results.free.diverged_at[0] is not None
        limits = [bounds(a, b, diverged) for a, b in zip(truth.T, model.T, strict=True)]
        with style():
            room = room_for(about_variables, about_run)
            figure = canvas(_SIDE_3D + 0.25 + room)
            if len(labels) == 3:
                left, right = spatial(figure, 2, room)
            else:
                left, right = figure.subplots(1, 2)
            _portrait(left, truth, TRUTH, "truth", labels, limits)
            _portrait(right, model, MODEL, "model, running freely", labels, limits)
            if len(labels) == 2:
                right.set_ylabel("")
                right.tick_params(labelleft=False)
            note(figure, about_variables, about_run)
        return figure


def _portrait(
    axes: Any,
    x: NDArray[np.float64],
    colour: str,
    title: str,
    labels: list[str],
    limits: list[tuple[float, float]],
) -> None:
    draw_orbit(axes, x, colour, limits)
    axes.set_title(title, color=colour)
    name_axes(axes, labels, limits)
