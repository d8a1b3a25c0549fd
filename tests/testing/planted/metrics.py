"""Metrics with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

import math
import random
from typing import Any

import attrs
from torch import Tensor

import takens
from takens.testing import samples

from .fault import Fault, faulty


def gap(reference: takens.TimeSeries, generated: takens.TimeSeries) -> float:
    return float((reference.x.mean(-2) - generated.x.mean(-2)).abs().mean())


class Metric:
    """A difference of means; the faulty ones differ in ``compare``."""

    horizon: Any = None

    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=gap(reference, generated), unit="of the data")


def turns(series: takens.TimeSeries) -> float:
    """Count the turns of each variable in a unit of time."""
    up = series.x.diff(dim=-2) > 0
    length = float(series.t[-1] - series.t[0])
    return float((up[..., 1:, :] != up[..., :-1, :]).double().sum()) / length


class Rate(Metric):
    """A difference of rates in time."""

    def compare(self, reference: Any, generated: Any, /) -> Any:
        apart = abs(turns(reference) - turns(generated))
        return takens.Score(value=apart, unit="1 / time unit")


class Prober:
    """The growth of a tangent in a unit of time."""

    def measure(self, step: Any, x0: Tensor, dt: float, /) -> Any:
        growth, v = 0.0, samples.numbers(*x0.shape, 1)
        for _ in range(200):
            x0, v = takens.plugin.jvp(step, x0, v)
            length = v.norm(dim=-2, keepdim=True)
            growth, v = growth + length.log().mean(), v / length
        rate = float(growth) / 200 / dt
        if not math.isfinite(rate):
            return takens.Score(value=None, reason="the map diverged")
        return takens.Score(value=rate, unit="1 / time unit")


class IgnoresDt(Prober):
    def measure(self, step: Any, x0: Tensor, dt: float, /) -> Any:
        return super().measure(step, x0, 1.0)


class IgnoresUnit(Rate):
    """Gives the rate per sample, and calls it one in time."""

    def compare(self, reference: Any, generated: Any, /) -> Any:
        apart = abs(turns(reference) - turns(generated)) * reference.dt
        return takens.Score(value=apart, unit="1 / time unit")


class MovesTheClock(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        found = super().compare(reference, generated)
        generated.t.add_(1.0)
        return found


class MovesTheStarts(Prober):
    def measure(self, step: Any, x0: Tensor, dt: float, /) -> Any:
        found = super().measure(step, x0.clone(), dt)
        x0.zero_()
        return found


class DrawsAnError(Metric):
    """Draws its standard error."""

    def compare(self, reference: Any, generated: Any, /) -> Any:
        return attrs.evolve(super().compare(reference, generated), error=random.random())


class SeesOneVariable(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        gap = float((reference.x[..., 0].mean() - generated.x[..., 0].mean()).abs())
        return takens.Score(value=gap, unit="of the data")


class NeedsTwoVariables(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        both = reference.x[..., 1].mean() - generated.x[..., 1].mean()
        return takens.Score(value=gap(reference, generated) + float(both.abs()))


class NeverGivesAValue(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=None, reason="too short")


class NotANumber(Metric):
    """Goes past what a score allows."""

    def compare(self, reference: Any, generated: Any, /) -> Any:
        found = super().compare(reference, generated)
        if found.value > 0:
            object.__setattr__(found, "value", math.nan)
        return found


class Flips(Metric):
    """Is below its best where the series differ."""

    evidence: Any = takens.plugin.Evidence("statistics", by="distance")

    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=-gap(reference, generated))


class KnowsNothing(Metric):
    """Is told facts, and gives nothing back."""

    def with_facts(self, facts: takens.plugin.Facts, /) -> Any:
        return None


class RemembersFacts(Metric):
    """Takes facts into itself, so that the next system is measured by them."""

    unit: float = 1.0

    def with_facts(self, facts: takens.plugin.Facts, /) -> Any:
        self.unit = facts.lyapunov_spectrum[0] if facts.lyapunov_spectrum else self.unit
        return self

    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=gap(reference, generated) * self.unit)


class NotZeroOnItself(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=1 + gap(reference, generated))


class SeesNothing(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=0.0)


class Wavers(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=random.random())


class Chokes(Metric):
    """Divides by what a diverged run does not have."""

    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=float(1 / generated.x[..., -1, :].std()) * 0)


class Drawn(Prober):
    def measure(self, step: Any, x0: Tensor, dt: float, /) -> Any:
        return takens.Score(value=random.random())


class Follows(Prober):
    """Looks at where the map has gone, wherever that is."""

    def measure(self, step: Any, x0: Tensor, dt: float, /) -> Any:
        for _ in range(20):
            x0 = step(x0)
        return takens.Score(value=float(x0.mean()))


class Knows(Prober):
    """The growth of a tangent, which is the largest exponent."""

    evidence: Any = takens.plugin.Evidence("chaos", by="estimate")

    def reference(self, facts: takens.plugin.Facts, /) -> Any:
        return facts.lyapunov_spectrum[0] if facts.lyapunov_spectrum else None


class AlwaysKnows(Knows):
    def reference(self, facts: takens.plugin.Facts, /) -> Any:
        return 1.0


class Doubles(Knows):
    def measure(self, step: Any, x0: Tensor, dt: float, /) -> Any:
        found = super().measure(step, x0, dt)
        return found if found.value is None else attrs.evolve(found, value=2 * found.value)


class SaysAWord(Metric):
    """Is evidence by a word."""

    evidence: Any = "geometry"


class KnowsNoTruth(Prober):
    evidence: Any = takens.plugin.Evidence("chaos", by="estimate")


class KnowsNoSimpleForecast(Metric):
    horizon: Any = 5
    evidence: Any = takens.plugin.Evidence("prediction", by="forecast")


class Shift:
    """A difference of means over all records."""

    def compare_records(self, truth: Any, runs: Any, /) -> Any:
        return takens.Score(
            value=float((truth.x.mean((0, 1)) - runs.x.mean((0, 1))).abs().mean())
        )


class ShiftOfTheTruth(Shift):
    def compare_records(self, truth: Any, runs: Any, /) -> Any:
        return takens.Score(value=1 + (super().compare_records(truth, runs).value or 0.0))


class DrawsAShift(Shift):
    def compare_records(self, truth: Any, runs: Any, /) -> Any:
        found = super().compare_records(truth, runs)
        return attrs.evolve(found, error=random.random())


class NeedsMotion(Shift):
    """Divides by how much the ends of the runs move."""

    def compare_records(self, truth: Any, runs: Any, /) -> Any:
        moved = float(runs.x[:, -5:].std(1).mean() / truth.x[:, -5:].std(1).mean())
        return takens.Score(value=abs(math.log(moved)))


class CountsNothing(Shift):
    evidence: Any = takens.plugin.Evidence("stability", by="share")


class Deviance:
    """The share of the deviance that a model explains."""

    horizon: int = 3

    def compare_deviances(self, model: Tensor, null: Tensor, dt: float, /) -> Any:
        return takens.Score(value=1 - float(model.mean() / null.mean()))


class DrawsADeviance(Deviance):
    """Draws its standard error."""

    def compare_deviances(self, model: Tensor, null: Tensor, dt: float, /) -> Any:
        found = super().compare_deviances(model, null, dt)
        return attrs.evolve(found, error=random.random())


class TakesTheLogarithm(Deviance):
    """Fails where a model is worse than the constant law."""

    def compare_deviances(self, model: Tensor, null: Tensor, dt: float, /) -> Any:
        return takens.Score(value=math.log(1 - float(model.mean() / null.mean())))


GOOD = [Metric(), Rate(), Prober(), Knows(), Shift(), Deviance()]
FAULTS = [
    Fault("the horizon is 0", "metric_protocol", faulty(Metric(), horizon=0)),
    Fault("identical series do not get the best value", "metric_is_best_on_identical_series", NotZeroOnItself()),
    Fault("all series get one value", "metric_tells_series_apart", SeesNothing()),
    Fault("the value is drawn", "metric_is_repeatable", Wavers()),
    Fault("a run that has diverged is divided by", "metric_survives_divergence", Chokes()),
    Fault("what is probed is drawn", "metric_is_repeatable", Drawn()),
    Fault("a map that leaves is followed", "metric_survives_divergence", Follows()),
    Fault("there is a reference without facts", "metric_reference", AlwaysKnows()),
    Fault("the value is twice what the facts say", "dynamics_metric_agrees_with_facts", Doubles()),
    Fault("evidence is a word", "metric_evidence", SaysAWord()),
    Fault("an estimate has no true value", "metric_evidence", KnowsNoTruth()),
    Fault("a forecast is compared with no simple one", "metric_evidence", KnowsNoSimpleForecast()),
    Fault("the value ignores the sampling interval", "metric_units", IgnoresDt()),
    Fault("a rate is not in the unit of time", "metric_units", IgnoresUnit()),
    Fault("the times are changed in place", "metric_is_repeatable", MovesTheClock()),
    Fault("the starts are changed in place", "metric_is_repeatable", MovesTheStarts()),
    Fault("the standard error is drawn", "metric_is_repeatable", DrawsAnError()),
    Fault("only the first variable is looked at", "metric_tells_series_apart", SeesOneVariable()),
    Fault("one variable is too few", "metric_survives_divergence", NeedsTwoVariables()),
    Fault("there is never a value", "metric_is_best_on_identical_series", NeverGivesAValue()),
    Fault("the value is not a number", "metric_tells_series_apart", NotANumber()),
    Fault("facts are answered with nothing", "metric_with_facts", KnowsNothing()),
    Fault("facts are taken into the metric itself", "metric_with_facts", RemembersFacts()),
    Fault("two series are closer than identical ones", "metric_evidence", Flips()),
    Fault("the truth as its own runs is wrong", "metric_is_best_on_identical_series", ShiftOfTheTruth()),
    Fault("the error of all records is drawn", "metric_is_repeatable", DrawsAShift()),
    Fault("runs that rest are divided by", "metric_survives_divergence", NeedsMotion()),
    Fault("the error of deviances is drawn", "metric_is_repeatable", DrawsADeviance()),
    Fault("a model worse than none fails", "metric_survives_divergence", TakesTheLogarithm()),
    Fault("a share is of no known number", "metric_evidence", CountsNothing()),
]  # fmt: skip
