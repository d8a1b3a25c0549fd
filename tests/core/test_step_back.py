"""Trainings that break down go back to what was good, at a lower rate."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
from takens._training.descent import Descent
from takens._training.flat import FlatWeights
from takens_systems import Lorenz63

SHORT: dict[str, Any] = {"steps": 130, "batch": 4, "window": 20, "log_every": 1}


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate(Lorenz63(), dt=0.01, steps=700, seed=0)


def make(seed: int = 0) -> takens.plugin.Model:
    return takens.models.create(
        "shallow_plrnn", obs_dim=3, latent_dim=5, hidden_dim=10, seed=seed
    )


@attrs.frozen
class Breaking:
    """Free runs whose loss is not finite at some updates, for the member that comes last."""

    at: tuple[int, ...]
    takes_ensembles: bool = True

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        scheme: Any = takens.schemes.create("generalised_teacher_forcing")
        loss = scheme.loss(model, windows, times=times, step=step)
        factor = torch.ones(loss.shape)
        factor.view(-1)[-1] = math.inf if step in self.at else 1.0
        return loss * factor


def train(data: takens.TimeSeries, *at: int, **options: Any) -> takens.Fit:
    return takens.fit(make(), data, Breaking(at), device="cpu", **(SHORT | options))


def rates(fit: takens.Fit) -> Mapping[int, float]:
    return {record["step"] - 1: record["learning_rate"] for record in fit.history}


def test_nothing_changes_before_a_breakdown_and_the_rate_is_halved_after(
    data: takens.TimeSeries,
) -> None:
    plain, broken = train(data), train(data, 110)
    for step in range(110):
        assert broken.history[step]["loss"] == plain.history[step]["loss"]
    one, two = rates(plain), rates(broken)
    assert all(two[step] == one[step] for step in range(111))
    assert all(two[step] == 0.5 * one[step] for step in range(111, 130))
    assert "went back to earlier weights once, for the last time at update 111" in str(
        broken.remarks
    )
    assert "0.5 of what was asked for" in str(broken.remarks)
    assert plain.remarks == ()


@pytest.mark.parametrize("optimiser", ["radam", "adafactor"])
@pytest.mark.parametrize("members", [1, 2])
def test_weights_and_moments_go_back_to_the_older_of_two_states(
    data: takens.TimeSeries, optimiser: str, members: int
) -> None:
    def weights(*at: int, steps: int) -> Any:
        fit = train(
            data, *at, steps=steps, optimiser=optimiser, members=members, schedule="constant"
        )
        return fit.members[-1].state_dict()

    # Kept at updates 50 and 100; the breakdown at 120 goes back to the former.
    torch.testing.assert_close(
        weights(120, steps=121), weights(steps=50), rtol=0, atol=0, check_dtype=False
    )
    assert not torch.equal(
        weights(120, steps=122)["model.W1"], weights(120, steps=121)["model.W1"]
    )


def test_a_member_that_goes_back_leaves_the_others_alone(data: takens.TimeSeries) -> None:
    plain, broken = train(data, members=2), train(data, 70, 90, members=2)
    first, last = ([fit.members[i].state_dict() for fit in (plain, broken)] for i in range(2))
    torch.testing.assert_close(first[0], first[1], rtol=0, atol=0)
    assert not torch.equal(last[0]["model.W1"], last[1]["model.W1"])
    assert "Member 1 went back to earlier weights 2 times" in str(broken.remarks)
    assert "0.25 of what was asked for" in str(broken.remarks)


def test_steps_back_come_to_an_end(data: takens.TimeSeries) -> None:
    always = range(60, 130)
    with pytest.raises(takens.errors.TrainingError, match="stopped at update 64 of 130"):
        train(data, *always, step_backs=3)
    with pytest.raises(takens.errors.TrainingError, match="stopped at update 61 of 130"):
        train(data, *always, step_backs=0)
    stopped = train(data, *always, step_backs=3, members=2)
    assert "Member 1 stopped at update 64" in str(stopped.remarks)


def test_resuming_takes_along_what_can_be_gone_back_to(
    data: takens.TimeSeries, tmp_path: Path
) -> None:
    def weights(steps: int, **options: Any) -> Any:
        scheduled = {"schedule": "constant", "checkpoint_every": 105}
        return train(data, 70, 115, steps=steps, **scheduled, **options).model.state_dict()

    whole = weights(130)
    weights(105, folder=tmp_path)
    resumed = weights(130, folder=tmp_path, resume=True)
    torch.testing.assert_close(resumed, whole, rtol=0, atol=0)


def test_a_rate_that_is_far_too_high_is_lowered_until_it_works(
    data: takens.TimeSeries,
) -> None:
    plain: dict[str, Any] = {"schedule": "constant", "optimiser": "sgd", "gradient_clip": 0.0}
    with pytest.raises(takens.errors.TrainingError):
        train(data, learning_rate=30.0, step_backs=0, **plain)
    fit = train(data, learning_rate=30.0, step_backs=60, **plain)
    assert math.isfinite(fit.history[-1]["loss"])
    assert fit.history[-1]["learning_rate"] < 30.0


@pytest.mark.parametrize("rates", [0.01, (0.01, 0.02)])
@pytest.mark.parametrize("optimiser", ["radam", "adafactor", "sgd"])
def test_the_optimiser_remembers_of_one_member_what_it_did(optimiser: str, rates: Any) -> None:
    members = [make(seed) for seed in range(2)]
    training = takens.Training(
        optimiser={"name": optimiser, "momentum": 0.9} if optimiser == "sgd" else optimiser,
        learning_rate=rates,
        members=2,
        schedule="constant",
    )
    weights = FlatWeights(members)
    descent = Descent.begin(training, weights)
    generator = torch.Generator().manual_seed(0)

    def update() -> None:
        weights.zero_gradient()
        assert weights.values.grad is not None
        weights.values.grad += torch.randn(weights.values.shape, generator=generator)
        descent.step(descent.rates(0), {})

    def remembered(member: int) -> list[Tensor]:
        own: list[Tensor] = []
        for owner, weight in descent._owned():  # pyright: ignore[reportPrivateUsage]
            for value in descent.optimiser.state[weight].values():
                if isinstance(value, Tensor) and value.ndim and owner in (None, member):
                    own.append((value[member] if owner is None else value).clone())
        return own

    for _ in range(3):
        update()
    kept, before = descent.moments(), remembered(1)
    update()
    others, after = remembered(0), remembered(1)
    assert before
    assert not all(torch.equal(x, y) for x, y in zip(before, after, strict=True))
    descent.put_back(1, kept)
    assert all(torch.equal(x, y) for x, y in zip(before, remembered(1), strict=True))
    assert all(torch.equal(x, y) for x, y in zip(others, remembered(0), strict=True))
