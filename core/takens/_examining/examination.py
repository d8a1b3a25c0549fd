"""What was found out about data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, final

import attrs

from takens._examining.forecasts import Forecasts
from takens._examining.trend import Trend
from takens._printed import Printed

# Standard errors of a normal law that hold 95 %.
_NORMAL: Final = 1.96
_DERIVED: Final = (
    *("samples_per_period", "length_in_periods", "exponent_interval", "lyapunov_times"),
    "verdict",
)


def _percent(level: float | None) -> str:
    if level is None:
        return "not known"
    return "below 0.1 %" if level < 1e-3 else f"{100 * level:.2g} %"


@final
@attrs.frozen
class Finding:
    """Something to know before a model is trained: what, what follows, and what to do.

    ``remedy`` is a line of configuration, or empty where there is none.
    """

    what: str
    consequence: str
    remedy: str = ""

    def __str__(self) -> str:
        said = f"{self.what} {self.consequence}"
        return f"{said}\n    {self.remedy}" if self.remedy else said


@final
@attrs.frozen(kw_only=True)
class Variable:
    """What is known of one variable; ``noise`` is in standard deviations of the signal."""

    name: str
    unit: str
    mean: float
    spread: float
    least: float
    most: float
    missing: int
    outliers: int
    step: float | None
    kind: str
    noise: float | None = None
    trend: Trend | None = None


@final
@attrs.frozen(kw_only=True, eq=False, repr=False)
class Examination(Printed):
    """What data are like, and what they can bear; ``findings`` begin with what matters most.

    Times are in the data's units. ``periods`` are the dominant ones, ``period`` is the
    strongest, or the mean one where none stands out. ``exponent`` is the largest Lyapunov
    exponent with its standard error, ``chance`` the share of linear surrogates that are
    forecast as well as the data, ``forecasts`` say how well one delay ahead is foretold.
    """

    samples: int
    recordings: int
    variables: tuple[Variable, ...]
    time_unit: str
    dt: float
    jitter: float
    gaps: int
    missing: int
    length: float
    periods: tuple[float, ...] = ()
    period: float | None = None
    delay: float | None = None
    dimension: int | None = None
    exponent: float | None = None
    exponent_error: float | None = None
    exponent_reason: str = ""
    chance: float | None = None
    surrogates: int = 0
    forecasts: Forecasts | None = None
    findings: tuple[Finding, ...] = ()
    prepare: str = ""

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What is printed, as names and texts, without findings."""
        return tuple((name, str(text)) for name, text in self._told())

    @property
    def samples_per_period(self) -> float | None:
        """How many samples a period has."""
        return None if self.period is None else self.period / self.dt

    @property
    def length_in_periods(self) -> float | None:
        """How many periods the data hold."""
        return None if self.period is None else self.length / self.period

    @property
    def exponent_interval(self) -> tuple[float, float] | None:
        """Where the exponent lies at 95 %, where its error is known."""
        if self.exponent is None or self.exponent_error is None:
            return None
        away = _NORMAL * self.exponent_error
        return self.exponent - away, self.exponent + away

    @property
    def lyapunov_times(self) -> float | None:
        """How many Lyapunov times the data hold, where they are chaotic."""
        if self.exponent is None or self.exponent <= 0:
            return None
        return self.length * self.exponent

    @property
    def verdict(self) -> str:
        """Whether there are dynamics that can be learned, in a sentence."""
        told, chance = self.forecasts, self.chance
        if told is None:
            return "The data are too short or too broken to say whether they can be forecast."
        if told.beats_linear and told.beats_persistence:
            beside = "" if chance is None else f" (surrogates as well: {chance:.2g})"
            return f"Nonlinear: near states foretell more than linear models{beside}."
        if told.linear_beats_persistence and told.linear < 0.5:
            return "Predictable, and a linear model says it all: cycles or sums of cycles."
        if told.beats_persistence or told.linear_beats_persistence:
            return "Weakly predictable, and no better than by a linear model."
        return "Not predictable beyond the present value: noise, or too little data to tell."

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield from self._told()
        if self.findings:
            yield "first", f"{self.findings[0].what} {self.findings[0].consequence}"

    def _told(self) -> Iterator[tuple[str, str]]:
        unit = f" {self.time_unit}" if self.time_unit else ""
        names = [f"{v.name} ({v.unit})" if v.unit else v.name for v in self.variables]
        many = f" in {self.recordings} recordings" if self.recordings > 1 else ""
        jitter = "" if self.jitter < 1e-3 else f", give or take {self.jitter:.2g} of that"
        yield "data", f"{self.samples:,} samples{many} of {', '.join(names)}"
        yield "time", f"every {self.dt:.6g}{unit}{jitter}, {self.length:.6g}{unit} in all"
        if self.missing:
            yield "missing", f"{self.missing:,} numbers"
        if self.period is not None:
            found = ", ".join(f"{period:.4g}" for period in self.periods) + unit
            found = found if self.periods else f"none stands out; mean {self.period:.4g}{unit}"
            each, held = self.samples_per_period, self.length_in_periods
            yield "periods", f"{found}; {each:.3g} samples each, {held:.4g} in all"
        yield "noise", ", ".join(_percent(v.noise) for v in self.variables)
        if self.delay is not None:
            dimension = self.dimension or "not found"
            yield "embedding", f"delay {self.delay:.4g}{unit}, dimension {dimension}"
        if self.exponent is not None:
            times = self.lyapunov_times
            held = "" if times is None else f"; {times:.3g} Lyapunov times in all"
            unit, ends = self.time_unit or "time unit", self.exponent_interval
            within = "" if ends is None else f" ({ends[0]:.3g} to {ends[1]:.3g} at 95 %)"
            yield "exponent", f"{self.exponent:.3g} per {unit}{within}{held}"
        elif self.exponent_reason:
            yield "exponent", f"not known: {self.exponent_reason}"
        yield "dynamics", self.verdict

    def to_json(self) -> Mapping[str, Any]:
        """Return all of it as JSON types."""
        table = attrs.asdict(self)
        return table | {name: getattr(self, name) for name in _DERIVED}
