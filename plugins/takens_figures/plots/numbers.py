"""What is computed from series: spectra, exponents, trainings and verdicts."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

import numpy as np
from matplotlib.figure import Figure
from scipy import signal

import takens
from takens_figures.plots.drawing import Drawing, series_of, shade, waves
from takens_figures.starts import labelled
from takens_figures.style import array, per_time

_LABELS: Final = ("truth", "model, running freely", "third", "fourth")
_SEGMENTS: Final = 8
_OUTCOMES: Final = {True: "right", False: "wrong", None: "undecided"}
_SHADES: Final = {True: 2, False: 1, None: 4}


def _row(figure: Figure, data: Any, /, *more: Any, **options: Any) -> Any:
    count = min(series_of(data).dim, 4)
    figure.set_figheight(2.6)
    return figure.subplots(1, count, sharey=True, squeeze=False)[0]


def draw_spectrum(axes: Any, /, *series: Any, labels: Sequence[str] = _LABELS) -> None:
    """Draw the power of each variable at each frequency, by Welch's method, of all series.

    Source: Welch (1967), IEEE Trans. Audio Electroacoust. 15, 70-73.
    """
    panels = np.ravel(axes)
    for k, data in enumerate(series):
        one = series_of(data)
        length = max(8, 2 * len(one) // (_SEGMENTS + 1))
        found: Any = cast(Any, signal).welch(
            array(one.x), fs=1 / one.dt, nperseg=length, axis=-2, detrend="linear"
        )
        power = found[1].reshape(-1, *found[1].shape[-2:]).mean(0)
        for i, (panel, name) in enumerate(zip(panels, labelled(one), strict=False)):
            panel.loglog(found[0][1:], np.maximum(power[1:, i], 1e-300), shade(k))
            panel.set(xlabel=f"Frequency ({per_time(one)})", title=name)
            # Far below the peak there is only rounding, and the leakage of the window.
            top = max(float(power[1:, i].max()), panel.get_ylim()[1] if k else 0.0)
            panel.set_ylim(top * 1e-9, 3 * top)
    panels[0].set_ylabel("Power density")
    if len(series) > 1:
        for k, label in zip(range(len(series)), labels, strict=False):
            panels[-1].plot([], [], color=shade(k), label=label)
        panels[-1].legend(loc="lower left", fontsize=7)


def draw_history(axes: Any, trained: Any, /) -> None:
    """Draw the loss over the updates of a fit, or over those of a ``history``."""
    history = trained.history if isinstance(trained, takens.Fit) else trained
    known = [line for line in history if "loss" in line]
    steps = [line.get("step", line.get("epoch", 0)) for line in known]
    marker = "." if len(known) < 30 else None
    values = [line["loss"] for line in known]
    axes.plot(steps, values, color=shade(0), marker=marker, label="loss")
    for name, number in (("epoch_loss", 3), ("validation_loss", 4), ("divergence", 1)):
        told = [(s, line[name]) for s, line in zip(steps, known, strict=True) if name in line]
        if told:
            label = name.replace("_", " ")
            dots = "." if name == "divergence" else None
            axes.plot(*zip(*told, strict=True), color=shade(number), label=label, marker=dots)
    if values and min(values) > 0:
        axes.set_yscale("log")
    axes.set_xlabel("Update" if known and "step" in known[0] else "Epoch")
    if len(axes.get_lines()) > 1:
        axes.legend()
    else:
        axes.set_ylabel("Loss")


def draw_convergence(
    axes: Any, times: Any, estimates: Any, /, *, errors: Any = None, truth: Any = None
) -> None:
    """Draw estimates of exponents as they settle: `(T,)` or `(T, k)` over times `(T,)`."""
    t, values = np.asarray(times, np.float64), np.asarray(estimates, np.float64)
    for k, column in enumerate(values.reshape(len(t), -1).T):
        axes.plot(t, column, color=shade(k if truth is None else 1), label="estimate")
    if errors is not None:
        off = np.asarray(errors, np.float64)
        label = "± one standard error"
        axes.fill_between(
            t, values - off, values + off, color=shade(1), alpha=0.25, linewidth=0, label=label
        )
    for value in np.ravel([] if truth is None else truth):
        axes.axhline(float(value), color=shade(0), linestyle="--", label=f"known: {value:.4g}")
    axes.set(xlabel="Averaging time", ylabel="Lyapunov exponent", xlim=(t[0], t[-1]))
    if truth is not None or errors is not None:
        axes.legend()


def draw_products(
    axes: Any, logarithms: Any, /, *, dt: float = 1.0, largest: float = 88.7
) -> None:
    """Draw the logarithms of norms of products of Jacobians, `(T,)`, one for each step.

    Their slope is the largest exponent. A line stands where a number of single precision ends,
    at e to the power of ``largest``, 709.8 for double precision.
    """
    known = np.asarray(logarithms, np.float64)
    t = dt * np.arange(1, len(known) + 1)
    axes.plot(t, known, color=shade(0), label="product")
    slope = known[np.isfinite(known)][-1] / t[np.isfinite(known)][-1]
    axes.plot(t, slope * t, color=shade(2), linestyle="--", label=f"slope {slope:.3g}")
    if np.nanmax(known) > 0.5 * largest:
        axes.axhline(largest, color=shade(1), linestyle=":", label="overflow")
    axes.set(xlabel="Time", ylabel="Logarithm of the norm", xlim=(0, t[-1]))
    axes.legend()


def _tests(verdict: takens.Verdict) -> list[tuple[str, bool | None, Any]]:
    return [
        (test.name, found.right, test)
        for found in verdict.findings.values()
        for test in found.tests
    ]


def _verdict_panels(figure: Figure, verdict: takens.Verdict, /) -> Any:
    figure.set_figheight(0.8 + 0.27 * max(len(_tests(verdict)), 2))
    return figure.subplots()


def draw_verdict(axes: Any, verdict: takens.Verdict, /) -> None:
    """Draw the interval of each test of a verdict on a scale of its own.

    The band, on all scales the same, is what counts as right; what lies far out is cut.
    """
    tests = _tests(verdict)
    for row, (_, right, test) in enumerate(tests):
        low, high = test.bounds
        left = low if low is not None else 0.0
        wide = ((high if high is not None else 0.0) - left) or 1.0
        ends = [min(max((end - left) / wide, -1.5), 2.5) for end in test.interval]
        colour = shade(_SHADES[right])
        axes.plot(ends, (row, row), color=colour, linewidth=3, solid_capstyle="butt")
        middle = min(max((test.value - left) / wide, -1.5), 2.5)
        axes.plot(middle, row, "o", color=colour, markersize=5)
    axes.axvspan(0, 1, color=shade(2), alpha=0.15, linewidth=0)
    for right, word in _OUTCOMES.items():
        axes.plot([], [], color=shade(_SHADES[right]), linewidth=3, label=word)
    axes.set_yticks(range(len(tests)), [name for name, *_ in tests])
    axes.set_xticks(())
    axes.set_xlabel("Each test on a scale of its own; within the band is right")
    axes.set(xlim=(-1.6, 2.6), ylim=(len(tests) - 0.5, -0.5))
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)


def draw_scores(axes: Any, scores: Mapping[str, takens.Score], /) -> None:
    """Draw each score with its error as a multiple of its floor, what a perfect model gets."""
    known = [(n, s) for n, s in scores.items() if s.value is not None and s.floor]
    for row, (_, score) in enumerate(known):
        value, floor = cast(float, score.value), cast(float, score.floor)
        axes.errorbar(
            value / floor, row, xerr=(score.error or 0.0) / floor, fmt="o", color=shade(1)
        )
    axes.axvline(1.0, color=shade(0), linestyle="--", linewidth=0.8)
    axes.set_yticks(range(len(known)), [name for name, _ in known])
    axes.set(xlabel="Score over its floor", ylim=(len(known) - 0.5, -0.5), xscale="log")


def _exponents() -> tuple[Any, ...]:
    t = np.linspace(1, 50, 80)
    return t, 0.9 + np.sin(3 * t) / t


def _judged() -> takens.Verdict:
    data = waves(samples=3000)
    return takens.verdict(takens.evaluate(data, data, ["state_space_divergence"]))


spectrum = partial(Drawing, draw_spectrum, lambda: (waves(samples=2000),), panels=_row)
history = partial(
    Drawing, draw_history, lambda: ([{"step": i + 1, "loss": 1 / (i + 1)} for i in range(40)],)
)
convergence = partial(Drawing, draw_convergence, _exponents)
products = partial(Drawing, draw_products, lambda: (0.009 * np.arange(1, 9000),))
verdict = partial(Drawing, draw_verdict, lambda: (_judged(),), panels=_verdict_panels)
scores = partial(
    Drawing, draw_scores, lambda: ({"a": takens.Score(value=2.0, floor=1.0, error=0.1)},)
)
