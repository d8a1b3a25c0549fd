# scikit-learn has no types of its own.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from takens_sklearn import DynamicsForecaster

import takens
from takens.testing import parametrize_with_checks, registered

(PLUGIN,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "sklearn")
SERIES = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=1600, seed=0)
X = SERIES.x.numpy()


def linear(**parameters: Any) -> DynamicsForecaster:
    settings: dict[str, Any] = {
        "model": "linear_autoregression",
        "model_parameters": {"context_length": 4},
        "scheme": "closed_form",
        "dt": 0.02,
        "horizon": 5,
    }
    return DynamicsForecaster(**settings | parameters)


def shallow(**parameters: Any) -> DynamicsForecaster:
    settings: dict[str, Any] = {
        "model_parameters": {"latent_dim": 6, "hidden_dim": 12},
        "dt": 0.02,
        "steps": 60,
        "batch": 8,
        "window": 30,
        "random_state": 0,
    }
    return DynamicsForecaster(**settings | parameters)


@parametrize_with_checks([PLUGIN, *registered([PLUGIN])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


def test_it_trains_as_takens_does() -> None:
    forecaster = shallow(scheme_parameters={"alpha": 0.3}, training_parameters={"keep": "last"})
    found: Any = forecaster.fit(X)
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    model = takens.models.create(
        "shallow_rnn", obs_dim=3, latent_dim=6, hidden_dim=12, seed=seed
    )
    scheme = takens.schemes.create("generalised_teacher_forcing", alpha=0.3)
    fit = takens.fit(
        model,
        SERIES,
        scheme,
        seed=seed,
        steps=60,
        batch=8,
        window=30,
        keep="last",
        device="cpu",
    )
    for ours, theirs in zip(found.model_.parameters(), fit.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert found.n_features_in_ == 3
    assert found.history_[-1]["loss"] == fit.history[-1]["loss"]


def test_a_search_finds_the_best_by_score() -> None:
    grid = {"model__latent_dim": [3, 10], "scheme__alpha": [0.05, 0.9]}
    folds: Any = TimeSeriesSplit(2)
    search: Any = GridSearchCV(shallow(horizon=10, steps=60), grid, cv=folds)
    search.fit(X)
    means: dict[tuple[int, float], float] = {}
    for latent_dim in grid["model__latent_dim"]:
        for alpha in grid["scheme__alpha"]:
            scores: list[float] = []
            for train, test in folds.split(X):
                forecaster = shallow(
                    horizon=10,
                    steps=60,
                    model_parameters={"latent_dim": latent_dim, "hidden_dim": 12},
                    scheme_parameters={"alpha": alpha},
                )
                scores.append(forecaster.fit(X[train]).score(X[test]))
            means[int(latent_dim), alpha] = float(np.mean(scores))
    best = max(means, key=lambda place: means[place])
    found = search.best_params_
    assert (found["model__latent_dim"], found["scheme__alpha"]) == best
    assert search.best_score_ == pytest.approx(means[best], rel=1e-6)
    # The refitted one has the parameters, and those of the others are untouched.
    assert search.best_estimator_.model_.latent_dim == best[0]
    assert search.estimator.model_parameters == {"latent_dim": 6, "hidden_dim": 12}
    assert len({round(mean, 6) for mean in means.values()}) == 4


def test_clones_reproduce_and_other_seeds_differ() -> None:
    first = shallow()
    second: Any = clone(first)
    expected = first.fit(X).predict(X)
    np.testing.assert_array_equal(second.fit(X).predict(X), expected)
    other = shallow(random_state=1).fit(X).predict(X)
    assert not np.allclose(other, expected, rtol=1e-3)


@pytest.mark.slow
def test_folds_in_parallel_are_those_in_turn() -> None:
    folds: Any = TimeSeriesSplit(2)
    turn = cross_val_score(linear(), X, cv=folds)
    parallel = cross_val_score(linear(), X, cv=folds, n_jobs=2)
    np.testing.assert_allclose(parallel, turn, rtol=1e-9)


def test_predictions_are_aligned_with_rows() -> None:
    forecaster = linear().fit(X)
    predicted = forecaster.predict(X)
    assert predicted.shape == X.shape
    ahead = np.abs(predicted[40:-5] - X[45:]).mean()
    assert ahead < 0.5 * np.abs(predicted[40:-5] - X[40:-5]).mean()
    one = linear(horizon=1).fit(X)
    np.testing.assert_allclose(one.predict(X)[-1], one.forecast(3)[0], rtol=1e-6)
    np.testing.assert_allclose(one.predict(X)[99], one.forecast(1, X[:100])[0], rtol=1e-6)
    # Nothing after a row has a part in its forecast.
    np.testing.assert_allclose(one.predict(X[:50]), one.predict(X)[:50], rtol=1e-9)


def test_the_score_is_the_error_of_its_predictions() -> None:
    forecaster = linear().fit(X)
    fold = X[1000:1400]
    c, h = 32, 5
    error = forecaster.predict(fold)[c - 1 : -h] - fold[c - 1 + h :]
    spread = fold[c - 1 :].std(0)
    rough = -np.sqrt(np.mean((error / spread) ** 2))
    assert forecaster.score(fold) == pytest.approx(rough, rel=0.1)
    better = linear(horizon=1).fit(X)
    assert better.score(fold) > forecaster.score(fold)


@pytest.mark.parametrize(
    ("scoring", "sign"),
    [
        ("state_space_divergence", -1),
        ("spectrum_distance", -1),
        ("sliced_wasserstein", -1),
        ("valid_prediction_time", 1),
    ],
)
def test_every_scoring_is_larger_where_better(scoring: str, sign: int) -> None:
    forecaster = linear(scoring=scoring).fit(X)
    score = forecaster.score(X)
    assert np.sign(score) == sign
    if scoring == "state_space_divergence":
        expected = takens.evaluate(forecaster.model_, SERIES, [scoring], second=SERIES)
        assert score == pytest.approx(-(expected[scoring].value or 0.0))


def test_it_gives_the_scores_of_takens() -> None:
    forecaster = linear().fit(X)
    found = forecaster.evaluate(X, ["state_space_divergence"], runs=4)
    expected = takens.evaluate(forecaster.model_, SERIES, ["state_space_divergence"], runs=4)
    assert found == expected
    assert found["state_space_divergence"].floor is not None
    assert set(forecaster.evaluate(X)) >= {"prediction_error", "spectrum_distance"}


def test_a_model_that_explodes_has_no_score() -> None:
    forecaster = shallow(steps=1).fit(X)
    with torch.no_grad():
        for weight in forecaster.model_.parameters():
            weight.fill_(1e4)
    with pytest.warns(UserWarning, match="all .* forecasts diverged"):
        assert np.isnan(forecaster.score(X))


def test_it_works_in_a_pipeline() -> None:
    pipeline: Any = make_pipeline(StandardScaler(), linear())
    plain = linear().fit(X).predict(X)
    scaled = pipeline.fit(X).predict(X)
    scaler = pipeline.named_steps["standardscaler"]
    np.testing.assert_allclose(scaler.inverse_transform(scaled), plain, rtol=1e-4, atol=1e-6)
    assert pipeline.score(X) == pytest.approx(linear().fit(X).score(X), rel=1e-4)


def test_a_fitted_forecaster_survives_a_file(tmp_path: Path) -> None:
    forecaster = shallow(steps=5).fit(X)
    joblib.dump(forecaster, tmp_path / "forecaster.joblib")
    for again in (
        joblib.load(tmp_path / "forecaster.joblib"),
        pickle.loads(pickle.dumps(forecaster)),
    ):
        np.testing.assert_array_equal(again.predict(X), forecaster.predict(X))
        np.testing.assert_array_equal(again.forecast(7), forecaster.forecast(7))


def test_data_that_cannot_be_written_are_taken() -> None:
    # As joblib gives them to its workers; torch warns where it is to share them.
    frozen = X.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(
        linear().fit(frozen).predict(frozen), linear().fit(X).predict(X)
    )
    assert linear().fit(X).score(frozen) == linear().fit(X).score(X)


def test_single_parameters_of_a_table_are_parameters() -> None:
    table = {"latent_dim": 6}
    forecaster = DynamicsForecaster(model_parameters=table)
    assert forecaster.get_params()["model__latent_dim"] == 6
    forecaster.set_params(model__latent_dim=9, scheme__alpha=0.2, training__keep="last")
    assert forecaster.model_parameters == {"latent_dim": 9}
    assert forecaster.scheme_parameters == {"alpha": 0.2}
    assert forecaster.training_parameters == {"keep": "last"}
    assert table == {"latent_dim": 6}
    forecaster.set_params(model_parameters={"hidden_dim": 5}, model__latent_dim=4)
    assert forecaster.model_parameters == {"hidden_dim": 5, "latent_dim": 4}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": "shalow_rnn"}, "Did you mean 'shallow_rnn'"),
        ({"model__latent": 4}, "latent"),
        ({"scheme": "closed_form"}, "no closed form"),
        ({"horizon": 0}, "horizon is a whole number of at least 1; got 0"),
        ({"context": 2.5}, "context is a whole number of at least 1; got 2.5"),
        ({"dt": -1.0}, "dt is a number above 0"),
        ({"dt": "0.1"}, "dt is a number above 0; got '0.1'"),
        ({"scheme": None}, "The name of a scheme is text; got None"),
        ({"scoring": "r2"}, "scoring is one of"),
        ({"training__members": 3}, "one model"),
        ({"training__steps": 3}, "has no 'steps'"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        shallow().set_params(**parameters).fit(X)


def test_it_predicts_only_what_it_was_fitted_to() -> None:
    with pytest.raises(NotFittedError):
        shallow().predict(X)
    with pytest.raises(NotFittedError):
        shallow().forecast(3)
    fitted = linear().fit(X)
    with pytest.raises(ValueError, match="expecting 3 features"):
        fitted.score(X[:, :2])
    with pytest.raises(takens.InputError, match="at least 1 step"):
        fitted.forecast(0)


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parents[1] / "README.md"
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 2
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)
    assert takens.load_model(tmp_path / "lorenz.pt").obs_dim == 3


def test_folds_that_are_no_stretch_of_time_are_refused() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": np.sin(np.arange(120) / 5)})
    small = DynamicsForecaster(steps=1, window=8, batch=2)
    for train, _ in TimeSeriesSplit(3).split(frame):
        small.fit(frame.iloc[train])
    (_, (middle, _), _) = KFold(3).split(frame)
    shuffled = np.random.default_rng(0).permutation(120)
    times = frame.set_axis(pandas.date_range("2026-01-01", periods=120, freq="h"))
    for glued in (frame.iloc[middle], frame.iloc[shuffled], times.iloc[middle]):
        with pytest.raises(ValueError, match="TimeSeriesSplit, which keeps stretches whole"):
            small.fit(glued)
