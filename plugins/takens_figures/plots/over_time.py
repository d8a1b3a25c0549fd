"""Series against time."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from functools import partial
from typing import Any, Final

import attrs
import numpy as np
import torch
from matplotlib.figure import Figure

import takens
from takens_figures.plots.drawing import Drawing, series_of, shade, waves
from takens_figures.starts import labelled
from takens_figures.style import array, colours, time_label

_PANELS: Final = 8
_NAMED: Final = 6
_WORDS: Final = ("truth", "fit", "third", "fourth", "fifth", "sixth")


def panels(figure: Figure, data: Any, /, *more: Any, **options: Any) -> Any:
    """Make a panel for each of at most 8 variables."""
    rows = min((data if isinstance(data, takens.Recordings) else series_of(data)).dim, _PANELS)
    figure.set_figheight(0.9 + 1.1 * rows)
    return figure.subplots(rows, sharex=True, squeeze=False)[:, 0]


def draw_series(axes: Any, data: Any, /, *, marks: Any = ()) -> None:
    """Draw a series against time, a panel for each variable; gaps stay open.

    Times in ``marks`` get a line. Of several trajectories all are drawn, and of recordings
    each over its own times and by its name.
    """
    named = isinstance(data, takens.Recordings) and len(data) > 1
    each = list(data) if named else [series_of(data)]
    first, legible = each[0], len(each) <= _NAMED
    shades = [shade(k) for k in range(len(each))] if legible else colours(len(each))
    for i, (panel, name) in enumerate(zip(np.ravel(axes), labelled(first), strict=False)):
        for k, one in enumerate(each):
            x = array(one.x).reshape(-1, len(one), one.dim)
            for trajectory in x:
                colour = shades[k] if len(x) == 1 else None
                panel.plot(
                    array(one.t),
                    trajectory[:, i],
                    color=colour,
                    label=data.names[k] if named else None,
                )
        for mark in marks:
            panel.axvline(float(mark), color=shade(1), linestyle="--", linewidth=0.8)
        panel.set_ylabel(name)
    top, last = np.ravel(axes)[0], np.ravel(axes)[-1]
    if named and legible:
        top.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)
    elif named:
        told = f"{data.names[0]} (dark) to {data.names[-1]} (light)"
        top.set_title(f"{len(each)} recordings, from {told}", loc="right")
    begin, end = min(float(one.t[0]) for one in each), max(float(one.t[-1]) for one in each)
    last.set(xlabel=time_label(first), xlim=(begin, end))


def draw_comparison(
    axes: Any, /, *series: Any, data: Any = None, labels: Any = _WORDS, until: Any = None
) -> None:
    """Draw series over each other, truth and fit first, with the ``data`` as dots.

    The fit may go on where the data end, and a line at ``until`` says where that is; without
    one it stands at the end of the data.
    """
    shown = [series_of(one) for one in series]
    lines = ("-", "--", "-.", ":")
    for i, (panel, name) in enumerate(zip(np.ravel(axes), labelled(shown[0]), strict=False)):
        for k, (one, label) in enumerate(zip(shown, labels, strict=False)):
            for x in array(one.x).reshape(-1, len(one), one.dim)[:1]:
                panel.plot(
                    array(one.t), x[:, i], color=shade(k), label=label, linestyle=lines[k % 4]
                )
        if data is not None:
            dots = series_of(data)
            x = array(dots.x).reshape(-1, len(dots), dots.dim)[0]
            panel.plot(array(dots.t), x[:, i], "o", color=shade(2), markersize=3, label="data")
            until = float(dots.t[-1]) if until is None else until
        if until is not None:
            panel.axvline(until, color=shade(2), linewidth=0.8, linestyle=":")
        panel.set_ylabel(name)
    first, last = np.ravel(axes)[0], np.ravel(axes)[-1]
    count = len(shown) + (data is not None)
    first.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=count, borderaxespad=0.2)
    last.set_xlabel(time_label(shown[0]))


def draw_quantiles(
    axes: Any, data: Any, /, *, truth: Any = None, levels: Any = (0.5, 0.9)
) -> None:
    """Draw the median of runs `(runs, T, n)`, and bands that hold shares ``levels`` of them."""
    series = series_of(data)
    x, t = array(series.x).reshape(-1, len(series), series.dim), array(series.t)
    for i, (panel, name) in enumerate(zip(np.ravel(axes), labelled(series), strict=False)):
        for level in sorted(levels, reverse=True):
            low, high = np.quantile(x[..., i], (0.5 - level / 2, 0.5 + level / 2), axis=0)
            label = f"{100 * level:.0f} % of {len(x)} runs"
            panel.fill_between(
                t, low, high, color=shade(1), alpha=0.22, linewidth=0, label=label
            )
        panel.plot(t, np.median(x[..., i], 0), color=shade(1), label="median")
        if truth is not None:
            known = series_of(truth)
            panel.plot(array(known.t), array(known.x[..., i]), color=shade(0), label="truth")
        panel.set_ylabel(name)
    first, last = np.ravel(axes)[0], np.ravel(axes)[-1]
    first.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, borderaxespad=0.2)
    last.set(xlabel=time_label(series), xlim=(t[0], t[-1]))


def draw_forecast(axes: Any, told: takens.plugin.Forecast, /) -> None:
    """Draw the end of the record, and the forecast with its fan."""
    known, after = told.known, told.series
    for i, (panel, name) in enumerate(zip(np.ravel(axes), labelled(after), strict=False)):
        t, middle, width = (array(one) for one in (after.t, after.x[:, i], told.width[:, i]))
        panel.plot(array(known.t), array(known.x[:, i]), color=shade(0), label="record")
        panel.plot(t, middle, color=shade(1), label="forecast")
        low, high, fan = middle - width, middle + width, f"{100 * told.level:.0f} % fan"
        panel.fill_between(t, low, high, color=shade(1), alpha=0.25, linewidth=0, label=fan)
        panel.set_ylabel(name)
    first, last = np.ravel(axes)[0], np.ravel(axes)[-1]
    first.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)
    last.set(xlabel=time_label(after), xlim=(float(known.t[0]), float(after.t[-1])))


def _forecast_panels(figure: Figure, told: takens.plugin.Forecast, /) -> Any:
    return panels(figure, told.series[:, list(told.series.columns[:4])])


def _forecast() -> tuple[Any, ...]:
    known, after = waves().halves()
    after = attrs.evolve(after, t=after.t + after.dt)
    known = attrs.evolve(known, t=known.t - known.t[-1])
    width = torch.linspace(0, 1, len(after)).double()[:, None] * after.x.std(0)
    return (takens.plugin.Forecast(after, width, known, 0.9, 0.88, 12, (0.8, 0.95)),)


series = partial(Drawing, draw_series, lambda: (waves(),), panels=panels)
comparison = partial(Drawing, draw_comparison, lambda: tuple(map(waves, (1, 1))), panels=panels)
quantiles = partial(Drawing, draw_quantiles, lambda: (waves(9),), panels=panels)
forecast = partial(Drawing, draw_forecast, _forecast, panels=_forecast_panels)
