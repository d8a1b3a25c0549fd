"""What to know of data before a model is trained, in the order of importance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import numpy as np

from takens._data.time_series import TimeSeries
from takens._defaults import ADVICE, LAWS, LINEAR_MODEL, MODEL_WITH_LAWS
from takens._examining.examination import Examination, Finding
from takens._examining.seen import Seen
from takens._judging.stationarity import difference

_FEW_PERIODS: Final = 20
_FEW_SAMPLES: Final = 1_000
_COARSE: Final = 6
_FINE: Final = 200
_KEPT: Final = 40
_NOISY: Final = 0.05
_TREND: Final = 0.1
_JITTER: Final = 1e-3
_HELD: Final = 0.3


Found: TypeAlias = tuple[str, Finding]


def _found(key: str, what: str, consequence: str, remedy: str = "") -> Found:
    return key, Finding(what, consequence, remedy)


def findings_of(made: Examination, seen: Seen) -> Iterator[Found]:
    """Give findings, what matters most first, each with the key of what is advised."""
    yield from _broken(made, seen)
    yield from _too_little(made)
    yield from _clock(made, seen)
    yield from _laws(made, seen)
    yield from _noise(made)
    yield from _kinds(made, seen)
    yield from _states(made, seen)


def prepare_line(advised: list[str], made: Examination, seen: Seen) -> str:
    """Return the line of [data] that does all that is advised, in its order."""
    thinned = "oversampled" in advised
    found = [_filled(ADVICE[key], made, seen, thinned) for key in ADVICE if key in advised]
    return f"data.prepare = [{', '.join(found)}]" if found else ""


def _filled(advice: str, made: Examination, seen: Seen, thinned: bool = False) -> str:
    each = made.samples_per_period or 0.0
    delay = 1 if made.delay is None else max(1, round(made.delay / made.dt))
    if thinned:
        delay = max(1, round(delay / max(2, round(each / _KEPT))))
    return (
        advice.replace("LONGEST", str(max(seen.longest_gap, 1)))
        .replace("EVERY", str(max(2, round(each / _KEPT))))
        .replace("DELAY", str(delay))
        .replace("DIMENSION", str(made.dimension or 4))
    )


def _one(key: str, made: Examination, seen: Seen) -> str:
    return f"data.prepare = [{_filled(ADVICE[key], made, seen)}]"


def _broken(made: Examination, seen: Seen) -> Iterator[Found]:
    names = seen.recordings.columns
    filled = [(n, v) for n, v in zip(names, seen.values, strict=True) if v.fill is not None]
    for name, value in filled:
        yield _found(
            "",
            f"{name} is {value.fill:g} in {value.filled:,} places.",
            "That stands for what is missing, and would be learned as a value.",
            f"data.missing = [{value.fill:g}]",
        )
    still = [n for n, v in zip(names, seen.values, strict=True) if v.constant]
    if still:
        kept = ", ".join(f'"{name}"' for name in seen.varying)
        yield _found(
            "",
            f"{', '.join(still)} {'does' if len(still) == 1 else 'do'} not vary.",
            "There is nothing to learn from it, and training refuses it.",
            f"data.columns = [{kept}]" if kept else "",
        )
    if made.missing and not filled:
        yield _found(
            "gaps",
            f"{made.missing:,} {'number is' if made.missing == 1 else 'numbers are'} missing, "
            f"at most {seen.longest_gap:,} in a row.",
            "Only the stretches between gaps teach anything; short gaps can be filled.",
            _one("gaps", made, seen),
        )


def _too_little(made: Examination) -> Iterator[Found]:
    held = made.length_in_periods
    if made.samples < _FEW_SAMPLES or (held is not None and held < _FEW_PERIODS):
        periods = "" if held is None else f", {held:.3g} periods"
        yield _found(
            "",
            f"There are {made.samples:,} samples{periods}.",
            f"A verdict on long runs needs some {_FEW_PERIODS} periods and {_FEW_SAMPLES:,} "
            "samples to learn from and as many to judge against; expect it to be undecided. "
            "Measure longer, or judge forecasts alone.",
            'judge.metrics = ["prediction_error"]',
        )


def _clock(made: Examination, seen: Seen) -> Iterator[Found]:
    if made.jitter > _JITTER:
        yield _found(
            "jitter",
            f"The sampling interval varies by {100 * made.jitter:.2g} %.",
            "Models that are maps have one interval, and refuse others.",
            _one("jitter", made, seen),
        )
    each = made.samples_per_period
    if each is not None and made.periods and each < _COARSE:
        yield _found(
            "",
            f"A period has {each:.2g} samples.",
            "That is too few for a model in continuous time: choose one that is a map, or "
            "sample faster.",
        )
    if each is not None and each > _FINE:
        yield _found(
            "oversampled",
            f"A period has {each:.0f} samples.",
            f"Each tells next to nothing new: some {_KEPT} train faster, and as well.",
            _one("oversampled", made, seen),
        )


def _laws(made: Examination, seen: Seen) -> Iterator[Found]:
    sloped = [
        v
        for v in made.variables
        if v.trend is not None and v.trend.certain and v.trend.share > _TREND
    ]
    if sloped:
        most = max(sloped, key=lambda v: v.trend.share if v.trend else 0.0)
        share = most.trend.share if most.trend else 0.0
        yield _found(
            "trend",
            f"{', '.join(v.name for v in sloped)} {'has' if len(sloped) == 1 else 'have'} a "
            f"trend: a straight line explains {100 * share:.0f} % of {most.name}.",
            "What is judged against is then unlike what was learned from.",
            _one("trend", made, seen),
        )
    elif len(seen.x) >= 200 and np.ptp(seen.x, 0).min() > 0:
        whole = TimeSeries(np.arange(len(seen.x)), seen.x, seen.varying)
        changed = difference(*whole.halves())
        if changed:
            yield _found(
                "",
                f"The record is not of one law: {changed} changes from its first half to its "
                "second.",
                "What is judged against is then unlike what was learned from; cut the record "
                "where it changes.",
            )


def _noise(made: Examination) -> Iterator[Found]:
    loud = [v for v in made.variables if v.noise is not None and v.noise > _NOISY]
    if loud:
        told = ", ".join(f"{100 * (v.noise or 0):.2g} % in {v.name}" for v in loud)
        yield _found(
            "",
            f"Noise is {told}, in standard deviations of the signal.",
            "Free runs have none; what they are compared with may have as much, which is then "
            "added to them.",
            'judge.noise = "estimate"',
        )
    spiked = [v for v in made.variables if v.outliers]
    if spiked:
        told = ", ".join(f"{v.outliers:,} in {v.name}" for v in spiked)
        yield _found(
            "outliers",
            f"Values far from their neighbours: {told}.",
            "A single one moves means and losses; look at them first, they may be real.",
            f"data.prepare = [{ADVICE['outliers']}, {ADVICE['gaps'].replace('LONGEST', '3')}]",
        )


def _laws_line(seen: Seen) -> str:
    """Return the line of a configuration that gives each variable its law."""
    laws: list[str] = []
    for each in seen.values:
        kind = "label" if each.labels else "count" if each.counts else "number"
        kind = "switch" if each.labels and each.distinct == 2 else kind
        laws += [] if each.constant else [LAWS[kind].replace("LEVELS", str(each.distinct))]
    one = laws[0] if len(set(laws)) == 1 else f"[{', '.join(laws)}]"
    return MODEL_WITH_LAWS.replace("LAWS", one)


def _kinds(made: Examination, seen: Seen) -> Iterator[Found]:
    for variable, values in zip(made.variables, seen.values, strict=True):
        if values.constant:
            continue
        if values.labels:
            yield _found(
                "",
                f"{variable.name} has {values.distinct} values, all whole numbers.",
                "That is a label or a switch, whose law a model with a likelihood learns; by "
                "squared errors it is no state to be followed.",
                _laws_line(seen),
            )
        elif values.counts and variable.least >= 0 and variable.mean < 1_000:
            yield _found(
                "counts",
                f"{variable.name} is counted, from {variable.least:g} to {variable.most:g}.",
                "The scatter of counts grows with their size, unless they are transformed; "
                f"where many are below 10, learn their law instead, by {_laws_line(seen)}.",
                _one("counts", made, seen),
            )
        elif values.repeated > _HELD:
            yield _found(
                "",
                f"{variable.name} stays the same in {100 * values.repeated:.0f} % of steps.",
                "It was sampled more slowly than the table, or rounded: keep as many rows as "
                "there are measurements.",
            )
        elif values.step is not None and values.step > 0.05 * variable.spread:
            yield _found(
                "",
                f"{variable.name} comes in steps of {values.step:g}.",
                f"That is noise of {100 * values.step / variable.spread / 12**0.5:.2g} % of a "
                "standard deviation, and near states coincide.",
            )


def _states(made: Examination, seen: Seen) -> Iterator[Found]:
    told = made.forecasts
    if told is not None and not told.beats_linear:
        if told.linear_beats_persistence and told.linear < 0.5:
            yield _found(
                "",
                f"A linear model foretells one delay with an error of {told.linear:.2g} "
                "standard deviations, and nearest states do no better.",
                "Try a linear model first, and take it as what others must beat.",
                f'model = "{LINEAR_MODEL}"',
            )
        else:
            yield _found(
                "",
                "Nearest states foretell no more than a linear model.",
                "Nothing here asks for a nonlinear model: compare with a linear one, and do "
                "not read exponents as chaos.",
                f'model = "{LINEAR_MODEL}"',
            )
    varying = [v for v in made.variables if v.spread > 0]
    if len(varying) == 1 and made.dimension != 1:
        found = (
            f"{made.dimension} coordinates unfold it"
            if made.dimension
            else "no number of coordinates is enough; four are a start"
        )
        yield _found(
            "one_variable",
            "There is one variable.",
            f"Its past belongs to its state: {found}.",
            _one("one_variable", made, seen),
        )
