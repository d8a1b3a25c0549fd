"""Judging: records, noise, spoilt copies, stationarity, runs that start elsewhere."""

import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import attrs
import pytest
import torch

import takens
from takens._judging.noise import noise_level, with_noise  # pyright: ignore[reportPrivateUsage]
from takens._judging.once import Once  # pyright: ignore[reportPrivateUsage]
from takens._judging.spoils import SPOILS, spoilt  # pyright: ignore[reportPrivateUsage]
from takens._judging.stationarity import (  # pyright: ignore[reportPrivateUsage]
    difference,
    mean_period,
)

STEPS = 4_000


def records(count: int, seed: int, **parameters: float) -> takens.TimeSeries:
    system = takens.systems.create("lorenz63", **parameters)
    made = takens.simulate(system, dt=0.01, steps=STEPS + 1_000, trajectories=count, seed=seed)
    return takens.TimeSeries(made.t[:STEPS], made.x[:, 1_000 : 1_000 + STEPS])


@pytest.fixture(scope="module")
def truth() -> takens.TimeSeries:
    return records(6, seed=1)


def first(series: takens.TimeSeries) -> takens.TimeSeries:
    return attrs.evolve(series, x=series.x[0])


def rest(series: takens.TimeSeries) -> takens.TimeSeries:
    return attrs.evolve(series, x=series.x[1:])


@attrs.frozen
class Means:
    """The shift of the first mean, over runs, and how far out the farthest run is."""

    evidence: ClassVar[Any] = takens.plugin.Evidence("means", "estimate", "means", 0.15)

    def compare_records(
        self, truth: takens.TimeSeries, runs: takens.TimeSeries, /
    ) -> takens.Score:
        scale = truth.x[..., 0].std()
        ours, theirs = (series.x[..., 0].mean(-1) / scale for series in (truth, runs))
        return takens.Score(
            value=float(theirs.mean() - ours.mean()),
            error=float(theirs.std() / len(theirs) ** 0.5),
            error_over=len(theirs),
            reference=0.0,
            reference_error=float(ours.std() / len(ours) ** 0.5),
            reference_over=len(ours),
            scale=1.0,
            details={"farthest": float(runs.x.abs().max()), "runs": len(runs.x)},
        )


@attrs.frozen
class Far:
    """The share of runs that end outside of the data."""

    count: int = 40
    limit: float = 1e3
    evidence: ClassVar[Any] = takens.plugin.Evidence("elsewhere", "share")

    def starts(self, truth: takens.TimeSeries, /) -> takens.plugin.Starts:
        assert truth.x.ndim == 3
        x = torch.full((self.count, truth.dim), 0.5, dtype=torch.float64)
        return takens.plugin.Starts(x=x, transient=7, steps=5)

    def compare_records(
        self, truth: takens.TimeSeries, runs: takens.TimeSeries, /
    ) -> takens.Score:
        out = runs.x[:, -1].abs().amax(-1) > self.limit * truth.x.abs().max()
        details = {"shape": list(runs.x.shape)}
        return takens.Score(value=float(out.double().mean()), trials=len(out), details=details)


def test_records_are_judged_as_runs_are(truth: takens.TimeSeries) -> None:
    runs = records(150, seed=2)
    found = takens.judge(
        runs, first(truth), [Means(), "max_lyapunov"], second=rest(truth), power=False
    )
    assert found.scores["Means"].details["runs"] == 48
    assert found.verdict.findings["means"].right is not False
    assert "no dynamics" in found.verdict.not_judged["max_lyapunov"]
    assert "exponents" not in found.verdict.findings
    moved = attrs.evolve(runs, x=runs.x + 0.5 * truth.x.std((0, 1)))
    found = takens.judge(moved, first(truth), [Means()], second=rest(truth), power=False)
    assert found.verdict.findings["means"].right is False


def test_one_long_record_is_cut_into_runs(truth: takens.TimeSeries) -> None:
    long = takens.TimeSeries(torch.arange(3 * STEPS) * 0.01, truth.x[:3].reshape(-1, 3))
    found = takens.judge(long, first(truth), [Means()], second=rest(truth), power=False)
    assert found.scores["Means"].details["runs"] == 3
    with pytest.raises(takens.errors.DataError, match="of the same variables and interval"):
        takens.judge(attrs.evolve(long, t=long.t * 2), first(truth), [Means()])


def test_many_runs_are_counted_and_those_that_diverge_left_out(linear: Any) -> None:
    t = torch.arange(90, dtype=torch.float64)
    halves = torch.cat((torch.zeros(45), torch.ones(45))).double()
    data = takens.TimeSeries(t, halves.unsqueeze(-1))
    score = takens.judge(
        linear(2.0), data, [Means()], second=data, context=1, power=False
    ).scores["Means"]
    assert score.runs is not None
    assert score.runs.count == 90
    assert score.details["runs"] == 90 - score.runs.diverged
    assert score.details["farthest"] < 1e7


@pytest.mark.parametrize(("factor", "share"), [(0.5, 0.0), (9.0, 1.0)])
def test_runs_start_where_a_metric_says(linear: Any, factor: float, share: float) -> None:
    t = torch.arange(90, dtype=torch.float64)
    data = takens.TimeSeries(t, t.sin().unsqueeze(-1))
    judged = takens.judge([linear(factor)] * 3, data, [Far()], context=1, power=False)
    score = judged.scores["Far"]
    assert (score.value, score.trials) == (share, 40)
    assert score.details["shape"][1:] == [5, 1]
    assert judged.verdict.findings["elsewhere"].right is None


def test_what_the_true_system_does_from_there_is_right() -> None:
    logistic = takens.systems.create("logistic", r=3.9)
    data = takens.simulate(logistic, dt=1.0, steps=200, seed=3)
    none, some = Far(count=200), Far(count=200, limit=0.5)
    other = takens.systems.create("logistic", r=3.7)
    still = takens.systems.create("logistic", r=0.5)
    found = takens.judge(other, data, [none], truth=logistic, power=False)
    assert found.scores["Far"].value == 0.0
    assert found.verdict.findings["elsewhere"].right is True
    alone = takens.judge(other, data, [some], power=False)
    assert alone.verdict.findings["elsewhere"].right is None
    wrong = takens.judge(other, data, [some], truth=still, power=False)
    assert wrong.verdict.findings["elsewhere"].right is False
    beside = takens.judge(logistic, data, [some], truth=logistic, power=False)
    assert beside.scores["Far"].reference == beside.scores["Far"].value == 1.0
    assert beside.verdict.findings["elsewhere"].right is True


def test_spoilt_copies_are_noticed_where_they_should_be(truth: takens.TimeSeries) -> None:
    metrics = ["mean_shift", "scale_ratio", "time_scale_ratio", "time_asymmetry"]
    found = takens.judge(records(20, seed=2), first(truth), metrics, second=rest(truth))
    power = {name: finding.power for name, finding in found.verdict.findings.items()}
    assert "means off by 0.3 sd" in power["means"]
    assert "scales x 0.9" in power["scales"]
    assert "a linear process" in power["time scales"]
    assert "time reversed" in power["time asymmetry"]
    assert "time reversed" not in power["means"]
    assert "means off by 0.1 sd" in found.verdict.notes[0]
    quiet = takens.judge(
        records(2, seed=2), first(truth), metrics, second=rest(truth), power=False
    )
    assert all(not finding.power for finding in quiet.verdict.findings.values())


def test_spoilt_copies_are_what_they_are_called(truth: takens.TimeSeries) -> None:
    made: Mapping[str, takens.TimeSeries] = spoilt(truth)
    assert list(made) == list(SPOILS)
    x, spread = truth.x, truth.x.reshape(-1, 3).std(0)
    assert torch.allclose(made["means off by 0.3 sd"].x - x, 0.3 * spread)
    ratio = made["scales x 0.9"].x.reshape(-1, 3).std(0) / spread
    assert torch.allclose(ratio, torch.full((3,), 0.9, dtype=torch.float64))
    slow = made["time x 0.9"].x
    assert torch.allclose(slow[:, 1_000], x[:, 900], atol=1e-9)
    assert torch.equal(made["time reversed"].x[:, 0], x[:, -1])
    assert torch.equal(made["rest for the last quarter"].x[:, -1], x[:, STEPS * 3 // 4])
    cycle = made["a closed cycle"].x
    assert torch.equal(cycle[:, STEPS // 3 : 2 * (STEPS // 3)], x[:, : STEPS // 3])


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("name", ["lorenz63", "rossler", "van_der_pol"])
def test_noise_is_found_and_added(name: str, level: float) -> None:
    dt = {"lorenz63": 0.01, "rossler": 0.08, "van_der_pol": 0.09}[name]
    clean = takens.simulate(name, dt=dt, steps=6_000, seed=1)
    clean = clean.between(1_000, 6_000)
    assert noise_level(clean) < 0.003
    noisy = with_noise(clean, level, clean)
    assert noise_level(noisy) == pytest.approx(level, rel=0.1)


def test_noise_that_cannot_be_found_is_said() -> None:
    series = takens.simulate("henon", dt=1, steps=2_000, seed=0)
    with pytest.raises(takens.errors.DataError, match=r"too far apart; give judge\.noise"):
        noise_level(series)


def test_runs_are_compared_with_the_noise_of_the_data(truth: takens.TimeSeries) -> None:
    noisy = with_noise(truth, 0.2, truth)
    runs = records(20, seed=2)
    metrics = ["scale_ratio"]
    sharp = takens.judge(runs, first(noisy), metrics, second=rest(noisy), power=False)
    for noise in (0.2, "estimate"):
        fair = takens.judge(
            runs, first(noisy), metrics, second=rest(noisy), noise=noise, power=False
        )
        was, now = (found.scores["scale_ratio"].value for found in (sharp, fair))
        assert was is not None
        assert now is not None
        assert was == pytest.approx(1 / 1.02, abs=0.02)
        assert abs(now - 1) < abs(was - 1) + 0.01
    with pytest.raises(takens.InputError, match='at least 0, "estimate" or "learned"; got -1'):
        takens.judge(runs, first(noisy), metrics, noise=-1.0)


def test_halves_that_differ_leave_distances_undecided(truth: takens.TimeSeries) -> None:
    steady = first(records(1, seed=5))
    drift = torch.linspace(0, 40, STEPS, dtype=torch.float64)[:, None]
    drifting = attrs.evolve(steady, x=steady.x + drift)
    metrics = ["state_space_divergence"]
    runs = records(8, seed=2)
    found = takens.judge(runs, drifting, metrics, power=False).verdict.findings["geometry"]
    assert found.right is None
    assert "the record is not stationary (the mean of x" in found.sentence
    found = takens.judge(runs, steady, metrics, power=False).verdict.findings["geometry"]
    assert "not stationary" not in found.sentence


def test_true_records_are_seldom_called_unsteady() -> None:
    pairs = [records(2, seed=100 + seed) for seed in range(60)]
    found = [
        difference(attrs.evolve(pair, x=pair.x[0]), attrs.evolve(pair, x=pair.x[1]))
        for pair in pairs
    ]
    assert sum(map(bool, found)) <= 4


def test_the_mean_period_is_that_of_a_wave() -> None:
    t = torch.arange(5_000, dtype=torch.float64) * 0.02
    wave = takens.TimeSeries(t, (2 * torch.pi * t / 1.6).sin().unsqueeze(-1))
    assert mean_period(wave) == pytest.approx(1.6, rel=0.03)


@pytest.mark.parametrize(
    ("tolerance", "sentence"),
    [
        ({"means": 2.0}, "judge.tolerance.means is between 0 and 1; got 2.0"),
        ({"mean": 0.1}, "'mean', which no metric asks for.*Did you mean 'means'"),
    ],
)
def test_tolerances_are_checked_before_anything_is_done(
    truth: takens.TimeSeries, tolerance: Mapping[str, float], sentence: str
) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        takens.judge("lorenz63", first(truth), ["mean_shift"], tolerance=tolerance)


def test_subjects_are_judged_one_after_the_other_against_one_truth(
    truth: takens.TimeSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, second = first(truth), rest(truth)
    system = takens.systems.create("lorenz63")
    other = takens.systems.create("lorenz63", rho=26.0)
    asked = ["mean_shift", "state_space_divergence", "max_lyapunov", "prediction_error"]
    alone = [
        takens.judge(each, data, asked, second=second, truth=system)
        for each in (other, records(8, seed=3))
    ]
    calls: list[str] = []

    def counted(name: str) -> None:
        module = sys.modules["takens._judging.judging"]
        inner = getattr(module, name)

        def counting(*given: Any) -> Any:
            calls.append(name)
            return inner(*given)

        monkeypatch.setattr(module, name, counting)

    counted("score_spoilt")
    made: list[int] = []

    def subjects() -> Iterator[Any]:
        for i, each in enumerate((other, records(8, seed=3), other)):
            made.append(i)
            yield each

    found = takens.judge_each(subjects(), data, asked, second=second, truth=system)
    assert not made
    assert dict(next(found).scores) == dict(alone[0].scores)
    assert made == [0]
    assert dict(next(found).scores) == dict(alone[1].scores)
    assert dict(next(found).scores) == dict(alone[0].scores)
    assert len(calls) == 2, "runs have a context, records have none"
    assert not any(score.members for score in alone[0].scores.values())
    with pytest.raises(StopIteration):
        next(found)


def test_what_is_made_once_is_made_by_one_thread() -> None:
    once, made = Once(), []

    def slow() -> int:
        made.append(1)
        time.sleep(0.02)
        return len(made)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: once.of(slow, "it"), range(4))) == [1] * 4
    assert once.of(slow, "other", 1) == 2
    with pytest.raises(ZeroDivisionError):
        once.of(lambda: 1 // 0, "fails")
    assert once.of(lambda: 5, "fails") == 5
