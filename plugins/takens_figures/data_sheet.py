"""Measured series on one page."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import contextlib
from typing import Any, Final, cast, final

import attrs
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import signal
from scipy.spatial import distance

import takens
from takens_figures.state_space import correlation_length
from takens_figures.style import (
    FAINT,
    MODEL,
    TRUTH,
    array,
    canvas,
    note,
    per_time,
    quantity,
    style,
    time_label,
)

_HEIGHT: Final = 7.6
_SHOWN: Final = 4_000
_SEGMENTS: Final = 8
_COMPARED: Final = 500
_LAGS: Final = 200
_COORDINATES: Final = 3
# The share of pairs of states that a recurrence plot calls near.
_NEAR: Final = 0.1


@final
@attrs.frozen
class DataSheet:
    """The first variable against time, its spectrum, its delays and its recurrences.

    Outliers are marked, and gaps left open; all but the first panel are of the longest
    stretch without a gap. Of series that were simulated nothing is drawn.
    """

    title = "The data"

    def draw(
        self, system: takens.plugin.System | None, series: takens.TimeSeries, /
    ) -> Figure | None:
        """Draw measured series, of several records the first."""
        if system is not None:
            return None
        one = takens.Recordings.of(series).series[0]
        part = max(one.stretches(), key=len, default=None)
        if part is None or len(part) < 8:
            return None
        x, name = array(part.x[:, 0]), quantity(one, 0)
        lag = correlation_length(x) if np.ptp(x) > 0 else 1
        lag, chosen = max(1, min(lag, len(x) // 4)), "1/e of the autocorrelation"
        with contextlib.suppress(takens.errors.TakensError):
            found = takens.embed(part.x[:, 0], dimension=2)
            lag, chosen = found.delays[1], "chosen delay"
        with style():
            figure = canvas(_HEIGHT)
            panels = figure.subplot_mosaic(
                [["series", "series"], ["spectrum", "told"], ["states", "near"]]
            )
            _series(panels["series"], one, name)
            _spectrum(panels["spectrum"], x, part)
            _told(panels["told"], part.x[:, 0], lag, part, chosen)
            _states(panels["states"], x, lag, name)
            share = _recurrences(panels["near"], x, lag, part)
            note(
                figure,
                f"Recurrences: the nearest {share:.0%} of pairs of states of 3 coordinates. "
                "Lines along the diagonal are stretches that go alike.",
            )
        return figure


def _series(axes: Axes, one: takens.TimeSeries, name: str) -> None:
    stop = min(len(one), _SHOWN)
    t, x = one.t[:stop].numpy(), array(one.x[:stop, 0])
    axes.plot(t, x, color=TRUTH, linewidth=0.6)
    with contextlib.suppress(takens.errors.TakensError):
        finder = takens.create("preparation", "mask_outliers")
        kept = finder.forward(one, finder.fit(one)).x[:stop, 0]
        off = np.isfinite(x) & np.isnan(array(kept))
        axes.plot(t[off], x[off], linestyle="none", marker="o", markersize=4, color=MODEL)
        if off.any():
            axes.set_title(f"{int(off.sum())} outliers are marked", loc="right", color=MODEL)
    axes.set_ylabel(name)
    axes.set_xlabel(time_label(one))
    if stop < len(one):
        axes.set_title(f"the first {stop:,} of {len(one):,} samples", loc="left", color=FAINT)


def _spectrum(axes: Axes, x: NDArray[np.float64], part: takens.TimeSeries) -> None:
    steps = part.t.diff()
    length = max(8, 2 * len(x) // (_SEGMENTS + 1))
    rate = 1 / float(steps.median())
    found: Any = cast(Any, signal).welch(x, fs=rate, nperseg=length, detrend="linear")
    axes.loglog(found[0][1:], np.maximum(found[1][1:], 1e-300), color=TRUTH)
    axes.set_xlabel(f"Frequency ({per_time(part)})")
    axes.set_ylabel("Power")


def _told(axes: Axes, x: torch.Tensor, lag: int, part: takens.TimeSeries, chosen: str) -> None:
    lags = list(range(1, max(2, min(_LAGS, max(4 * lag, 20), len(x) // 4))))
    try:
        told = takens.plugin.mutual_information(x, lags)
    except takens.errors.TakensError:
        axes.set_axis_off()
        return
    dt = float(part.t.diff().median())
    axes.plot([dt * each for each in lags], told.numpy(), color=TRUTH)
    axes.axvline(dt * lag, color=MODEL, linewidth=0.8)
    axes.set_title(chosen, loc="right", color=MODEL)
    axes.set_xlabel(time_label(part, "Delay"))
    axes.set_ylabel("Mutual information (nats)")


def _states(axes: Axes, x: NDArray[np.float64], lag: int, name: str) -> None:
    shown = x[: _SHOWN + lag]
    axes.plot(shown[:-lag], shown[lag:], color=TRUTH, linewidth=0.4)
    axes.set_xlabel(name)
    axes.set_ylabel(f"{name}, {lag} later")


def _recurrences(
    axes: Axes, x: NDArray[np.float64], lag: int, part: takens.TimeSeries
) -> float:
    length = len(x) - (_COORDINATES - 1) * lag
    states = np.stack([x[i * lag : i * lag + length] for i in range(_COORDINATES)], 1)
    # A stretch of some correlation times, thinned where these have many samples.
    stride = max(1, min(lag // 4, length // _COMPARED))
    states = states[::stride][:_COMPARED]
    apart: Any = cast(Any, distance).squareform(cast(Any, distance).pdist(states))
    near = apart <= np.quantile(apart, _NEAR)
    t = part.t.numpy()[: stride * len(states) : stride]
    ends = (float(t[0]), float(t[-1]))
    axes.imshow(near, cmap="Greys", origin="lower", extent=(*ends, *ends), aspect="equal")
    axes.grid(visible=False)
    axes.set_xlabel(time_label(part))
    axes.set_ylabel(time_label(part))
    return _NEAR
