"""A model that is trained and judged as scikit-learn's estimators are."""

# ruff: noqa: N803 - scikit-learn calls the data X.

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self, cast

import attrs
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn import utils
from sklearn.base import BaseEstimator
from sklearn.utils import validation

import takens

# scikit-learn has no types of its own.
_utils: Any = utils
_validation: Any = validation

# Where the table is that `model__latent_dim` writes into.
_NESTED: Final = {
    "model": "model_parameters",
    "scheme": "scheme_parameters",
    "training": "training_parameters",
}
# What a metric is multiplied by, so that larger is better.
_SIGNS: Final = {
    "prediction_error": -1.0,
    "sliced_wasserstein": -1.0,
    "spectrum_distance": -1.0,
    "state_space_divergence": -1.0,
    "valid_prediction_time": 1.0,
}
_STANDARD: Final = ("state_space_divergence", "spectrum_distance", "prediction_error")


class DynamicsForecaster(BaseEstimator):
    """A model of takens, learned from one regularly sampled series `X: (T, n)`.

    ``model`` and ``scheme`` are names, as `takens list` gives them; their parameters are
    tables, whose entries are also parameters of the estimator: ``model__latent_dim``,
    ``scheme__alpha``, ``training__check_every``. ``steps``, ``batch``, ``window`` (at most the
    whole series) and ``learning_rate`` are those of `takens.Training`. ``dt`` is the sampling
    interval. Models that take ``obs_dim`` or ``seed`` are given them, from the data and from
    ``random_state``.

    ``predict`` forecasts ``horizon`` samples ahead of every row, each from a state warmed up on
    ``context`` rows. ``score`` is larger where the forecaster is better: minus the
    ``prediction_error`` at that horizon, in standard deviations, or by ``scoring`` minus the
    ``state_space_divergence``, ``spectrum_distance`` or ``sliced_wasserstein`` of free runs, or
    the ``valid_prediction_time``.

    After ``fit``, ``model_`` is the `takens.TrainedModel`, ``history_`` the records of its
    training, ``remarks_`` what was seen besides, ``context_`` the last rows that it saw.
    """

    def __init__(
        self,
        model: str = "shallow_rnn",
        *,
        model_parameters: Mapping[str, Any] | None = None,
        scheme: str = "generalised_teacher_forcing",
        scheme_parameters: Mapping[str, Any] | None = None,
        steps: int = 1000,
        batch: int = 16,
        window: int = 50,
        learning_rate: float = 0.02,
        training_parameters: Mapping[str, Any] | None = None,
        dt: float = 1.0,
        horizon: int = 1,
        context: int = 32,
        scoring: str = "prediction_error",
        device: str = "cpu",
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.model_parameters = model_parameters
        self.scheme = scheme
        self.scheme_parameters = scheme_parameters
        self.steps = steps
        self.batch = batch
        self.window = window
        self.learning_rate = learning_rate
        self.training_parameters = training_parameters
        self.dt = dt
        self.horizon = horizon
        self.context = context
        self.scoring = scoring
        self.device = device
        self.random_state = random_state

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters; ``deep`` also entries of tables, as ``model__latent_dim``."""
        parameters = cast(dict[str, Any], super().get_params(deep=deep))
        if deep:
            for prefix, table in _NESTED.items():
                entries = parameters[table]
                # Nothing is refused before fit, not even what is no table.
                if isinstance(entries, Mapping):
                    for name, value in cast(Mapping[str, Any], entries).items():
                        parameters[f"{prefix}__{name}"] = value
        return parameters

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also single ones of model, scheme and training.

        Raises: ValueError for a parameter that an estimator does not have.
        """
        plain: dict[str, Any] = {}
        nested: dict[str, dict[str, Any]] = {}
        for key, value in params.items():
            prefix, _, name = key.partition("__")
            if name and prefix in _NESTED:
                nested.setdefault(_NESTED[prefix], {})[name] = value
            else:
                plain[key] = value
        super().set_params(**plain)
        for table, entries in nested.items():
            # A new table: the old one may belong to another estimator.
            setattr(self, table, {**(getattr(self, table) or {}), **entries})
        return self

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Train on the series `X: (T, n)`, whose rows are in the order of time.

        Raises: ValueError (as `takens.InputError`) where data, model and settings do not go
        together; `takens.errors.TrainingError` where the loss is no longer finite.
        """
        self._check_settings()
        _refuse_gaps(X)
        rows = _validation.validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        seed = int(_utils.check_random_state(self.random_state).randint(2**31 - 1))
        series = self._series(rows)
        fit = takens.fit(
            self._make_model(series.dim, seed),
            series,
            takens.create("scheme", self.scheme, **(self.scheme_parameters or {})),
            self._make_training(len(rows)),
            seed=seed,
            device=self.device,
        )
        self.model_ = fit.model
        self.history_ = list(fit.history)
        self.remarks_ = fit.remarks
        self.context_ = rows[-self._context_length() :].copy()
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Forecast ``horizon`` samples ahead of every row: `(T, n) -> (T, n)`.

        Row i is what is expected at i + horizon, from the rows up to i. Before the first row
        there is nothing: the earliest forecasts are warmed up on that row, repeated.
        """
        rows = self._rows(X)
        c = self._context_length()
        padded = np.concatenate((np.repeat(rows[:1], c - 1, axis=0), rows))
        contexts = torch.from_numpy(padded).unfold(0, c, 1).mT
        return self._run(contexts, self.horizon)[:, self.horizon - 1]

    def forecast(self, n_steps: int, X: ArrayLike | None = None) -> NDArray[np.float64]:
        """Run freely for ``n_steps`` samples after the rows of `X`: `(n_steps, n)`.

        Without `X` the run goes on where the training data ended.
        """
        if n_steps < 1:
            raise takens.InputError(f"A forecast has at least 1 step; got n_steps = {n_steps}.")
        _validation.check_is_fitted(self)
        rows = self.context_ if X is None else self._rows(X)
        c = self._context_length()
        missing = max(c - len(rows), 0)
        context = np.concatenate((np.repeat(rows[:1], missing, axis=0), rows[-c:]))
        return self._run(torch.from_numpy(context), n_steps)[:n_steps]

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Judge on the series `X: (T, n)` by ``scoring``; larger is better.

        NaN, with a warning that says why, where there is no value, as when all runs diverge.
        """
        rows = self._rows(X)
        name = self.scoring
        parameters: dict[str, Any] = {}
        if name == "prediction_error":
            parameters = {"steps": [self.horizon]}
        elif name == "valid_prediction_time":
            parameters = {"horizon": max(min(500, len(rows) // 2), 1)}
        metric = takens.create("metric", name, **parameters)
        # Given as its own second segment, the series is not cut into halves for a floor.
        (score,) = self._judge(rows, [metric], second=self._series(rows)).values()
        if score.value is None:
            warnings.warn(
                f"There is no {name}: {score.reason or 'no reason was given'}.", stacklevel=2
            )
            return math.nan
        return _SIGNS[name] * score.value

    def evaluate(
        self,
        X: ArrayLike,
        metrics: Sequence[str | takens.plugin.Metric] = _STANDARD,
        **options: Any,
    ) -> dict[str, takens.Score]:
        """Judge on the series `X: (T, n)`: a `takens.Score`, with its floor, for each metric.

        ``options`` are those of `takens.evaluate`, such as ``truth``.
        """
        return self._judge(self._rows(X), metrics, **options)

    def _judge(
        self,
        rows: NDArray[np.float64],
        metrics: Sequence[str | takens.plugin.Metric],
        **options: Any,
    ) -> dict[str, takens.Score]:
        halves = 1 if options.get("second") is not None else 2
        # Short folds are judged after a shorter warm-up, rather than not at all.
        longest = max(len(rows) // halves - self.horizon - 3, 1)
        options.setdefault("context", min(self._context_length(), longest))
        return takens.evaluate(self.model_, self._series(rows), metrics, **options)

    def _rows(self, X: ArrayLike) -> NDArray[np.float64]:
        _validation.check_is_fitted(self)
        self._check_settings()
        return _validation.validate_data(self, X, reset=False, dtype=np.float64)

    def _run(self, context: torch.Tensor, steps: int) -> NDArray[np.float64]:
        # A free run has at least two samples.
        free = takens.generate(self.model_, context=context, steps=max(steps, 2))
        return free.x.double().numpy()

    def _series(self, rows: NDArray[np.float64]) -> takens.TimeSeries:
        columns = tuple(map(str, getattr(self, "feature_names_in_", ())))
        t = torch.arange(len(rows), dtype=torch.float64) * self.dt
        return takens.TimeSeries(t, torch.from_numpy(rows.copy()), columns)

    def _make_model(self, obs_dim: int, seed: int) -> takens.plugin.Model:
        taken = {parameter.name for parameter in takens.models.spec(self.model).parameters}
        own = {"obs_dim": obs_dim, "seed": seed}
        parameters = {name: value for name, value in own.items() if name in taken}
        return takens.create(
            "model", self.model, **{**parameters, **(self.model_parameters or {})}
        )

    def _make_training(self, samples: int) -> takens.Training:
        own = {"steps", "batch", "window", "learning_rate"}
        allowed = {field.name for field in attrs.fields(takens.Training)} - own
        entries = dict(self.training_parameters or {})
        for name in entries.keys() - allowed:
            raise takens.InputError(
                f"training_parameters has no {name!r}; it takes {', '.join(sorted(allowed))}."
            )
        if entries.get("members", 1) != 1:
            raise takens.InputError(
                f"A forecaster is one model; got training members = {entries['members']!r}. "
                "Train ensembles by takens.fit, or one forecaster for each random_state."
            )
        return takens.Training(
            steps=self.steps,
            batch=self.batch,
            window=min(self.window, samples),
            learning_rate=self.learning_rate,
            **entries,
        )

    def _context_length(self) -> int:
        return max(self.context, self.model_.context_length)

    def _check_settings(self) -> None:
        for name in ("horizon", "context"):
            value = getattr(self, name)
            if not isinstance(value, numbers.Integral) or int(value) < 1:
                raise takens.InputError(
                    f"{name} is a whole number of at least 1; got {value!r}."
                )
        if not isinstance(self.dt, numbers.Real) or not self.dt > 0:
            raise takens.InputError(f"dt is a number above 0; got {self.dt!r}.")
        if self.scoring not in _SIGNS:
            raise takens.InputError(
                f"scoring is one of {', '.join(_SIGNS)}; got {self.scoring!r}."
            )


def _refuse_gaps(X: ArrayLike) -> None:
    """Refuse a frame whose index says that its rows are no stretch of time.

    Raises: InputError.
    """
    index = getattr(X, "index", None)
    kind = getattr(getattr(index, "dtype", None), "kind", "")
    if index is None or kind not in "iuM" or len(index) < 3:
        return
    steps = np.diff(np.asarray(index).astype("int64"))
    usual = np.median(steps)
    if usual <= 0 or bool((np.abs(steps - usual) > 0.5 * usual).any()):
        at = int(np.argmax((steps <= 0) | (np.abs(steps - usual) > 0.5 * usual)))
        raise takens.InputError(
            f"The rows are no single stretch of time: after {index[at]} comes {index[at + 1]}. "
            "Split by TimeSeriesSplit, which keeps stretches whole; KFold and shuffled splits "
            "do not."
        )
