"""The parts of a reconstruction, each on its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import takens
import takens_schemes
from takens._reconstructing.budget import seconds_of  # pyright: ignore[reportPrivateUsage]
from takens._reconstructing.looking import refuse_hopeless  # pyright: ignore[reportPrivateUsage]
from takens._reconstructing.scoring import badness  # pyright: ignore[reportPrivateUsage]
from takens._reconstructing.searching import Candidates  # pyright: ignore[reportPrivateUsage]
from takens._reconstructing.trial import (
    updates_per_second,  # pyright: ignore[reportPrivateUsage]
)
from takens._run.reading import structure  # pyright: ignore[reportPrivateUsage]
from takens._run.resolution import resolve  # pyright: ignore[reportPrivateUsage]
from takens._run.sources import find_series  # pyright: ignore[reportPrivateUsage]
from takens.plugin import Evidence, Proposal, Request, Runs, Trial


@pytest.mark.parametrize(
    ("given", "seconds"), [("5min", 300), ("90s", 90), ("1.5h", 5400), (20, 20), (12.5, 12.5)]
)
def test_a_budget_is_read(given: float | str, seconds: float) -> None:
    assert seconds_of(given) == seconds


@pytest.mark.parametrize("given", ["5", "soon", "5 days", "1.2.3s", "5s", 0, -3, float("nan")])
def test_what_is_no_budget_is_refused(given: float | str) -> None:
    with pytest.raises(takens.InputError, match="as in 5min, 90s or 1h; got"):
        seconds_of(given)


def _search(scores: dict[str, float | None]) -> list[Request]:
    search = takens.searches.create("halving")
    trials: list[Trial] = []
    while wanted := search.ask(list(scores), trials, 120.0):
        trials += [Trial(request, scores[request.candidate]) for request in wanted]
    return [trial.request for trial in trials]


def test_halving_gives_rounds_the_same_time_and_drops_the_worse_half() -> None:
    asked = _search({"a": 0.5, "b": 0.1, "c": None, "d": 0.3, "e": 0.2})
    rounds = [asked[:5], asked[5:8], asked[8:]]
    names = [{request.candidate for request in each} for each in rounds]
    assert names == [{"a", "b", "c", "d", "e"}, {"b", "d", "e"}, {"b", "e"}]
    for each in rounds:
        assert sum(request.seconds for request in each) == pytest.approx(40)
        assert len({request.seconds for request in each}) == 1


def test_halving_trains_a_lone_candidate_for_the_whole_budget() -> None:
    assert _search({"only": 0.5}) == [Request("only", 120.0)]


def test_badness_is_the_way_from_the_floor_to_the_best_baseline() -> None:
    distance = Evidence("geometry", by="distance")
    half = takens.Score(value=3.0, floor=1.0, baselines={"a": 5.0, "b": 9.0}, evidence=distance)
    assert badness({"half": half}) == 0.5
    died = takens.Score(
        value=3.0, floor=1.0, baselines={"a": 5.0}, evidence=distance, runs=Runs((None, 7))
    )
    assert badness({"died": died}) == pytest.approx(0.5 + 1.5 / 2)
    forecast = takens.Score(
        value=0.2,
        floor=0.3,
        baselines={"persistence": 0.8},
        evidence=Evidence("prediction", by="forecast"),
    )
    assert badness({"forecast": forecast}) == pytest.approx(0.25)
    share = takens.Score(value=0.05, evidence=Evidence("elsewhere", by="share"))
    assert badness({"share": share}) == pytest.approx(0.5)
    none = takens.Score(value=None, reason="all runs diverged")
    assert badness({"none": none, "half": half}) == pytest.approx((2 + 0.5) / 2)


def _noise(kind: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    random = np.random.default_rng(3)
    drawn = random.normal(size=2_500)
    if kind == "white noise":
        return drawn
    if kind == "a random walk":
        return drawn.cumsum()
    x = np.zeros(2_500)
    for i in range(2, len(x)):
        x[i] = 1.2 * x[i - 1] - 0.5 * x[i - 2] + drawn[i]
    return x


@pytest.mark.parametrize("kind", ["white noise", "a random walk", "linear noise"])
def test_noise_is_refused(kind: str) -> None:
    found = takens.examine(_noise(kind)[:, None], surrogates=99)
    with pytest.raises(
        takens.errors.DataError, match=r"no sign of dynamics|is too short|periods"
    ):
        refuse_hopeless(found)


@pytest.mark.parametrize("name", ["lorenz63", "henon", "van_der_pol"])
def test_dynamics_are_not_refused(name: str) -> None:
    dt = 1 if name == "henon" else 0.05
    series = takens.simulate(name, dt=dt, steps=2_500, seed=1).between(500, 2_500)
    refuse_hopeless(takens.examine(series, surrogates=0))


def test_what_is_too_short_or_still_is_refused() -> None:
    rows = np.random.default_rng(0).normal(size=(80, 2))
    with pytest.raises(takens.errors.DataError, match="80 samples are left"):
        refuse_hopeless(takens.examine(rows, surrogates=0))
    with pytest.raises(takens.errors.DataError, match="Nothing varies"):
        refuse_hopeless(takens.examine(np.ones((200, 2)), surrogates=0))
    slow = np.sin(np.arange(400) / 100)[:, None]
    with pytest.raises(takens.errors.DataError, match=r"periods|is too short"):
        refuse_hopeless(takens.examine(slow, surrogates=0))
    few = np.sin(np.arange(600) * 2 * np.pi * 4 / 600)[:, None]
    with pytest.raises(takens.errors.DataError, match=r"holds 4(\.\d)? periods, and 5"):
        refuse_hopeless(takens.examine(few, surrogates=0))


def test_recipes_say_what_they_are_not_for() -> None:
    short = takens.examine(np.sin(np.arange(150))[:, None], surrogates=0)
    for name in takens.recipes:
        found = takens.create("recipe", name).propose(short)
        assert found.reason
        networks = ("recurrent_network", "free_states", "neural_field", "reservoir")
        assert isinstance(found, Proposal) is (name not in networks)


def test_noise_asks_for_states_of_its_own() -> None:
    for noise, asked in ((0.02, False), (0.2, True)):
        data = takens.simulate("lorenz63", dt=0.01, steps=4_000, noise=noise, seed=0)
        found = takens.create("recipe", "free_states").propose(
            takens.examine(data, surrogates=0)
        )
        assert isinstance(found, Proposal) is asked
        if isinstance(found, Proposal):
            assert found.settings["scheme"]["name"] == "weak_constraint"


def test_updates_are_timed_late_in_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    whole = takens_schemes.TeacherForcing.loss

    def noted(self: Any, *given: Any, step: int, **more: Any) -> torch.Tensor:
        seen.append(step)
        return whole(self, *given, step=step, **more)

    monkeypatch.setattr(takens_schemes.TeacherForcing, "loss", noted)
    table = {
        "data": {"system": "lorenz63", "dt": 0.01, "steps": 400},
        "model": {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 5},
        "scheme": "teacher_forcing",
        "training": {"window": 20, "steps": 100},
        "device": "cpu",
    }
    configuration = resolve(structure(table, "a test"))
    speed = updates_per_second(configuration, find_series(configuration.data, 0))
    assert speed is not None
    assert speed > 0
    assert sum(step > 1_000 for step in seen) == 40


@pytest.mark.parametrize(
    ("learning", "best"), [(0.037, "learning"), (0.041, "solved"), (None, "solved")]
)
def test_of_candidates_that_are_alike_one_is_taken_that_can_learn_more(
    tmp_path: Path, learning: float | None, best: str
) -> None:
    scores = {"solved": (0.02, None), "learning": (learning, 100.0), "linear": (1.7, None)}
    trials: list[dict[str, object]] = []
    for name, (score, speed) in scores.items():
        (tmp_path / name).mkdir()
        result = {"score": score, "updates_per_second": speed, "reason": "it broke down"}
        (tmp_path / name / "trial.json").write_text(json.dumps(result))
        trials.append({"candidate": name, "seconds": 1.0, "score": score})
    (tmp_path / "trials.json").write_text(json.dumps(trials))
    assert Candidates(tmp_path, tuple(scores)).best() == best


def test_where_all_candidates_failed_their_reasons_are_said(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    result = {"score": None, "reason": "its loss is nan"}
    (tmp_path / "one" / "trial.json").write_text(json.dumps(result))
    failed = [{"candidate": "one", "seconds": 1.0, "score": None}]
    (tmp_path / "trials.json").write_text(json.dumps(failed))
    with pytest.raises(takens.InputError, match="one: its loss is nan"):
        Candidates(tmp_path, ("one",)).best()


def test_six_periods_are_enough() -> None:
    cycle = np.sin(np.arange(1_200) * 2 * np.pi * 6 / 1_200)[:, None]
    refuse_hopeless(takens.examine(cycle, surrogates=0))
