"""Recordings as points, by the few numbers that a hierarchical model has of each."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, final

import attrs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import takens
from takens_figures.style import TRUTH, canvas, style

# More names than these would hide one another.
_NAMED: Final = 30


@final
@attrs.frozen
class SubjectSpace:
    """Each recording as a point, by the numbers that a model has learned of it.

    One number is drawn against the first score of each recording, or their order; of more
    than two the first two principal components are drawn. Points are coloured by that score.
    """

    title = "The space of the recordings"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw the numbers that were learned, or return None where there are none."""
        numbers: Mapping[str, Sequence[float]] = results.learned.get("recordings", {})
        if not numbers:
            return None
        each = getattr(results.scores, "recordings", {})
        for metric in results.scores:
            values = {name: scores[metric].value for name, scores in each.items()}
            if values.keys() >= numbers.keys() and None not in values.values():
                return draw_subjects(numbers, values, metric)
        return draw_subjects(numbers)

    def sample(self, results: takens.plugin.Results, /) -> takens.plugin.Results:
        """Add the numbers of three recordings to the results of a run."""
        numbers = {"A": [0.1, 0.3, 0.2], "B": [0.2, -0.1, 0.0], "C": [-0.4, 0.0, 0.1]}
        return attrs.evolve(results, learned={"recordings": numbers})


def draw_subjects(
    numbers: Mapping[str, Sequence[float]],
    values: Mapping[str, float] | None = None,
    label: str = "",
) -> Figure:
    """Draw recordings by their numbers, coloured by ``values`` that are called ``label``.

    Raises: InputError where a recording has no value.
    """
    names = list(numbers)
    points = np.array([list(numbers[name]) for name in names], dtype=np.float64)
    if values is not None and (lost := [name for name in names if name not in values]):
        raise takens.InputError(f"values has none of the recording {lost[0]!r}; add it.")
    colours = None if values is None else np.array([values[name] for name in names])
    with style():
        figure = canvas(3.6)
        axes = figure.subplots()
        x, y = _placed(axes, points, colours, label)
        drawn = axes.scatter(x, y, s=36, c=TRUTH if colours is None else colours, zorder=3)
        if colours is not None:
            figure.colorbar(drawn, ax=axes, label=label)
        if len(names) <= _NAMED:
            for name, at in zip(names, zip(x, y, strict=True), strict=True):
                axes.annotate(name, at, xytext=(4, 4), textcoords="offset points", fontsize=6)
    return figure


def _placed(
    axes: Axes, points: NDArray[np.float64], values: NDArray[np.float64] | None, label: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where points are drawn, and label the axes."""
    count = points.shape[1]
    if count == 1:
        axes.set_xlabel("The number of the recording")
        axes.set_ylabel("Order of the recordings" if values is None else label)
        return points[:, 0], np.arange(len(points), dtype=float) if values is None else values
    if count == 2:
        axes.set_xlabel("First number")
        axes.set_ylabel("Second number")
        return points[:, 0], points[:, 1]
    centred = points - points.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    shares = sizes**2 / max(float((sizes**2).sum()), 1e-300)
    axes.set_xlabel(f"First component ({shares[0]:.0%} of the variance)")
    second = left[:, 1] * sizes[1] if len(sizes) > 1 else np.zeros(len(points))
    axes.set_ylabel(f"Second component ({shares[1] if len(sizes) > 1 else 0:.0%})")
    return left[:, 0] * sizes[0], second
