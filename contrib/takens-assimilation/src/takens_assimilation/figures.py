"""Pictures of a filter."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

import takens
from takens_assimilation.ranks import RankHistogram

if TYPE_CHECKING:
    from takens_assimilation.result import Assimilation

# Okabe and Ito's palette: told apart with every form of colour vision.
_TRUTH: Final = "#0072B2"
_FILTER: Final = "#D55E00"
_INK: Final = "#000000"
_PANELS: Final = 8
_COLUMNS: Final = 3
_SETTINGS: Final[dict[str, Any]] = {
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "font.size": 8,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
}


def draw_filter(
    result: Assimilation,
    truth: takens.TimeSeries | None = None,
    *,
    variables: Sequence[int] | None = None,
    problem: int = 0,
) -> Figure:
    """Draw filtered means with bands of two standard deviations, and the observations.

    There is a panel for each of ``variables``, the first 8 by default. Of a batch, one
    problem is drawn. The truth `(T, n)` may have other times than the observations.

    Raises: takens.InputError where there is no such variable or problem.
    """
    n = len(result.columns)
    chosen = list(range(min(n, _PANELS)) if variables is None else variables)
    problems = result.ensemble.shape[:-3].numel()
    if not chosen or not all(0 <= i < n for i in chosen) or not 0 <= problem < problems:
        raise takens.InputError(
            f"There are {n} variables and {problems} problems, counted from 0, to draw; got "
            f"variables {chosen} of problem {problem}."
        )
    t = result.t.numpy()
    mean, spread = (_one(x, problem) for x in (result.mean, result.spread))
    observed = _one(result.observations.y, problem)
    places = dict(zip(result.places or (), range(observed.shape[-1]), strict=False))
    with matplotlib.style.context(["default", _SETTINGS]):
        figure = Figure(figsize=(7, 0.9 + 1.2 * len(chosen)), dpi=150, layout="constrained")
        panels = figure.subplots(len(chosen), 1, sharex=True, squeeze=False)[:, 0]
        for axes, i in zip(panels, chosen, strict=True):
            low, high = mean[:, i] - 2 * spread[:, i], mean[:, i] + 2 * spread[:, i]
            axes.fill_between(
                t, low, high, color=_FILTER, alpha=0.25, linewidth=0, label="2 st. dev."
            )
            axes.plot(t, mean[:, i], color=_FILTER, label="filtered mean")
            if truth is not None:
                axes.plot(truth.t, truth.x[..., i], color=_TRUTH, label="truth", linewidth=0.8)
            if i in places:
                y = observed[:, places[i]]
                axes.plot(t, y, ".", color=_INK, markersize=3, label="observations")
            axes.set_ylabel(_plain(result.columns[i]))
        panels[0].set_xlim(t[0], t[-1])
        unit = result.observations.time_unit or "time units"
        panels[-1].set_xlabel(f"Time ({_plain(unit)})")
        figure.align_ylabels()
        labelled = dict[str, Any]()
        for axes in panels:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                labelled.setdefault(label, handle)
        figure.legend(
            list(labelled.values()), list(labelled), loc="outside upper center", ncols=4
        )
    return figure


def draw_rank_histogram(histogram: RankHistogram) -> Figure:
    """Draw how often each rank came up, one panel for each of at most 8 variables.

    The line is what a flat histogram has, the band what chance does to it (two standard
    deviations).
    """
    shown = min(len(histogram.columns), _PANELS)
    ranks = histogram.counts.shape[-1]
    rows = -(-shown // _COLUMNS)
    with matplotlib.style.context(["default", _SETTINGS]):
        figure = Figure(figsize=(7, 0.6 + 1.9 * rows), dpi=150, layout="constrained")
        grid = figure.subplots(rows, min(shown, _COLUMNS), squeeze=False)
        for i, axes in enumerate(grid.flat):
            if i >= shown:
                axes.set_visible(False)
                continue
            counts = histogram.counts[i].numpy()
            flat = counts.sum() / ranks
            chance = 2 * np.sqrt(flat * (1 - 1 / ranks))
            axes.bar(np.arange(ranks), counts, width=1.0, color=_FILTER, alpha=0.6)
            axes.axhline(flat, color=_INK)
            axes.axhspan(flat - chance, flat + chance, color=_INK, alpha=0.12, linewidth=0)
            axes.set_title(f"{_plain(histogram.columns[i])}: p = {histogram.p_values[i]:.2g}")
            axes.set_xlabel("Rank among the members")
            axes.set_ylabel("Cases")
    return figure


def _one(x: Tensor, problem: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return x.reshape(-1, *x.shape[-2:])[problem].numpy()


def _plain(text: str) -> str:
    """Make a name fit for a label: short, and not taken for mathematics."""
    return (text if len(text) <= 24 else f"{text[:23]}…").replace("$", r"\$")
