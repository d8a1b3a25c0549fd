"""Power spectra of truth and free runs."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from itertools import chain
from typing import Any, final

import attrs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray
from scipy.signal import welch  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

import takens
from takens_figures.style import MODEL, TRUTH, array, canvas, grid, note, per_time, plain, style

_PANELS = 9
_DECADES = 8
_PER_DECADE = 50


@final
@attrs.frozen
class Spectra:
    """Power spectral densities by Welch's method, one panel for each of at most 9 variables.

    The truth, and the mean over the free runs that did not diverge.

    Source: Welch (1967), IEEE Trans. Audio Electroacoust. 15, 70-73.
    """

    title = "Power spectra"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw the truth, and the model where a run of it did not diverge.

        Gives None for fewer than 16 samples.
        """
        reference = results.reference
        runs = array(results.free.x).reshape(-1, *results.free.x.shape[-2:])
        kept = runs[[at is None for at in results.free.diverged_at]]
        samples = min(len(reference), runs.shape[1])
        if samples < 16:
            return None
        segment = max(min(samples, 64), samples // 8)
        interval = float(reference.t[-1] - reference.t[0]) / (len(reference) - 1)
        frequency, truth = _density(array(reference.x)[None], interval, segment)
        model = _density(kept, interval, segment)[1] if len(kept) else None
        shown = min(reference.dim, _PANELS)
        columns = min(shown, 3)
        rows = -(-shown // columns)
        with style():
            figure = canvas(1.0 + 2.0 * rows)
            panels = grid(figure, rows, columns)
            for i, axes in enumerate(chain(*panels)):
                if i >= shown:
                    axes.remove()
                    continue
                _panel(axes, frequency, truth[:, i], None if model is None else model[:, i])
                axes.set_title(plain(reference.columns[i]))
                axes.set_xlabel(f"Frequency ({per_time(reference)})")
            for axes, *_ in panels:
                unit = plain(reference.time_unit) or "time unit"
                axes.set_ylabel(f"Power density (variable² · {unit})")
            handles, labels = panels[0][0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper center", ncols=2)
            note(
                figure,
                f"The first {shown} of {reference.dim} variables."
                if reference.dim > shown
                else "",
                f"Welch's method, windows of {segment * interval:.3g} "
                f"{plain(reference.time_unit) or 'time units'}.",
                _about_runs(len(runs), len(kept)),
            )
        return figure


def _density(
    x: NDArray[np.float64], interval: float, segment: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies `(f,)` and the mean density `(f, n)` of `x: (runs, T, n)`.

    Frequencies closer than a fiftieth of a decade are averaged.
    """
    found: Any = welch(  # pyright: ignore[reportUnknownVariableType]
        x, fs=1 / interval, nperseg=segment, axis=-2
    )
    frequency: NDArray[np.float64] = found[0][1:]
    density: NDArray[np.float64] = found[1].mean(0)[1:]
    place = np.floor(_PER_DECADE * np.log10(frequency))
    first = np.flatnonzero(np.diff(place, prepend=-np.inf))
    count = np.diff(first, append=len(place))
    density = np.add.reduceat(density, first, axis=0) / count[:, None]
    return np.add.reduceat(frequency, first) / count, density


def _panel(
    axes: Axes,
    frequency: NDArray[np.float64],
    truth: NDArray[np.float64],
    model: NDArray[np.float64] | None,
) -> None:
    axes.plot(frequency, truth, color=TRUTH, label="truth")
    seen = truth
    if model is not None:
        axes.plot(frequency, model, color=MODEL, label="model, running freely")
        seen = np.maximum(truth, model)
    # Far below the peak there is only the rounding of the data and the leakage of the window.
    floor = 10.0**-_DECADES * float(truth.max())
    above = np.flatnonzero(seen > floor)
    if len(above):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(floor or None, 4 * float(seen.max()))
        axes.set_xlim(float(frequency[0]), float(frequency[max(above[-1], 1)]))


def _about_runs(runs: int, kept: int) -> str:
    if not kept:
        return (
            f"{'The free run' if runs == 1 else f'All {runs} free runs'} diverged: no spectrum."
        )
    if kept < runs:
        return f"Mean of {kept} of {runs} free runs; the others diverged."
    return f"Mean of {runs} free runs." if runs > 1 else ""
