import math
from typing import Any

import attrs
import pytest
import torch

import takens
from takens_systems import Lorenz63


@attrs.frozen
class MeanDifference:
    """A metric whose value is easy to work out."""

    horizon = None

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        assert reference.x.shape == generated.x.shape
        return takens.Score(value=float((generated.x - reference.x).mean()), unit="metres")


@attrs.frozen
class FinalError:
    horizon = 3

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        assert torch.equal(reference.x[:, 0], generated.x[:, 0])
        off = (generated.x[:, -1] - reference.x[:, -1]).abs().max()
        return takens.Score(value=float(off), details={"n": len(reference.x)})


@attrs.frozen
class Growth:
    def measure(self, step: takens.plugin.Map, x0: torch.Tensor, dt: float, /) -> takens.Score:
        assert x0.dtype == torch.float64
        return takens.Score(value=float((step(x0) / x0).log().mean() / dt), error=0.5)

    def reference(self, facts: takens.plugin.Facts, /) -> float | None:
        return None if facts.lyapunov_spectrum is None else facts.lyapunov_spectrum[0]


def ramp(n: int, offset: float = 0.0) -> takens.TimeSeries:
    t = torch.arange(n, dtype=torch.float64)
    return takens.TimeSeries(t, (t + 1 + offset).unsqueeze(-1))


def test_value_is_the_median_over_runs_and_floor_that_of_true_stretches(linear: Any) -> None:
    # A model that stands still, from contexts that end at 6, 19 and 34 of the three other
    # ramps: the part of the reference after the context of 5 has mean 18.
    data, others = ramp(30), [ramp(30, offset) for offset in (1.0, 2.0, 4.0)]
    second = attrs.evolve(others[0], x=torch.stack([s.x for s in others]))
    score = takens.evaluate(
        linear(1.0), data, [MeanDifference()], second=second, runs=3, context=5
    )["MeanDifference"]
    assert score.details["values"] == pytest.approx([6 - 18, 19 - 18, 34 - 18])
    assert score.value == pytest.approx(1)
    assert score.floor == pytest.approx(2)
    assert score.floors == pytest.approx((1, 2, 4))
    assert score.error is not None
    deviation = torch.tensor([-12.0, 1.0, 16.0]).std()
    assert score.error == pytest.approx(
        math.sqrt(math.pi / 2) * float(deviation) / math.sqrt(3)
    )


def test_runs_that_diverge_are_counted_and_left_out(linear: Any) -> None:
    data = takens.TimeSeries(
        torch.arange(90.0), torch.cat((torch.zeros(45), torch.ones(45))).double().unsqueeze(-1)
    )
    score = takens.evaluate(
        linear(2.0), data, [MeanDifference()], second=data, runs=2, context=1
    )["MeanDifference"]
    assert score.runs is not None
    assert set(score.runs.diverged_at) == {None, 20}
    assert (takens.plugin.Runs((None, 20)).count, takens.plugin.Runs((None, 20)).diverged) == (
        2,
        1,
    )
    assert score.value is not None


def test_when_all_runs_diverge_the_score_says_so(linear: Any) -> None:
    score = takens.evaluate(linear(2.0), ramp(80), [MeanDifference()], runs=3, context=1)[
        "MeanDifference"
    ]
    assert score.value is None
    assert score.error is None
    assert score.floor is not None
    assert score.reason == "all 3 free runs diverged"


def test_forecasts_start_from_every_sample(linear: Any) -> None:
    # Standing still, three steps ahead on a ramp of slope one, is off by three; the analogue
    # from an equal ramp is exact.
    score = takens.evaluate(linear(1.0), ramp(40), [FinalError()], second=ramp(40), context=4)[
        "FinalError"
    ]
    assert score.value == pytest.approx(3)
    assert score.details["n"] == 40 - 4 - 3 + 1
    # The last states of the ramp have no continuation in the library.
    assert score.floor == pytest.approx(0)


@attrs.frozen
class Starts:
    horizon = 2

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        return takens.Score(value=0.0, details={"at": reference.x[:, 0, 0].tolist()})


def test_forecasts_from_a_long_record_start_at_evenly_spread_samples(linear: Any) -> None:
    score = takens.evaluate(linear(1.0), ramp(9_000), [Starts()], context=4)["Starts"]
    at = torch.tensor(score.details["at"])
    # A half of the record serves for the analogues; the other begins at 1.
    assert len(at) == score.details["starts"] == 2_000
    assert (at[0], at[-1]) == (4, 4_500 - 2)
    assert set(at.diff().tolist()) == {2.0, 3.0}


def test_forecasts_that_diverge_are_counted_and_left_out(linear: Any) -> None:
    score = takens.evaluate(linear(1e7), ramp(40), [FinalError()], second=ramp(40), context=4)[
        "FinalError"
    ]
    assert score.value is None
    assert score.details["diverged"] == 1.0
    assert score.reason == "all 34 forecasts diverged"


def test_a_map_is_probed_by_the_step() -> None:
    score = takens.evaluate(takens.systems.create("henon"), metrics=["max_lyapunov"], starts=4)
    value = score["max_lyapunov"].value
    assert value is not None
    assert abs(value - 0.419) < 0.02


def test_more_runs_than_places_are_not_counted_twice(linear: Any) -> None:
    score = takens.evaluate(
        linear(1.0), ramp(30), [MeanDifference()], second=ramp(30), runs=1000, context=5
    )["MeanDifference"]
    assert score.runs is not None
    assert score.runs.count == 26


def test_metrics_of_the_dynamics_get_the_map_and_its_interval(linear: Any) -> None:
    data = attrs.evolve(ramp(60), t=torch.arange(60) * 0.5)
    score = takens.evaluate(linear(3.0), data, [Growth()], context=2)["Growth"]
    assert score.value == pytest.approx(math.log(3) / 0.5)
    assert score.floor is None


def test_a_system_needs_no_data_for_metrics_of_its_dynamics() -> None:
    score = takens.evaluate(Lorenz63(), metrics=["max_lyapunov"], starts=4)["max_lyapunov"]
    assert score.reference == 0.9056
    assert score.value is not None
    assert score.error is not None
    assert abs(score.value - 0.9056) < 4 * max(score.error, 0.01)


def test_the_reference_of_other_parameters_is_none() -> None:
    score = takens.evaluate(Lorenz63(rho=35.0), metrics=[Growth()], starts=2)["Growth"]
    assert score.reference is None


def test_known_values_go_before_published_ones(linear: Any) -> None:
    scores = takens.evaluate(
        linear(1.0), ramp(80), [MeanDifference()], references={"MeanDifference": 0.25}
    )
    assert scores["MeanDifference"].reference == 0.25


def test_the_model_stays_as_it_was(linear: Any) -> None:
    model = linear(1.0).float()
    takens.evaluate(model, ramp(80), [MeanDifference()])
    assert model.factor.dtype == torch.float32


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"data": None}, "A model is judged against data"),
        ({"data": ramp(50), "runs": 0}, "runs is at least 1"),
        ({"data": ramp(90), "truth": Lorenz63()}, "The true system has 3 variables"),
        (
            {
                "data": takens.TimeSeries(
                    torch.arange(99), torch.arange(99.0).clamp(50)[:, None]
                )
            },
            "Column 'x1' does not vary in one segment",
        ),
        ({"data": ramp(30)}, "warms up on 32 samples and needs at least 35"),
        ({"data": takens.TimeSeries(torch.arange(99), torch.randn(99, 2))}, "1 variables"),
        ({"data": takens.TimeSeries(torch.arange(9), torch.zeros(2, 9, 1))}, "one series"),
        (
            {"data": ramp(50), "second": attrs.evolve(ramp(50), t=torch.arange(50) * 2)},
            "interval",
        ),
    ],
)
def test_what_does_not_fit(linear: Any, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        takens.evaluate(linear(1.0), metrics=[MeanDifference()], **arguments)


def test_a_score_refuses_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="is a finite number, or None"):
        takens.Score(value=math.nan)


def test_members_judged_side_by_side_get_the_scores_of_one_by_one() -> None:
    data = takens.simulate("lorenz63", dt=0.02, steps=1200, seed=0)
    fit = takens.fit(
        "shallow_rnn", data, "teacher_forcing", steps=2, window=10, members=4, device="cpu"
    )
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            scores = takens.evaluate(fit.members, data, runs=2, starts=4, truth="lorenz63")
            found.append(scores)
    finally:
        torch.set_num_threads(before)
    alone, together = found
    for name, score in alone.items():
        assert together[name].members == pytest.approx(score.members, rel=1e-9), name
        assert together[name].floors == score.floors
        assert together[name].baselines == pytest.approx(score.baselines, rel=1e-9)
        assert set(together[name].spoilt) == set(score.spoilt)


@attrs.define(eq=False)
class Counting:
    """A distance that counts how often it is asked."""

    asked: int = 0
    horizon: int | None = None

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries
    ) -> takens.Score:
        self.asked += 1
        return takens.Score(value=float((generated.x - reference.x).square().mean()))


def test_floors_and_baselines_are_scored_once_for_all_members(linear: Any) -> None:
    x = torch.randn(60, 1, generator=torch.Generator().manual_seed(0)).double()
    data, metric = takens.TimeSeries(torch.arange(60.0), x), Counting()
    takens.evaluate([linear(0.5)] * 3, data, {"counting": metric}, runs=1, context=1)
    alone = metric.asked
    takens.evaluate([linear(0.5)] * 4, data, {"counting": metric}, runs=1, context=1)
    assert metric.asked - alone == alone + 1


@pytest.mark.parametrize("metric", ["spectrum_distance", "stability", "deviance"])
def test_what_compares_with_data_says_so_without_any(metric: str) -> None:
    with pytest.raises(takens.InputError, match=f"{metric} compares with data"):
        takens.evaluate("henon", None, metric, starts=2)
