"""Scores: what a metric found, with all that is needed to read and to judge it."""

from __future__ import annotations

import enum
import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Final, final

import attrs

from takens._near import near
from takens._printed import Printed
from takens.errors import InputError

_RENAMED: Final = ("reason", "error_from")


def _finite(_: object, attribute: Any, value: float | None) -> None:
    if value is not None and not math.isfinite(value):
        raise ValueError(
            f"A score's {attribute.name} is a finite number, or None where there is none; "
            f"got {value!r}."
        )


def _all_finite(score: object, attribute: Any, values: Iterable[float | None]) -> None:
    for value in values:
        _finite(score, attribute, value)


def _named_finite(score: object, attribute: Any, values: Mapping[str, float]) -> None:
    _all_finite(score, attribute, values.values())


def _word(_: object, __: object, value: str) -> None:
    if not value.strip():
        raise InputError("Evidence names an aspect, such as 'geometry'; got no word.")


def _fraction(_: object, __: object, value: float) -> None:
    if not 0 < value < 1:
        raise InputError(f"A tolerance is between 0 and 1; got {value!r}.")


def _points(values: Iterable[float | None]) -> tuple[float | None, ...]:
    # JSON has no number that is not finite.
    return tuple(None if v is None or not math.isfinite(v) else float(v) for v in values)


def _range(ends: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if ends is None else tuple(ends)


class EvidenceKind(enum.StrEnum):
    """How a score tells whether an aspect is right."""

    DISTANCE = "distance"
    ESTIMATE = "estimate"
    FORECAST = "forecast"
    SHARE = "share"


# The tolerance of each, in its own words, where a metric names no other.
_TOLERANCES: Final = {
    EvidenceKind.DISTANCE: ("distances", 0.1),
    EvidenceKind.ESTIMATE: ("estimates", 0.05),
    EvidenceKind.FORECAST: ("forecasts", 0.5),
    EvidenceKind.SHARE: ("shares", 0.02),
}


def _kind(value: str | None) -> EvidenceKind | None:
    known = [kind.value for kind in EvidenceKind]
    if value is None:
        return None
    if value not in known:
        raise InputError(
            f"Evidence is by {', '.join(known)} or None; got {value!r}.{near(value, known)}"
        )
    return EvidenceKind(value)


def _usual_kind(evidence: Evidence) -> str:
    return _TOLERANCES[evidence.by][0] if evidence.by else ""


def _usual_tolerance(evidence: Evidence) -> float:
    return _TOLERANCES[evidence.by or EvidenceKind.ESTIMATE][1]


@final
@attrs.frozen
class Evidence:
    """What a metric is evidence for: an aspect of the reconstruction, in any word.

    ``by`` says how its scores are judged: a ``"distance"`` is right near its floor, an
    ``"estimate"`` near the true value, a ``"forecast"`` well below simple forecasts, a
    ``"share"`` of counted trials near that of the truth. A score without it is shown beside
    the others and decides nothing.

    ``kind`` is the word in ``[judge.tolerance]``, ``tolerance`` what it is by default: a
    fraction of the way from the floor to the nearest baseline for distances (0.1), of the
    score's ``scale`` for estimates (0.05), of the best simple forecast's error (0.5), of all
    trials (0.02). A distance that grows like a standard deviation, not like a variance or a
    divergence, is ``squared``: noise in both records then adds to what they differ by.

    Raises: InputError for another ``by``, an empty aspect, or a tolerance outside (0, 1).
    """

    aspect: str = attrs.field(validator=_word)
    by: EvidenceKind | None = attrs.field(default=None, converter=_kind)
    kind: str = attrs.field(default=attrs.Factory(_usual_kind, takes_self=True))
    tolerance: float = attrs.field(
        default=attrs.Factory(_usual_tolerance, takes_self=True), validator=_fraction
    )
    squared: bool = False


@final
@attrs.frozen
class Runs:
    """The free runs that a score is over: the step at which each diverged, None for never.

    ``expected`` is the share of the true system's runs from the same places that diverge.
    """

    diverged_at: tuple[int | None, ...] = attrs.field(converter=tuple[int | None, ...])
    expected: float = 0.0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.diverged_at)

    @property
    def diverged(self) -> int:
        """How many of them diverged."""
        return sum(at is not None for at in self.diverged_at)


@final
@attrs.frozen(kw_only=True)
class Curve:
    """A curve to draw, `y: (points,)` over `x: (points,)`, with standard errors where known.

    What is not finite is None. ``straight`` is the range of x over which a line was fitted.
    """

    x: tuple[float | None, ...] = attrs.field(converter=_points)
    y: tuple[float | None, ...] = attrs.field(converter=_points)
    error: tuple[float | None, ...] = attrs.field(default=(), converter=_points)
    straight: tuple[float, ...] | None = attrs.field(default=None, converter=_range)


@final
@attrs.frozen(kw_only=True)
class Part:
    """One of several effects that a score holds, such as that of one variable.

    ``error`` is its standard error, ``reference_error`` that of the truth's own part.
    """

    value: float = attrs.field(validator=_finite)
    error: float | None = attrs.field(default=None, validator=_finite)
    reference_error: float | None = attrs.field(default=None, validator=_finite)


@final
@attrs.frozen(kw_only=True, repr=False)
class Score(Printed):
    """What a metric found, with all that is needed to read and to judge it.

    ``value`` is None where there is none, and ``reason`` says why. ``error`` is one standard
    error over ``error_over`` of ``error_unit`` (such as 32 starts), and ``error_from`` says
    how it was obtained. ``remark`` is a clause that the verdict adds, such as where runs come
    to rest. ``convention`` names the choices that two numbers must share to be comparable.

    ``reference`` is the value that is known to be right, with ``reference_error`` (over
    ``reference_over`` records or starts) where it is an estimate; ``reference_reason`` says
    why an estimate from the data has none. ``truth`` is the estimate for the true system by
    the same settings. ``floor`` is what a perfect model would get, the median of ``floors``,
    with ``floor_error`` (over ``floor_over``), and ``floor_doubt`` why it is not to be
    trusted; ``baselines`` are what simple alternatives get, by name. A value whose size is at
    most ``resolution`` cannot be told from zero. An estimate's tolerance is a fraction of
    ``scale``, by default the size of what is right. ``parts`` are the effects of which the
    value is the furthest from what is right. ``trials`` are those of which a share was
    counted. ``members`` are the values of the members of an ensemble, one where there is a
    single trained model, none for equations. ``spoilt`` are the scores, on the same data, of
    copies of the truth that were spoilt on purpose.

    ``evidence`` says what the score is judged as, ``metric`` is the qualified name of what
    gave it. ``curves`` are drawn by figures; ``details``, of JSON types, are shown and never
    read.
    """

    value: float | None = attrs.field(validator=_finite)
    reason: str = ""
    unit: str = ""
    error: float | None = attrs.field(default=None, validator=_finite)
    error_over: int | None = None
    error_unit: str = ""
    error_from: str = ""
    remark: str = ""
    reference: float | None = attrs.field(default=None, validator=_finite)
    reference_error: float | None = attrs.field(default=None, validator=_finite)
    reference_over: int | None = None
    reference_reason: str = ""
    truth: float | None = attrs.field(default=None, validator=_finite)
    truth_error: float | None = attrs.field(default=None, validator=_finite)
    truth_over: int | None = None
    floor: float | None = attrs.field(default=None, validator=_finite)
    floors: tuple[float, ...] = attrs.field(
        default=(), converter=tuple[float, ...], validator=_all_finite
    )
    floor_error: float | None = attrs.field(default=None, validator=_finite)
    floor_over: int | None = None
    floor_from: str = ""
    floor_doubt: str = ""
    baselines: Mapping[str, float] = attrs.field(
        factory=dict[str, float], validator=_named_finite
    )
    resolution: float | None = attrs.field(default=None, validator=_finite)
    scale: float | None = attrs.field(default=None, validator=_finite)
    parts: Mapping[str, Part] = attrs.field(factory=dict[str, Part])
    trials: int | None = None
    runs: Runs | None = None
    members: tuple[float | None, ...] = attrs.field(
        default=(), converter=tuple[float | None, ...], validator=_all_finite
    )
    evidence: Evidence | None = None
    metric: str = ""
    convention: str = ""
    spoilt: Mapping[str, Score] = attrs.field(factory=dict[str, "Score"])
    curves: Mapping[str, Curve] = attrs.field(factory=dict[str, Curve])
    details: Mapping[str, Any] = attrs.field(factory=dict[str, Any])

    def __attrs_post_init__(self) -> None:
        # Before they were fields, metrics gave these two among their details.
        for name in _RENAMED:
            given = self.details.get(name)
            if given and not getattr(self, name):
                warnings.warn(
                    f"Score(details={{{name!r}: ...}}) is Score({name}=...) now; a later "
                    "version will read nothing of the details.",
                    DeprecationWarning,
                    stacklevel=3,
                )
                object.__setattr__(self, name, str(given))
