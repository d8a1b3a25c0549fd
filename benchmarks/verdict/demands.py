"""What the verdict is held to, and how far the results are from it."""

# pyright: basic

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean, median

import attrs
from scipy import stats

from .plan import NEAR, NOTICED
from .results import Judged, Results
from .subjects import subject
from .systems import PERIOD, SYSTEMS

# Student's one-sided quantile at 5 % for 32 starts.
_LISTED = 8
QUANTILE, TOLERANCE, TESTS = float(stats.t.ppf(0.95, 31)), 0.05, 20


@attrs.frozen
class Demand:
    """One line of the list: what is asked, what was found, over so many; None: not measured."""

    asked: str
    found: str
    count: int
    met: bool | None


def kind(results: Results, system: str, name: str) -> str:
    """Return whether a subject is the truth, to be noticed, named, near or between."""
    if name == "truth":
        return name
    if subject(system, name).named:
        return "named"
    effects = results.effects_of(system, name)
    if effects is None:
        return "unknown"
    if effects.largest >= NOTICED:
        return "noticed"
    return "near" if effects.largest < NEAR else "between"


def demands(results: Results) -> list[Demand]:
    """Hold all results to every line."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in results.judged:
        groups[kind(results, one.system, one.subject)].append(one)
    truth, noticed = groups["truth"], groups["noticed"]
    lines = [*_false_alarms(truth), _worst_cell(truth), *_undecided(truth)]
    for length in sorted({one.length for one in noticed}):
        lines.append(_passed([one for one in noticed if one.length == length], length))
    lines += [_caught(noticed, 0.0, 0.9), _caught(noticed, 0.05, 0.8)]
    lines.append(_near(groups["near"]))
    lines += _named(groups["named"])
    lines += _exponents(results)
    lines.append(_followed(results))
    return lines


def clearly_unmet(results: Results) -> list[str]:
    """Return what even a few verdicts show to be wrong, at one in a thousand."""
    groups = grouped(results.judged, lambda j: (kind(results, j.system, j.subject),))
    told = []
    for name, bad in (("truth", False), ("near", False), ("noticed", True), ("named", True)):
        each = groups.get((name,), [])
        count = sum(one.right is bad for one in each)
        if stats.binom.sf(count - 1, len(each), 0.05) < 1e-3:
            told.append(f"{name}: {'right' if bad else 'wrong'} in {count} of {len(each)}")
    return told


def share(judged: Sequence[Judged], right: bool | None) -> float:
    return fmean(one.right is right for one in judged) if judged else math.nan


def _of(judged: Sequence[Judged], right: bool | None) -> str:
    count = sum(one.right is right for one in judged)
    return f"{count} of {len(judged)}, {percent(count / max(len(judged), 1))}"


def _label(length: int, noise: float) -> str:
    return f"{length:,} samples, {'clean' if not noise else f'{percent(noise)} noise'}"


def grouped(judged: Iterable[Judged], key: Callable[[Judged], tuple]) -> dict:
    groups = defaultdict(list)
    for one in judged:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def _false_alarms(truth: Sequence[Judged]) -> Iterator[Demand]:
    for (length, noise), each in grouped(truth, lambda j: (j.length, j.noise)).items():
        yield Demand(
            f"truth, {_label(length, noise)}: wrong at most 5 %",
            _of(each, False) + _blamed(each),
            len(each),
            share(each, False) <= 0.05,
        )


def _blamed(judged: Sequence[Judged]) -> str:
    counts = Counter(
        name for one in judged for name, found in one.aspects.items() if found.right is False
    )
    return listed([f"{name} {count}" for name, count in counts.most_common()])


def listed(words: Sequence[str]) -> str:
    """Return the first of some words in brackets, and how many more there are."""
    more = [f"and {len(words) - _LISTED} more"] if len(words) > _LISTED else []
    return f" ({', '.join([*words[:_LISTED], *more])})" if words else ""


def percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def _worst_cell(truth: Sequence[Judged]) -> Demand:
    cells = grouped(truth, lambda j: (j.system, j.length, j.noise))
    counts = {cell: sum(j.right is False for j in each) for cell, each in cells.items()}
    worst = max(counts, key=lambda cell: counts[cell] / len(cells[cell]), default=None)
    found = "nothing measured"
    if worst is not None:
        system, length, noise = worst
        found = f"{counts[worst]} of {len(cells[worst])} ({system}, {_label(length, noise)})"
    return Demand(
        "truth, any system, length and noise: wrong at most 6 of 40",
        found,
        len(cells),
        None
        if not cells
        else all(counts[cell] <= max(0.15 * len(each), 1) for cell, each in cells.items()),
    )


def _undecided(truth: Sequence[Judged]) -> Iterator[Demand]:
    longest = [one for one in truth if one.length == 50_000]
    for noise, each in grouped(longest, lambda j: (j.noise,)).items():
        failed, count = [], 0
        for (system,), cell in grouped(each, lambda j: (j.system,)).items():
            for aspect in dict.fromkeys(name for one in cell for name in one.aspects):
                found = [one.aspects[aspect] for one in cell if aspect in one.aspects]
                errors = [f.error for f in found if f.error is not None]
                if errors and median(errors) > 1 / 3:
                    continue
                count += 1
                part = fmean(f.right is None for f in found)
                if part > 0.2:
                    failed.append(f"{aspect} of {system} {percent(part)}")
        yield Demand(
            f"truth, {_label(50_000, noise[0])}: no aspect undecided in more than 20 %, but "
            "where its error exceeds a third of the tolerance",
            ", ".join(failed) or "none",
            count,
            not failed,
        )


def _passed(judged: Sequence[Judged], length: int) -> Demand:
    return Demand(
        f"off by {NOTICED:g} tolerances or more, {length:,} samples: right at most 5 %",
        _of(judged, True) + _which(judged, True, lambda part: part > 0.05),
        len(judged),
        share(judged, True) <= 0.05,
    )


def _which(judged: Sequence[Judged], right: bool | None, fails: Callable[[float], bool]) -> str:
    parts = {
        f"{name} of {system}": share(each, right)
        for (system, name), each in grouped(judged, lambda j: (j.system, j.subject)).items()
    }
    return listed([f"{name} {percent(part)}" for name, part in parts.items() if fails(part)])


def _caught(noticed: Sequence[Judged], noise: float, asked: float) -> Demand:
    each = [one for one in noticed if one.length == 50_000 and one.noise == noise]
    return Demand(
        f"off by {NOTICED:g} tolerances or more, {_label(50_000, noise)}: wrong at least "
        f"{percent(asked)}",
        _of(each, False) + _which(each, False, lambda part: part < asked),
        len(each),
        share(each, False) >= asked if each else None,
    )


def _near(near: Sequence[Judged]) -> Demand:
    return Demand(
        "off by less than half a tolerance: wrong at most 5 %",
        _of(near, False) + _which(near, False, lambda part: part > 0.05),
        len(near),
        share(near, False) <= 0.05 if near else None,
    )


def _named(judged: Sequence[Judged]) -> Iterator[Demand]:
    each = [one for one in judged if one.length == 10_000 and not one.noise]
    words = {key: subject(*key).named for key in {(one.system, one.subject) for one in each}}

    def named(one: Judged) -> bool:
        said = " ".join(f"{n}: {f.said}" for n, f in one.aspects.items() if f.right is False)
        return any(word in said.lower() for word in words[one.system, one.subject])

    yield Demand(
        "rest, cycles, escape, one lobe, reversed time, a second attractor, 10,000 samples: "
        "wrong at least 90 %",
        _of(each, False) + _which(each, False, lambda part: part < 0.9),
        len(each),
        share(each, False) >= 0.9 if each else None,
    )
    wrong = [one for one in each if one.right is False]
    called = sum(map(named, wrong))
    missed = Counter(one.subject for one in wrong if not named(one))
    told = listed([f"{name} {count}" for name, count in missed.most_common()])
    yield Demand(
        "and named for what they are",
        f"{called} of {len(wrong)}{told.replace('(', '(not: ')}",
        len(wrong),
        called >= 0.9 * len(wrong) if wrong else None,
    )


def _exponents(results: Results) -> Iterator[Demand]:
    expected, variance, right = 0.0, 0.0, 0
    low, high, spread, wrong, count = 0.0, 0.0, 0.0, 0, 0
    cells = grouped(
        (one for one in results.judged if one.exponent is not None and not one.noise),
        lambda j: (j.system, j.subject, j.length),
    )
    for (system, name, _), each in cells.items():
        effects = results.effects_of(system, name)
        if effects is None or effects.exponent is None:
            continue
        known = [one.exponent for one in each if one.exponent is not None]
        error = median(one.error for one in known)
        case = SYSTEMS[system]
        # Where there is no chaos, the tolerance is that of a rate per mean period.
        scale = known[0].reference if case.chaotic else 1 / (PERIOD * case.dt)
        off, allowed = effects.exponent - known[0].reference, TOLERANCE * scale
        found = [one.aspects["exponents"].right for one in each if "exponents" in one.aspects]
        if not found or allowed <= 0:
            continue
        count += len(found)
        p, least, most = closed_form(off, error, allowed)
        expected, variance = expected + p * len(found), variance + p * (1 - p) * len(found)
        low, high = low + least * len(found), high + most * len(found)
        spread += most * (1 - most) * len(found)
        right += sum(one is True for one in found)
        wrong += sum(one is False for one in found)
    margin = 2 * math.sqrt(variance) + 1
    yield Demand(
        "exponents right as often as the closed form says",
        f"{right} where {expected:.0f} +- {margin / 2:.0f} are expected",
        count,
        abs(right - expected) <= margin if count else None,
    )
    margin = 2 * math.sqrt(spread) + 1
    yield Demand(
        "and wrong as often, the level being split over all aspects",
        f"{wrong} where {low:.0f} to {high:.0f} are expected",
        count,
        low - margin <= wrong <= high + margin if count else None,
    )


def closed_form(off: float, error: float, allowed: float) -> tuple[float, float, float]:
    """Return how often an exponent that is ``off`` is right, and least and most often wrong.

    The least is where the level is split over as many tests as there may be.
    """

    def outside(quantile: float) -> float:
        bound = allowed + quantile * error
        return float(
            stats.norm.sf((bound - off) / error) + stats.norm.cdf((-bound - off) / error)
        )

    inner = allowed - QUANTILE * error
    right = 0.0
    if inner > 0:
        right = float(
            stats.norm.cdf((inner - off) / error) - stats.norm.cdf((-inner - off) / error)
        )
    return right, outside(float(stats.t.ppf(1 - 0.05 / TESTS, 31))), outside(QUANTILE)


def _followed(results: Results) -> Demand:
    tried = [one for one in results.followed if one.decided is not None]
    silent = sum(not one.remedy for one in results.followed)
    decided = sum(bool(one.decided) for one in tried)
    told = f"{decided} of {len(tried)} decided"
    if len(tried) < len(results.followed):
        told += f"; of {len(results.followed) - len(tried)} the remedy is out of reach"
    if silent:
        told += f"; {silent} said nothing"
    return Demand(
        "what is undecided says what would decide it, and that decides it in 8 of 10",
        told,
        len(tried),
        decided >= 0.8 * len(tried) and not silent if tried else None,
    )
