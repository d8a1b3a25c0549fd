"""Free runs and their scores: cutting, choosing, medians, errors, floors, and what is added."""

import math
import statistics
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
from takens._dynamics.free_run import FreeRun  # pyright: ignore[reportPrivateUsage]
from takens._judging.baselines import Baselines  # pyright: ignore[reportPrivateUsage]
from takens._judging.completion import (  # pyright: ignore[reportPrivateUsage]
    complete,
    evidence_of,
    with_scale,
)
from takens._judging.criteria import Criteria  # pyright: ignore[reportPrivateUsage]
from takens._judging.ensembles import (  # pyright: ignore[reportPrivateUsage]
    error_of_median,
    merge_members,
    over_members,
)
from takens._judging.free_runs import (  # pyright: ignore[reportPrivateUsage]
    FreeRuns,
    compare_free_runs,
    far_away,
)
from takens._judging.measure import measure_dynamics  # pyright: ignore[reportPrivateUsage]
from takens._judging.once import Once  # pyright: ignore[reportPrivateUsage]
from takens._judging.records import (  # pyright: ignore[reportPrivateUsage]
    compare_records,
    runs_from,
)
from takens._judging.segments import Segments  # pyright: ignore[reportPrivateUsage]
from takens.plugin import EvidenceKind
from takens_systems import Lorenz63

Series = takens.TimeSeries


def levels(*values: float, samples: int = 6) -> Tensor:
    """Records that stand still at one value each, `(records, T, 1)`."""
    x = torch.tensor(values, dtype=torch.float64)
    return x[:, None, None].expand(-1, samples, 1).clone()


def series(x: Tensor) -> Series:
    return Series(torch.arange(x.shape[-2], dtype=torch.float64), x)


def ended(*values: float, at: Sequence[int | None], scored: int) -> FreeRuns:
    """Runs at these levels, of which some diverged; the first stands beside."""
    x = series(levels(values[0], *values))
    first, rest = (
        FreeRun(attrs.evolve(x, x=x.x[part]), tuple(where))
        for part, where in ((slice(0, 1), at[:1]), (slice(1, None), at))
    )
    return FreeRuns(first, rest, scored)


@attrs.define(eq=False)
class Level:
    """The distance between levels."""

    horizon: int | None = None
    nothing: float = math.nan

    def compare(self, reference: Series, generated: Series, /) -> takens.Score:
        value = float((generated.x - reference.x).mean())
        if value == self.nothing:
            return takens.Score(value=None, reason="nothing")
        curve = takens.plugin.Curve(x=[0.0], y=[value])
        details = {"own": value}
        return takens.Score(value=value, curves={"c": curve}, details=details)


def beside(*floors: float) -> Baselines:
    segments = Segments(series(levels(0.0)[0]), series(levels(*floors)))
    return Baselines(segments, {"a": series(levels(9.0)[0])}, {}, {})


def test_scores_are_medians_with_their_errors_and_quartiles() -> None:
    runs = ended(1.0, 2.0, 4.0, 8.0, 3.0, at=[None, None, None, 3, None], scored=5)
    found = compare_free_runs(Level(), beside(0.1, 0.3, 0.2), runs)
    values = [1.0, 2.0, 4.0, 3.0]
    assert found.value == 2.5
    assert found.details["values"] == values
    assert found.details["own"] == 2.0
    assert found.details["quartiles"] == pytest.approx([1.75, 3.25])
    assert found.error == pytest.approx(
        math.sqrt(math.pi / 2) * statistics.stdev(values) / math.sqrt(4)
    )
    assert (found.error_over, found.error_unit) == (4, "free runs")
    assert found.floor == pytest.approx(0.2)
    assert found.floors == pytest.approx((0.1, 0.3, 0.2))
    assert found.floor_error == pytest.approx(math.sqrt(math.pi / 2) * 0.1 / math.sqrt(3))
    assert found.floor_over == 3
    assert found.floor_from == (
        "the reference against 3 other true segments of the same length (median)"
    )
    assert found.baselines == {"a": 9.0}
    assert found.runs == takens.plugin.Runs([None, None, None, 3, None])


def test_one_or_two_floors_borrow_the_spread_of_runs() -> None:
    runs = ended(1.0, 2.0, 3.0, at=[None] * 3, scored=3)
    one = compare_free_runs(Level(), beside(0.1), runs)
    assert (one.floor_error, one.floor_over) == (pytest.approx(1.0), 3)
    assert one.floor_from.startswith("the reference against 1 other true segment of")
    two = compare_free_runs(Level(), beside(0.1, 0.2), runs)
    assert two.floor_error == pytest.approx(1 / math.sqrt(2))


def test_a_single_run_is_taken_to_vary_as_the_truth_does() -> None:
    runs = ended(1.0, at=[None], scored=1)
    found = compare_free_runs(Level(), beside(0.1, 0.3, 0.5), runs)
    assert (found.error, found.error_over) == (pytest.approx(0.2), 3)
    assert "quartiles" not in found.details
    few = compare_free_runs(Level(), beside(0.1, 0.3), runs)
    assert (few.error, few.floor_error) == (None, None)


def test_where_all_runs_diverged_nothing_of_the_truths_score_is_left() -> None:
    runs = ended(1.0, 2.0, at=[2, 4], scored=2)
    found = compare_free_runs(Level(), beside(0.1), runs)
    assert found.value is None
    assert found.reason == "all 2 free runs diverged"
    assert (dict(found.curves), dict(found.details)) == ({}, {})
    assert found.floor == pytest.approx(0.1)
    runs = ended(1.0, 1.0, at=[None] * 2, scored=2)
    none = compare_free_runs(Level(nothing=1.0), beside(0.1), runs)
    assert (none.value, none.reason, none.floor) == (None, "nothing", pytest.approx(0.1))
    runs = ended(1.0, 2.0, at=[None] * 2, scored=2)
    some = compare_free_runs(Level(nothing=1.0), beside(0.1), runs)
    assert (some.value, some.error) == (2.0, None)


def test_noise_is_added_to_runs_before_they_are_scored() -> None:
    x = torch.sin(torch.arange(6.0)).double()[:, None]
    segments = Segments(series(x), series(x[None]))
    made = Baselines(segments, {}, {}, {})
    runs = ended(0.0, 0.0, at=[None] * 2, scored=2)
    sharp, noisy = (compare_free_runs(Level(), made, runs, noise) for noise in (0.0, 0.5))
    assert sharp.details["values"][0] == sharp.details["values"][1]
    assert noisy.details["values"][0] != noisy.details["values"][1]


def test_runs_are_shown_evenly_and_measured_up_to_48() -> None:
    at = [None] * 100
    runs = ended(*map(float, range(100)), at=at, scored=4)
    assert runs.shown.x[:, 0, 0].tolist() == [0.0, 0.0, 33.0, 66.0, 99.0]
    measured = runs.finite
    assert measured is not None
    chosen = measured.x[:, 0, 0]
    assert (len(chosen), float(chosen[0]), float(chosen[-1])) == (48, 0.0, 99.0)
    assert set(chosen.diff().tolist()) == {2.0, 3.0}
    lost = ended(0.0, 1.0, 2.0, at=[None, 3, None], scored=3)
    left = lost.finite
    assert left is not None
    assert left.x[:, 0, 0].tolist() == [0.0, 2.0]
    assert lost.shown.diverged_at == (None, None, 3, None)
    assert ended(0.0, at=[1], scored=1).finite is None
    assert attrs.evolve(lost, expected=0.25).fate == takens.plugin.Runs([None, 3, None], 0.25)


def test_runs_that_diverged_are_far_from_one_sample_before() -> None:
    runs = FreeRun(series(levels(1.0, 2.0, 3.0)), (None, 3, 0))
    x = far_away(runs, series(levels(-5.0, 4.0))).x[..., 0]
    assert x[0].tolist() == [1.0] * 6
    assert x[1].tolist() == [2.0, 2.0, *[5e9] * 4]
    assert x[2].tolist() == [5e9] * 6
    assert runs.x[1, -1, 0] == 2.0


def test_records_become_runs() -> None:
    long = series(torch.arange(25.0).double()[:, None])
    cut = FreeRuns.recorded(long, 10, 8)
    assert cut.all.x[:, 0, 0].tolist() == [0.0, 10.0]
    assert cut.beside.x[0, :, 0].tolist() == list(range(10))
    assert (cut.scored, cut.all.x.shape[1]) == (2, 10)
    assert FreeRuns.recorded(long, 13, 8).all.x.shape == (1, 13, 1)
    assert FreeRuns.recorded(series(long.x[:20]), 10, 8).all.x.shape == (2, 10, 1)
    assert FreeRuns.recorded(series(long.x[:19]), 10, 8).all.x.shape == (1, 10, 1)
    longer = FreeRuns.recorded(series(levels(1.0, 2.0, 3.0, samples=25)), 10, 8)
    assert longer.all.x[:, 0, 0].tolist() == [1.0, 2.0, 3.0]
    several = FreeRuns.recorded(series(levels(1.0, 2.0, 3.0)), 5, 2)
    assert several.all.diverged_at == (None,) * 3
    assert (several.scored, several.all.x.shape[1]) == (2, 5)


def test_records_with_gaps_are_refused() -> None:
    x = torch.sin(torch.arange(90.0))[:, None]
    gaps = x.clone()
    gaps[40] = math.nan
    record = Series(torch.arange(90.0), gaps, mask=gaps.isfinite())
    with pytest.raises(takens.InputError, match="A record needs a series without gaps"):
        takens.judge(record, series(x), ["mean_shift"])


def test_models_run_from_places_along_other_segments(linear: Any) -> None:
    x = torch.arange(20.0).double()[:, None] + 1
    others = torch.stack((x + 100, x + 200))
    segments = Segments(series(x), series(others))
    found = FreeRuns.of(linear(1.0), segments, 1.0, scored=2, counted=4, context=5)
    assert found.all.x.shape == (4, 15, 1)
    # Standing still where the context ends: of the reference at 5, of the others' places.
    assert found.beside.x[0, 0, 0] == 5.0
    assert found.all.x[:, 0, 0].tolist() == [105.0, 120.0, 205.0, 220.0]
    fewer = FreeRuns.of(linear(1.0), segments, 1.0, scored=3, counted=1, context=5)
    assert len(fewer.all.x) == 3


class Described:
    def __init__(self, **fields: Any) -> None:
        self.__dict__ |= fields


def compared(metric: Any, value: float = 1.0, **more: Any) -> takens.Score:
    references = more.pop("references", None)
    truth = more.pop("truth", None)
    return complete(takens.Score(value=value, **more), "one", metric, truth, references)


def test_what_is_right_is_what_was_given_or_published_or_the_metrics_own() -> None:
    def of_facts(facts: takens.plugin.Facts) -> float:
        return 0.0 if facts.lyapunov_spectrum is None else facts.lyapunov_spectrum[0]

    own = Described(best=5.0)
    assert compared(own).reference == 5.0
    assert compared(own, reference=4.0).reference == 4.0
    computed = Described(best=5.0, reference=of_facts)
    assert compared(computed, reference=4.0).reference == 0.0
    assert compared(computed, truth=Lorenz63()).reference == 0.9056
    given = compared(computed, truth=Lorenz63(), references={"one": 7.0, "two": 8.0})
    assert given.reference == 7.0
    assert compared(Described()).reference is None
    unknown = Described(reference=lambda _: None, best=5.0)
    assert compared(unknown, reference=4.0).reference == 4.0
    kept = compared(Described(), reference=4.0, reference_error=0.5)
    assert kept.reference_error == 0.5


def test_published_values_come_with_their_errors() -> None:
    metric: Any = takens.metrics.get("correlation_dimension")
    fact = takens.plugin.Fact(2.05, error=0.01)
    truth = Described(facts=lambda: takens.plugin.Facts(values={"correlation_dimension": fact}))
    found = compared(metric, truth=truth)
    assert (found.reference, found.reference_error) == (2.05, 0.01)
    given = compared(metric, truth=truth, references={"one": 2.0})
    assert (given.reference, given.reference_error) == (2.0, None)
    assert compared(metric).reference is None


def test_evidence_is_the_metrics_or_the_scores() -> None:
    evidence = takens.plugin.Evidence("a", "share")
    other = takens.plugin.Evidence("b", "share")
    assert compared(Described(evidence=evidence), evidence=other).evidence is evidence
    assert compared(Described(), evidence=other).evidence is other
    silent: Any = Described()
    assert evidence_of(silent) is None
    with pytest.raises(TypeError, match=r"which is no takens\.plugin\.Evidence"):
        compared(Described(evidence="b"))


@pytest.mark.parametrize(
    ("reference", "unit", "expected"),
    [
        (0.0124, "1 / time unit", 0.25),
        (-0.0124, "1 / time unit", 0.25),
        (0.0125, "1 / time unit", None),
        (-0.9, "1 / time unit", None),
        (0.0, "nats", None),
        (None, "1 / time unit", None),
    ],
)
def test_small_rates_are_held_to_one_per_mean_period(
    reference: float | None, unit: str, expected: float | None
) -> None:
    evidence = takens.plugin.Evidence("exponents", "estimate")
    score = takens.Score(value=0.1, reference=reference, unit=unit, evidence=evidence)
    assert with_scale(score, 4.0, Criteria()).scale == expected
    if expected:
        own = attrs.evolve(score, reference=None, truth=reference)
        assert with_scale(own, 4.0, Criteria()).scale == expected
        assert with_scale(attrs.evolve(own, reference=0.9), 4.0, Criteria()).scale is None
        assert with_scale(attrs.evolve(score, scale=2.0), 4.0, Criteria()).scale == 2.0
        assert with_scale(attrs.evolve(score, evidence=None), 4.0, Criteria()).scale is None


@attrs.frozen
class Growth:
    """The mean growth from the starts, with an error over ``over``, if it knows."""

    over: int | None = None

    def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
        rates = (step(x0) / x0).log() / dt + x0
        error = float(rates.std() / len(rates) ** 0.5)
        return takens.Score(value=float(rates.mean()), error=error, error_over=self.over)


def test_dynamics_are_measured_beside_those_of_the_truth(linear: Any) -> None:
    places = torch.tensor([0.1, 0.2, 0.4]).double()[:, None, None].expand(-1, 2, 1)
    alone = measure_dynamics(Growth(), linear(3.0), 0.5, places, None, Once())
    assert alone.value == pytest.approx(math.log(3) / 0.5 + 0.7 / 3)
    assert (alone.error_over, alone.error_unit) == (3, "starts")
    assert (alone.floor, alone.truth) == (None, None)
    assert alone.floor_from == "no floor: it needs the true equations"
    assert measure_dynamics(Growth(7), linear(3.0), 0.5, places, None, Once()).error_over == 7
    logistic = takens.systems.create("logistic", r=3.9)
    found = measure_dynamics(Growth(), linear(3.0), 1.0, places, logistic, Once())
    x = torch.tensor([0.1, 0.2, 0.4]).double()
    rates = (3.9 * (1 - x)).log() + x
    assert found.truth == pytest.approx(float(rates.mean()))
    assert found.truth_error == pytest.approx(float(rates.std()) / math.sqrt(3))
    assert found.truth_over == 3
    assert found.floor == pytest.approx(math.sqrt(2) * float(rates.std()) / math.sqrt(3))
    assert "sqrt 2" in found.floor_from


@attrs.define(eq=False)
class Counted:
    """How many runs are far, or what their mean level is."""

    evidence: Any = None
    starting: int = 3

    def starts(self, truth: Series, /) -> takens.plugin.Starts:
        x = torch.arange(1.0, 1 + self.starting)[:, None].double()
        return takens.plugin.Starts(x=x, transient=2, steps=3)

    def compare_records(self, truth: Series, runs: Series, /) -> takens.Score:
        far = (runs.x.abs().amax((1, 2)) > 1e6).double()
        return takens.Score(
            value=float(far.mean()), trials=len(far), details={"mean": float(runs.x.mean())}
        )


def test_shares_are_counted_on_all_runs_and_effects_on_those_that_went_on() -> None:
    segments = Segments(
        series(levels(0.0)[0] + torch.arange(6.0)[:, None]), series(levels(1.0))
    )
    runs = ended(1.0, 2.0, 3.0, 4.0, at=[None, 3, None, None], scored=2)
    true = ended(1.0, 2.0, at=[None, 3], scored=2)
    share = compare_records(Counted(), EvidenceKind.SHARE, segments, runs, 0.0, lambda: true)
    assert (share.value, share.trials) == (0.25, 4)
    assert (share.reference, share.reference_over) == (0.5, 2)
    assert share.runs == takens.plugin.Runs([None, 3, None, None])
    alone = compare_records(Counted(), EvidenceKind.SHARE, segments, runs, 0.0)
    assert alone.reference is None
    good = ended(1.0, at=[None], scored=1)
    none = compare_records(Counted(), EvidenceKind.SHARE, segments, good, 0.0, lambda: true)
    assert (none.value, none.reference) == (0.0, None)
    effect = compare_records(
        Counted(), EvidenceKind.ESTIMATE, segments, runs, 0.0, lambda: true
    )
    assert (effect.value, effect.details["mean"]) == (0.0, pytest.approx(8 / 3))
    assert effect.runs == takens.plugin.Runs([None, 3, None, None])
    noisy = compare_records(Counted(), None, segments, runs, 0.5)
    assert noisy.details["mean"] != pytest.approx(8 / 3)
    gone = compare_records(Counted(), None, segments, ended(1.0, at=[2], scored=1), 0.0)
    assert (gone.value, gone.reference) == (None, 0.0)
    assert gone.reason == "all 1 free runs diverged"


@pytest.mark.parametrize("count", [3, 250, 251])
def test_runs_from_elsewhere_leave_out_their_transient(linear: Any, count: int) -> None:
    truth = series(levels(1.0))
    starts = Counted(starting=count).starts(truth)
    found = runs_from(linear(2.0), starts, truth)
    assert found.x.shape == (count, 3, 1)
    # A run begins one step after its start, and two are left out.
    assert found.x[:, 0, 0].tolist() == [8.0 * i for i in range(1, count + 1)]
    assert found.x[1, :, 0].tolist() == [16.0, 32.0, 64.0]
    part = runs_from(linear(2.0), starts, truth, slice(1, None, 2))
    assert part.x[0, 0, 0] == 16.0
    with pytest.raises(ValueError, match="at least one observation"):
        runs_from(linear(2.0), starts, truth, slice(0, 0))
    far = runs_from(linear(1e9), starts, truth)
    assert bool((far.x == 1e9).all())


def test_all_variables_of_a_start_are_followed(linear: Any) -> None:
    model = linear(2.0)
    model.obs_dim = model.latent_dim = 2
    starts = takens.plugin.Starts(x=torch.tensor([[1.0, 3.0]]).double(), transient=1, steps=2)
    found = runs_from(model, starts, series(levels(1.0)[0].expand(-1, 2).clone()))
    assert found.x.tolist() == [[[4.0, 12.0], [8.0, 24.0]]]


def member(value: float | None, **more: Any) -> takens.Score:
    return takens.Score(value=value, **more)


def test_members_are_joined_by_their_median_and_the_middle_one() -> None:
    part = takens.plugin.Part
    scores = [
        member(v, details={"mine": v}, parts={"x": part(value=v), "y": part(value=2 * v)})
        for v in (4.0, 1.0, 2.0, 8.0)
    ]
    found = over_members([*scores, member(None, reason="gone")])
    assert found.value == 3.0
    assert found.members == (4.0, 1.0, 2.0, 8.0, None)
    assert found.details == {"mine": 2.0, "interval": pytest.approx([1.3, 6.8])}
    assert found.error == pytest.approx(error_of_median([1, 2, 4, 8]))
    assert found.parts["y"].value == 6.0
    assert found.parts["y"].error == pytest.approx(2 * error_of_median([1, 2, 4, 8]))
    some = [attrs.evolve(one, parts={"x": part(value=1.0)}) for one in scores[:1]]
    assert over_members([*some, *scores[1:]]).parts["y"].value == 4.0
    single = [member(1.0), member(2.0, parts={"x": part(value=5.0)}), member(3.0)]
    assert over_members(single).parts["x"] == part(value=5.0)
    two = over_members(scores[:2])
    assert two.error == pytest.approx(error_of_median([1, 4]))
    assert two.parts["x"].error == two.error
    alone = over_members([member(3.0, parts={"x": part(value=3.0)}), member(None)])
    assert (alone.value, alone.error, alone.members) == (3.0, None, (3.0, None))
    assert over_members([member(None, reason="a"), member(None, reason="b")]).reason == "a"


def test_shares_of_members_are_of_all_trials() -> None:
    runs = takens.plugin.Runs
    scores = [
        member(0.5, trials=10, remark="a", runs=runs([None, 2])),
        member(0.75, trials=40, remark="b", runs=runs([3])),
        member(0.0, trials=50, remark="c"),
    ]
    found = over_members(scores)
    assert (found.value, found.trials, found.remark) == (pytest.approx(0.35), 100, "b")
    assert found.runs == runs([None, 2, 3])
    assert found.members == (0.5, 0.75, 0.0)
    assert over_members([member(0.5, trials=10), member(0.7)]).value == pytest.approx(0.6)
    each = [{"a": one} for one in scores]
    assert merge_members(each)["a"] == found
    assert merge_members(each[:1])["a"] is scores[0]
