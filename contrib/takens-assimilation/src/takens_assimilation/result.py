"""What a filter gives."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_assimilation.consistency import Consistency, consistency, innovations
from takens_assimilation.forecaster import Forecaster
from takens_assimilation.linear_algebra import pseudo_inverse
from takens_assimilation.observations import Observations
from takens_assimilation.operator import Operator, square_root
from takens_assimilation.ranks import RankHistogram, rank_histogram
from takens_assimilation.skill import ForecastSkill, forecast_skill


@final
@attrs.frozen(eq=False)
class Accuracy:
    """Errors of filtered means against the truth, and the spread that was claimed.

    Root mean squares over times and problems, `(n,)` for each variable; ``rmse`` and
    ``spread`` are those over all variables.
    """

    rmse: float
    spread: float
    rmse_by_variable: Tensor
    spread_by_variable: Tensor

    @property
    def ratio(self) -> float:
        """The spread as a part of the error; 1 where the filter knows its errors."""
        return self.spread / self.rmse


@final
@attrs.frozen(eq=False, kw_only=True)
class Assimilation:
    """Filtered states of T observation times, in float64.

    `ensemble: (..., T, members, m)` holds the latent states after each update and `forecast`
    those before it, inflated already; `predicted: (..., T, members, p)` is what the forecast
    said would be observed, `inflation: (..., T)` the factor that was used (1 where there was no
    observation), `noise: (p, p)` the covariance of the observations' errors and `model_noise:
    (m, m)` that of the dynamics after a unit of time. ``columns`` names the n variables of
    ``mean`` and ``spread``, which are in the units of the data.
    """

    observations: Observations
    columns: tuple[str, ...]
    ensemble: Tensor
    forecast: Tensor
    predicted: Tensor
    inflation: Tensor
    noise: Tensor
    model_noise: Tensor
    places: tuple[int, ...] | None
    local: bool
    operator: Operator
    forecaster: Forecaster

    @property
    def t(self) -> Tensor:
        """The times of observations, `(T,)`."""
        return self.observations.t

    @property
    def members(self) -> int:
        """The number of members."""
        return self.ensemble.shape[-2]

    @property
    def states(self) -> Tensor:
        """The ensemble after each update, in the units of the data: `(..., T, members, n)`."""
        return self.forecaster.observe(self.ensemble)

    @property
    def mean(self) -> Tensor:
        """The filtered states: `(..., T, n)`."""
        return self.states.mean(-2)

    @property
    def spread(self) -> Tensor:
        """The standard deviation of the ensemble after each update: `(..., T, n)`."""
        return self.states.std(-2)

    @property
    def series(self) -> takens.TimeSeries:
        """The filtered states as a series."""
        return takens.TimeSeries(
            self.t, self.mean, self.columns, time_unit=self.observations.time_unit
        )

    @property
    def observed_columns(self) -> tuple[str, ...]:
        """The names of the observed variables: y1, y2, ... where they are no single ones."""
        if self.places is None:
            return tuple(f"y{i + 1}" for i in range(self.noise.shape[0]))
        return tuple(self.columns[i] for i in self.places)

    @property
    def innovations(self) -> Tensor:
        """Observations less mean predictions: `(..., T, p)`, NaN where there was none."""
        return innovations(self.observations.y, self.predicted)

    @property
    def smoothed(self) -> Assimilation:
        """The same with an ``ensemble`` that knows later observations too.

        Raises: takens.InputError for a filter with localisation, whose corrections cannot be
        traced back through the whole state.
        """
        if self.local:
            raise takens.InputError(
                "A filter with localisation cannot be smoothed; leave out the localisation and "
                "give more members."
            )
        return attrs.evolve(self, ensemble=smooth(self.ensemble, self.forecast))

    def after(self, t: float) -> Assimilation:
        """Leave out what was before a time, such as the spin-up.

        Raises: takens.InputError where nothing is left.
        """
        first = int((self.t < t).sum())
        if first == len(self.t):
            raise takens.InputError(
                f"There is nothing after t = {t:g}; the last observation is at "
                f"t = {float(self.t[-1]):g}."
            )
        given = self.observations
        return attrs.evolve(
            self,
            observations=Observations(
                given.t[first:], given.y[..., first:, :], time_unit=given.time_unit
            ),
            ensemble=self.ensemble[..., first:, :, :],
            forecast=self.forecast[..., first:, :, :],
            predicted=self.predicted[..., first:, :, :],
            inflation=self.inflation[..., first:],
        )

    def accuracy(self, truth: takens.TimeSeries | Tensor) -> Accuracy:
        """Compare with the truth at the same times, `(..., T, n)`.

        Of a series that has more times, those of the observations are taken.

        Raises: takens.InputError where it has other times or variables.
        """
        off = (self.mean - self._aligned(truth)).square().flatten(0, -2).mean(0)
        variance = self.spread.square().flatten(0, -2).mean(0)
        return Accuracy(
            float(off.mean().sqrt()), float(variance.mean().sqrt()), off.sqrt(), variance.sqrt()
        )

    def rank_histogram(
        self, truth: takens.TimeSeries | Tensor | None = None, *, seed: int = 0
    ) -> RankHistogram:
        """Rank observations, or the truth `(..., T, n)`, among the forecasts.

        Members are given errors of observation before they are compared with observations.

        Raises: takens.InputError where there are too few cases.

        Source: Hamill (2001), Mon. Wea. Rev. 129, section 4 for those errors.
        """
        if truth is not None:
            states = self.forecaster.observe(self.forecast)
            return rank_histogram(self._aligned(truth), states, self.columns, seed=seed)
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn(self.predicted.shape, generator=generator, dtype=torch.float64)
        blurred = self.predicted + drawn @ square_root(self.noise)
        return rank_histogram(
            self.observations.y, blurred, self.observed_columns, seed=seed + 1
        )

    def consistency(self) -> tuple[Consistency, ...]:
        """Say for each observed variable whether innovations are as large as expected."""
        return consistency(
            self.observations.y, self.predicted, self.noise, self.observed_columns
        )

    def skill(
        self,
        truth: takens.TimeSeries | Tensor | None = None,
        *,
        leads: int = 10,
        every: int = 1,
        seed: int = 0,
    ) -> ForecastSkill:
        """Judge forecasts over up to ``leads`` intervals from every ``every``-th analysis.

        They are compared with the truth `(..., T, n)`, or with later observations. Members
        are given model noise, drawn from ``seed``, as the filter gave it.

        Raises: takens.InputError where times are irregular or too few.
        """
        observe = self.forecaster.observe
        whole = truth is not None
        reference = self._aligned(truth) if truth is not None else self.observations.y
        return forecast_skill(
            self.t,
            self.ensemble,
            reference,
            advance=self.forecaster.advance,
            read=observe if whole else lambda states: self.operator.apply(observe(states)),
            errors=torch.zeros(reference.shape[-1]) if whole else self.noise.diagonal(),
            model_noise=self.model_noise,
            columns=self.columns if whole else self.observed_columns,
            leads=leads,
            every=every,
            seed=seed,
        )

    def _aligned(self, truth: takens.TimeSeries | Tensor) -> Tensor:
        wanted = self.mean.shape
        if isinstance(truth, takens.TimeSeries):
            last = len(truth.t) - 1
            near = torch.searchsorted(truth.t.contiguous(), self.t.contiguous()).clamp(max=last)
            before = (near - 1).clamp(min=0)
            closer = (truth.t[before] - self.t).abs() < (truth.t[near] - self.t).abs()
            near = torch.where(closer, before, near)
            off = (truth.t[near] - self.t).abs()
            if float(off.max()) > 1e-6 * max(1.0, float(self.t.abs().max())):
                i = int(off.argmax())
                raise takens.InputError(
                    f"The truth has no sample at t = {float(self.t[i]):g}, where there are "
                    "observations; give it at their times."
                )
            truth = truth.x[..., near, :]
        truth = truth.double()
        if truth.shape != wanted:
            raise takens.InputError(
                f"The truth has the shape of the filtered mean, {tuple(wanted)}; got "
                f"{tuple(truth.shape)}."
            )
        return truth


def smooth(ensemble: Tensor, forecast: Tensor) -> Tensor:
    """Smooth analyses `(..., T, members, m)` backward, given the forecasts that followed.

    Corrections go back along the regression of a state on the one that follows it.

    Source: Raanes (2016), On the ensemble Rauch-Tung-Striebel smoother and its equivalence to
    the ensemble Kalman smoother, Q. J. R. Meteorol. Soc. 142, 1259-1264.
    """
    smoothed = ensemble.clone()
    centred = ensemble - ensemble.mean(-2, keepdim=True)
    following = forecast - forecast.mean(-2, keepdim=True)
    for k in reversed(range(ensemble.shape[-3] - 1)):
        correction = smoothed[..., k + 1, :, :] - forecast[..., k + 1, :, :]
        regression = pseudo_inverse(following[..., k + 1, :, :]) @ centred[..., k, :, :]
        smoothed[..., k, :, :] += correction @ regression
    return smoothed
