"""Models whose observations have a law: counts, labels and positive numbers."""

# pyright: basic

import math

import numpy as np
import pytest
import torch
from scipy import stats

import takens
from takens_models.latent.likelihoods import make_likelihoods
from takens_models.latent.smoothing import best_width, kernel, smooth

DOUBLE = torch.float64
CHOICES = ("gaussian", "log_normal", "poisson", "bernoulli", {"name": "ordinal", "levels": 4})


def _counts(steps=1500, seed=0):
    clean = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=steps, seed=seed)
    rates = (1 + 0.8 * (clean.x - clean.x.mean(0)) / clean.x.std(0)).exp()
    drawn = torch.poisson(rates, generator=torch.Generator().manual_seed(1))
    return takens.TimeSeries(clean.t, drawn), rates


def _model(likelihood, obs_dim=3, **more):
    return takens.models.create(
        "shallow_rnn",
        obs_dim=obs_dim,
        latent_dim=3,
        hidden_dim=8,
        observation="affine",
        likelihood=likelihood,
        **more,
    )


def _law(choice):
    (law,) = make_likelihoods([choice], 1)
    x = {"bernoulli": [0.0, 1.0, 1.0], "ordinal": [0.0, 2.0, 3.0]}
    name = choice if isinstance(choice, str) else choice["name"]
    return law, torch.tensor(x.get(name, [1.0, 2.0, 5.0]), dtype=DOUBLE)[:, None], name


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_likelihoods_agree_with_scipy_up_to_terms_of_the_observation(choice):
    law, x, name = _law(choice)
    shape = law.first_shape(x[:, 0])[:, None] + 0.1
    eta = torch.tensor([[0.3], [-0.4], [0.9]], dtype=DOUBLE)
    other = eta + torch.tensor([[0.2], [0.5], [-0.7]], dtype=DOUBLE)

    def log_probability(eta):
        e, v = eta[:, 0].numpy(), x[:, 0].numpy()
        if name == "gaussian":
            return stats.norm.logpdf(v, e, math.exp(shape[0]))
        if name == "log_normal":
            return stats.lognorm.logpdf(v, math.exp(shape[0]), scale=np.exp(e))
        if name == "poisson":
            return stats.poisson.logpmf(v, np.exp(e))
        if name == "bernoulli":
            return stats.bernoulli.logpmf(v, stats.logistic.cdf(math.exp(shape[0]) * e))
        at = np.concatenate(([float(shape[1, 0])], shape[2:, 0].exp().numpy())).cumsum()
        below = stats.logistic.cdf(math.exp(shape[0]) * (at[:, None] - e))
        whole = np.concatenate((np.zeros((1, 3)), below, np.ones((1, 3))))
        return np.log(np.diff(whole, axis=0)[v.astype(int), np.arange(3)])

    lost = law.negative_log(eta, x, shape) - law.negative_log(other, x, shape)
    expected = log_probability(other) - log_probability(eta)
    np.testing.assert_allclose(lost[:, 0].numpy(), expected, rtol=1e-9)
    lost = law.deviance(eta, x, shape) - law.deviance(other, x, shape)
    np.testing.assert_allclose(lost[:, 0].numpy(), 2 * expected, rtol=1e-9)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_what_is_drawn_has_the_mean_that_is_expected(choice):
    law, x, _ = _law(choice)
    shape = law.first_shape(x[:, 0])[:, None]
    eta = torch.full((200_000, 1), 0.4, dtype=DOUBLE)
    drawn = law.draw(eta, shape, torch.Generator().manual_seed(0))
    assert not law.complaint(drawn[:, 0])
    error = float(drawn.std()) / len(drawn) ** 0.5
    assert abs(float(drawn.mean() - law.mean(eta[:1], shape))) < 4 * error


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_no_constant_fits_better_than_the_null(choice):
    law, x, name = _law(choice)
    x = x.repeat(50, 1)
    shape = law.first_shape(x[:, 0])[:, None]
    null = law.null_deviance(x, shape).mean()
    for eta in torch.linspace(-2, 4, 200, dtype=DOUBLE):
        # The levels' shares may be any for the null; others have one number.
        found = law.deviance(eta.expand_as(x), x, shape).mean()
        assert found > null - 1e-9
    if name == "poisson":
        best = law.deviance(x.mean().log().expand_as(x), x, shape).mean()
        torch.testing.assert_close(best, null)


def test_deviance_of_counts_without_loss_is_zero():
    (law,) = make_likelihoods("poisson", 1)
    x = torch.tensor([[1.0], [4.0]], dtype=DOUBLE)
    assert float(law.deviance(x.log(), x, x.new_zeros(0, 1)).abs().max()) < 1e-12
    assert float(law.deviance(x.log(), 0 * x, x.new_zeros(0, 1))[1]) == pytest.approx(8)


def test_smoothing_keeps_lines_and_counts_what_it_averages():
    weights = kernel(41, torch.tensor(3.0, dtype=DOUBLE))
    line = torch.arange(41, dtype=DOUBLE)[:, None] * torch.tensor([[2.0, -1.0]], dtype=DOUBLE)
    torch.testing.assert_close(weights @ line, line)
    gappy = line.clone()
    gappy[20, 0] = torch.nan
    mean, over = smooth(gappy, torch.tensor(3.0, dtype=DOUBLE))
    torch.testing.assert_close(mean, line, atol=0.6, rtol=0)
    assert over[20, 0] < over[20, 1]
    # 2 sqrt(pi) standard deviations of a normal kernel.
    assert float(over[20, 1]) == pytest.approx(2 * math.pi**0.5 * 3, rel=0.01)


def test_the_width_is_wider_where_observations_scatter_more():
    t = torch.arange(4000, dtype=DOUBLE)[:, None]
    wave, noise = (t / 20).sin(), torch.randn(4000, 1, dtype=DOUBLE)
    widths = [best_width(wave + level * noise) for level in (0.02, 0.3, 2.0)]
    assert widths == sorted(set(widths))


def test_counts_are_learned_run_and_judged(tmp_path):
    data, _ = _counts()
    fit = takens.fit(
        {
            "name": "shallow_rnn",
            "latent_dim": 3,
            "hidden_dim": 20,
            "observation": "affine",
            "likelihood": "poisson",
        },
        data,
        {"name": "generalised_teacher_forcing", "alpha": 0.2},
        steps=150,
        window=66,
        batch=8,
        learning_rate=1e-2,
        device="cpu",
    )
    free = takens.generate(fit.model, context=data.x[:64], steps=300)
    assert float(free.x.min()) > 0
    assert not bool((free.x == free.x.round()).all())
    drawn = takens.generate(fit.model, context=data.x[:64], steps=300, draw=0)
    torch.testing.assert_close(drawn.x, drawn.x.round(), atol=0.02, rtol=0)
    assert torch.equal(
        drawn.x, takens.generate(fit.model, context=data.x[:64], steps=300, draw=0).x
    )
    assert abs(float((drawn.x - free.x).mean())) < 0.3
    takens.save_model(fit.model, tmp_path / "model.pt")
    again = takens.load_model(tmp_path / "model.pt")
    torch.testing.assert_close(takens.generate(again, context=data.x[:64], steps=300).x, free.x)
    metric = takens.metrics.create("deviance", horizon=2)
    score = takens.evaluate(fit.model, data, {"deviance": metric}, runs=2)["deviance"]
    null = score.baselines["null"]
    # That of a Poisson variable at its own rate is a little more than one.
    assert score.value is not None
    assert 1 < score.value < 0.8 * null
    assert score.details["explained"] == pytest.approx(1 - score.value / null)
    assert score.error is not None
    assert 0 < score.error < 0.2


def test_members_learn_together_what_each_learns_alone():
    data, _ = _counts(400)
    likelihood = ["poisson", "gaussian", "poisson"]
    about = {"steps": 4, "window": 40, "batch": 4, "device": "cpu", "check_every": 0}
    scheme = {"name": "generalised_teacher_forcing", "alpha": 0.2}
    both = takens.fit(_model(likelihood), data, scheme, members=2, **about)
    alone = takens.fit(_model(likelihood, seed=1), data, scheme, seed=1, **about)
    for name, weight in alone.model.named_parameters():
        found = dict(both.members[1].named_parameters())[name]
        torch.testing.assert_close(found, weight, rtol=1e-3, atol=1e-5)


def test_what_is_missing_neither_counts_nor_forces():
    data, _ = _counts(400)
    x = data.x.clone()
    x[100:120], x[::7, 1] = torch.nan, torch.nan
    gaps = takens.TimeSeries(data.t, x, mask=~x.isnan())
    fit = takens.fit(
        _model("poisson"),
        gaps,
        {"name": "generalised_teacher_forcing", "alpha": 0.2},
        steps=3,
        window=40,
        device="cpu",
    )
    assert math.isfinite(fit.history[-1]["loss"])


@pytest.mark.parametrize(
    ("likelihood", "value", "says"),
    [
        ("poisson", -1.0, "whole numbers of at least 0, and it has -1"),
        ("poisson", 0.5, "whole numbers of at least 0, and it has 0.5"),
        ("bernoulli", 2.0, "are 0 or 1, and it has 2"),
        ("log_normal", 0.0, "are positive numbers, and it has 0"),
        ({"name": "ordinal", "levels": 3}, 3.0, "the 3 levels 0 to 2, and it has 3"),
    ],
)
def test_observations_that_a_law_cannot_have_are_refused(likelihood, value, says):
    x = torch.ones(200, 1, dtype=DOUBLE)
    x[::3], x[50] = 2.0 if likelihood != "bernoulli" else 0.0, value
    data = takens.TimeSeries(torch.arange(200.0, dtype=DOUBLE), x, columns=["spikes"])
    with pytest.raises(takens.errors.DataError, match=f"'spikes'.*{says}"):
        takens.fit(_model(likelihood, 1), data, "teacher_forcing", steps=1, device="cpu")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"likelihood": "poisson"}, "choose observation = 'affine'"),
        ({"likelihood": "binomial", "observation": "affine"}, "one of gaussian"),
        ({"likelihood": ["poisson"], "observation": "affine"}, "lists 1 and there are 2"),
        ({"likelihood": "ordinal", "observation": "affine"}, "levels, two or more"),
        (
            {"likelihood": "poisson", "observation": "affine", "initial_state": "zeros"},
            "leave out initial_state",
        ),
    ],
)
def test_likelihoods_that_make_no_sense_are_refused(given, says):
    with pytest.raises(takens.errors.ComponentError, match=says):
        takens.models.create("shallow_rnn", obs_dim=2, **given)


def test_what_has_no_law_draws_nothing_and_has_no_deviance():
    data, _ = _counts(400)
    model = takens.models.create("shallow_rnn", obs_dim=3)
    with pytest.raises(takens.InputError, match="leave it out"):
        takens.generate(model, context=data.x[:5], steps=5, draw=0)
    score = takens.evaluate(model, data, ["deviance"], runs=2)["deviance"]
    assert score.value is None
    assert "likelihood = 'poisson'" in score.reason


@pytest.mark.parametrize("scheme", ["expectation_maximisation", "weak_constraint"])
def test_schemes_that_find_states_by_squared_errors_refuse_a_likelihood(scheme):
    data, _ = _counts(400)
    with pytest.raises(takens.InputError, match="choose generalised_teacher_forcing"):
        takens.fit(_model("poisson"), data, scheme, steps=1, device="cpu")
