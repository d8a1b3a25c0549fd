"""What exporters to tracking services are given."""

import math

import attrs

import takens
from takens.tracking import hyperparameters, numbers, words


def test_settings_are_flat_with_components_by_their_names() -> None:
    toml = """
    seed = 3
    figures = ["attractor"]
    [model]
    name = "plrnn"
    latent_dim = 4
    [judge]
    metrics = [{ name = "prediction_error", horizon = 5 }, "mase"]
    [plugins.mlflow]
    experiment = "x"
    """
    assert hyperparameters.of_configuration(toml) == {
        "seed": 3,
        "model.name": "plrnn",
        "model.latent_dim": 4,
        "judge.metrics": "prediction_error, mase",
        "judge.metrics.prediction_error.horizon": 5,
    }


def test_numbers_of_history_and_scores_have_names_of_their_own() -> None:
    record = {
        "step": 20,
        "loss": 0.5,
        "divergence": 0.1,
        "member_loss": [0.4, math.nan],
        "note": "no number",
    }
    assert numbers.of_record(record) == {
        "training/loss": 0.5,
        "free_runs/divergence": 0.1,
        "member_loss/0": 0.4,
    }
    scores = {"a:b": takens.Score(value=1.0, error=0.1), "c": takens.Score(value=None)}
    assert numbers.of_scores(scores) == {"scores/a.b/value": 1.0, "scores/a.b/error": 0.1}


def test_words_tell_what_has_no_value_and_why() -> None:
    gone = takens.Score(value=None, reason="all runs diverged | early")
    table = words.of_scores({"mase": gone, "rmse": takens.Score(value=2.0, unit="m")})
    assert "| mase | none: all runs diverged &#124; early |" in table
    assert "| rmse | 2 | \N{EN DASH} | \N{EN DASH} | \N{EN DASH} | m |" in table


def test_a_training_without_a_configuration_is_described() -> None:
    seen: list[takens.plugin.FitStarted] = []

    class Tracker:
        @takens.plugin.hookimpl
        def takens_fit_started(self, event: takens.plugin.FitStarted) -> None:
            seen.append(event)

    manager, plugin = takens.catalogue().manager, Tracker()
    manager.register(plugin, name="tracker")
    try:
        data = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=200, seed=0)
        model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=5)
        scheme = takens.schemes.create("teacher_forcing")
        takens.fit(model, data, scheme, steps=2, window=20, seed=7, device="cpu")
    finally:
        manager.unregister(plugin)
    found = hyperparameters.of_training(seen[0])
    assert (found["seed"], found["model.name"], found["model.hidden_dim"]) == (
        7,
        "ShallowPLRNN",
        5,
    )
    assert found["training.steps"] == 2
    assert found["scheme.warm_up"] == attrs.asdict(scheme)["warm_up"]
