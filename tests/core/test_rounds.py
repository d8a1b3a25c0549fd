"""Trainings go on as long as free runs get better, or until time is over."""

from pathlib import Path
from typing import Any

import pytest
import torch

import takens
from takens._training.free_run_check import Finding, FreeRunCheck

SHORT: dict[str, Any] = {
    "steps": 20,
    "batch": 4,
    "window": 20,
    "log_every": 1,
    "check_every": 10,
    "device": "cpu",
}
SCHEME = "generalised_teacher_forcing"
MODEL = {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 8}


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate("lorenz63", dt=0.01, steps=2_200, seed=0)


@pytest.fixture
def divergences(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the checks find, one after the other."""
    found: list[float] = []

    def evaluate(self: FreeRunCheck, models: Any, dt: float) -> list[Finding]:
        return [Finding(found.pop(0), 0.0, 0.0) for _ in models]

    monkeypatch.setattr(FreeRunCheck, "evaluate", evaluate)
    return found


def test_rounds_go_on_while_free_runs_get_better(
    data: takens.TimeSeries, divergences: list[float]
) -> None:
    divergences += [9.0, 8.0, 7.0, 6.0, 5.9, 5.8, 1.0, 1.0]
    fit = takens.fit(MODEL, data, SCHEME, rounds=4, **SHORT)
    assert fit.history[-1]["step"] == 60
    assert "in round 3 of 4: free runs got no better." in fit.remarks[-1]
    rates = {record["step"]: record["learning_rate"] for record in fit.history}
    assert rates[21] == 0.5 * rates[1]
    assert rates[41] == 0.25 * rates[1]
    assert rates[20] == pytest.approx(1e-5)


def test_there_are_no_more_rounds_than_asked_for(
    data: takens.TimeSeries, divergences: list[float]
) -> None:
    divergences += [9.0, 8.0, 7.0, 6.0]
    fit = takens.fit(MODEL, data, SCHEME, rounds=2, **SHORT)
    assert fit.history[-1]["step"] == 40
    assert fit.remarks[-1] == "Training ended after 40 updates, in round 2 of 2."


def test_without_free_runs_there_is_one_round(data: takens.TimeSeries) -> None:
    never: dict[str, Any] = SHORT | {"check_every": 0}
    fit = takens.fit(MODEL, data, SCHEME, rounds=4, **never)
    assert fit.history[-1]["step"] == 20
    assert "in round 1 of 4: there are no free runs to go by" in fit.remarks[-1]


def test_one_member_that_gets_better_is_enough(
    data: takens.TimeSeries, divergences: list[float]
) -> None:
    divergences += [9.0, 9.0, 9.0, 9.0, 9.0, 5.0, 9.0, 5.0, 9.0, 5.0, 9.0, 5.0]
    fit = takens.fit(MODEL, data, SCHEME, rounds=5, members=2, **SHORT)
    assert fit.history[-1]["step"] == 60


def test_one_round_is_as_ever(data: takens.TimeSeries) -> None:
    plain = takens.fit(MODEL, data, SCHEME, **SHORT)
    several = takens.fit(MODEL, data, SCHEME, rounds=3, **SHORT)
    first = [record["loss"] for record in plain.history]
    assert [record["loss"] for record in several.history[:20]] == first


def test_rounds_can_be_interrupted(
    data: takens.TimeSeries, tmp_path: Path, divergences: list[float]
) -> None:
    found = [9.0, 8.0, 7.0, 6.0, 5.9, 5.8]
    divergences += found
    whole = takens.fit(MODEL, data, SCHEME, rounds=4, **SHORT)
    divergences += found
    with pytest.raises(KeyboardInterrupt):
        takens.fit(
            MODEL, data, Interrupted(27), rounds=4, folder=tmp_path, checkpoint_every=5, **SHORT
        )
    divergences[:] = found[2:]
    resumed = takens.fit(
        MODEL, data, Interrupted(99), rounds=4, folder=tmp_path, resume=True, **SHORT
    )
    assert resumed.history[-1]["step"] == 60
    torch.testing.assert_close(
        resumed.model.state_dict(), whole.model.state_dict(), rtol=0, atol=0
    )
    # What has ended stays so.
    again = takens.fit(
        MODEL, data, Interrupted(99), rounds=4, folder=tmp_path, resume=True, **SHORT
    )
    assert again.history[-1]["step"] == 60


class Interrupted:
    """Generalised forcing that is interrupted at an update."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.scheme: Any = takens.schemes.create(SCHEME)

    def loss(self, model: Any, windows: Any, *, times: Any, step: int) -> Any:
        if step == self.at:
            raise KeyboardInterrupt
        return self.scheme.loss(model, windows, times=times, step=step)


def test_time_is_over(data: takens.TimeSeries) -> None:
    longer: dict[str, Any] = SHORT | {"steps": 100_000}
    fit = takens.fit(MODEL, data, SCHEME, time_limit=0.5, **longer)
    assert 0.5 <= fit.seconds < 20
    assert "training.time_limit = 0.5 seconds are over." in str(fit.remarks)
    assert "free_runs_lost" in fit.history[-1]
