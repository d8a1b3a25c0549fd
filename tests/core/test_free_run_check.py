"""Free runs while training: what is kept, and what is said."""

import math
from typing import Any

import attrs
import pytest
import torch

import takens
from takens._training.free_run_check import Finding, FreeRunCheck, metric_of
from takens._training.updates import Best
from takens_schemes import GeneralisedTeacherForcing
from takens_systems import Lorenz63

METRIC = metric_of("state_space_divergence")


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate(Lorenz63(), dt=0.02, steps=4000, seed=0)


@pytest.mark.parametrize(
    ("factor", "exploded", "stopped"), [(1.5, 1.0, 0.0), (0.5, 0.0, 1.0), (-1.0, 0.0, 0.0)]
)
def test_runs_that_are_lost_are_told_apart(
    linear: Any, factor: float, exploded: float, stopped: float
) -> None:
    x = torch.randn(1, 4000, 1, generator=torch.Generator().manual_seed(0)).double()
    check = FreeRunCheck.on(x, linear(factor), 1.0, METRIC)
    assert check is not None
    assert check.floor is None  # the data hold no second segment of this length
    (found,) = check.evaluate([linear(factor)], 1.0)
    assert (found.exploded, found.stopped) == (exploded, stopped)
    assert (found.divergence is None) is bool(exploded + stopped)


def test_short_data_are_not_run_on(linear: Any) -> None:
    assert FreeRunCheck.on(torch.randn(1, 500, 1), linear(0.5), 1.0, METRIC) is None


def test_lost_runs_go_before_distances() -> None:
    near, far, lost = Finding(0.1, 0, 0), Finding(2.0, 0, 0), Finding(0.05, 0.25, 0)
    assert sorted([lost, far, near], key=lambda found: found.rank) == [near, far, lost]
    assert Finding(None, 0.5, 0.5).rank == (1.0, math.inf)
    sentence = Finding(None, 0.25, 0.5).sentence()
    assert sentence == (
        "25% of the free runs exploded and 50% of the free runs came to rest (collapsed)"
    )
    assert near.sentence() == ""


def test_of_those_that_scatter_as_true_runs_do_the_latest_is_kept() -> None:
    best = Best.none_yet(torch.zeros(1, 1))
    # On a record those of true runs reach from 0.31 to 0.78, and a wrong model's are beyond 1.
    for value, divergence in enumerate((0.31, 0.78, 1.2), start=1):
        best.consider(torch.full((1, 1), value), [Finding(divergence, 0, 0)])
    assert best.values.item() == 2.0


@attrs.frozen
class Wrecked:
    """A scheme that trains well until some update, and spoils the weights after it."""

    inner: GeneralisedTeacherForcing
    until: int

    def loss(
        self,
        model: takens.plugin.Model,
        windows: torch.Tensor,
        *,
        times: torch.Tensor,
        step: int,
    ) -> torch.Tensor:
        if step < self.until:
            return self.inner.loss(model, windows, times=times, step=step)
        return -torch.stack([weight.sum() for weight in model.parameters()]).sum()


def train(data: takens.TimeSeries, **options: Any) -> takens.Fit:
    return takens.fit(
        takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=6, hidden_dim=20),
        data,
        Wrecked(GeneralisedTeacherForcing(0.2), until=300),
        steps=400,
        window=30,
        schedule="constant",
        learning_rate=1e-2,
        check_every=100,
        device="cpu",
        **options,
    )


def test_the_best_weights_are_kept(data: takens.TimeSeries) -> None:
    fit = train(data)
    lost = {
        record["step"]: record["free_runs_lost"]
        for record in fit.history
        if "free_runs_lost" in record
    }
    assert list(lost) == [100, 200, 300, 400]
    assert lost[400] == 1.0
    assert min(lost[200], lost[300]) < 1.0
    free = takens.generate(fit.model, context=data.x[:10], steps=2000)
    assert free.diverged_at == (None,)
    last = train(data, keep="last")
    free = takens.generate(last.model, context=data.x[:10], steps=2000)
    assert free.diverged == 1.0


def test_what_went_wrong_is_said_in_words(data: takens.TimeSeries) -> None:
    fit = takens.fit(
        takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=4),
        data,
        GeneralisedTeacherForcing(),
        steps=2,
        window=10,
        check_every=1,
        device="cpu",
    )
    assert len(fit.remarks) == 1
    assert fit.remarks[0].startswith("On the training data, ")
    assert "of the free runs" in fit.remarks[0]


@attrs.define
class Worsening:
    """A metric that finds every model ten times as bad as the one before it."""

    horizon: int | None = None
    asked: int = 0

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        self.asked += 1
        return takens.Score(value=10.0**self.asked)


def test_another_metric_can_choose_the_weights(data: takens.TimeSeries) -> None:
    metric = Worsening()
    options: dict[str, Any] = {"window": 30, "device": "cpu", "schedule": "constant"}
    scheme = GeneralisedTeacherForcing(0.2)

    def model() -> takens.plugin.Model:
        return takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=6, hidden_dim=20)

    fit = takens.fit(
        model(), data, scheme, steps=300, check_every=100, check_metric=metric, **options
    )
    first = takens.fit(model(), data, scheme, steps=100, check_every=0, **options)
    assert [r["divergence"] for r in fit.history if "divergence" in r] == [1e2, 1e3, 1e4]
    torch.testing.assert_close(fit.model.state_dict(), first.model.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("max_lyapunov", "check_metric compares free runs with data, and so does not Max"),
        (Worsening(horizon=3), "compares free runs"),
        ("spectrum_distanze", "Did you mean 'spectrum_distance'"),
        ({"name": "spectrum_distance", "sigmaa": 3}, "has no parameter 'sigmaa'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_choose_the_weights_is_refused(
    data: takens.TimeSeries, given: Any, sentence: str
) -> None:
    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=6, hidden_dim=20)
    with pytest.raises(takens.InputError, match=sentence):
        takens.fit(model, data, GeneralisedTeacherForcing(0.2), steps=2, check_metric=given)
