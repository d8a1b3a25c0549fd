"""Gaussian-process regression."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.inference.arguments import as_measurements, as_noise, as_points
from takens_gp.inference.cholesky import check_memory, factorise
from takens_gp.inference.data_scale import DataScale
from takens_gp.inference.evidence import (
    covariance_of,
    evidence_and_gradient,
    log_evidence,
    value_of,
)
from takens_gp.inference.fisher_information import information
from takens_gp.inference.hyperparameters import Search
from takens_gp.inference.inducing import InducingPoints, bound_and_gradient, infer
from takens_gp.inference.optimisation import Optimum, maximise
from takens_gp.inference.posterior import Posterior
from takens_gp.inference.prediction import Prediction
from takens_gp.inference.threads import threads_for
from takens_gp.kernel import Kernel
from takens_gp.kernels.anchored import Anchored
from takens_gp.kernels.squared_exponential import SquaredExponential
from takens_gp.kernels.values import Number

# So many points tell which start is the best, where there are inducing points.
_FEW: Final = 500
# The deviation of a level, in that of y: the data alone say where it is.
_VAGUE: Final = 10.0
# So many tell what functions of a kernel are like.
_SOME: Final = 100
# Where covariances of all pairs are less than this share of the variance, as often negative
# as positive, functions have no level.
_BALANCED: Final = 0.05
# Beyond so many deviations a mean is not that of the data.
_FAR: Final = 10.0
_NO_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {}


@final
@attrs.frozen
class GaussianProcess:
    """A distribution of functions: normal at any points, with ``kernel`` as its covariance.

    Measurements have independent normal noise of ``noise_variance``, in squared units of y;
    ``mean``, in units of y, is that of every function before data are seen. Where it is not
    given it is 0, and the median of the data where hyperparameters are found. Kernels that are
    not the same everywhere, such as lines, then measure x from the mean of the data, and
    functions without a level of their own have one: give a ``mean``, such as 0, where the
    origins of x and y mean something. All inference is in float64.

    Raises: ComponentError where the noise variance is negative.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, chapter 2.
    """

    kernel: Kernel = attrs.field(factory=SquaredExponential)
    noise_variance: float = takens.plugin.parameter(1e-2, at_least=0, finite=True)
    mean: float | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.kernel, Kernel):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise takens.errors.ComponentError(
                f"GaussianProcess: kernel is a kernel, as SquaredExponential(); got "
                f"{self.kernel!r}."
            )

    def fit(
        self,
        x: Any,
        y: Any,
        *,
        optimise: bool = True,
        point_noise: Any = None,
        bounds: Mapping[str, tuple[float, float]] = _NO_BOUNDS,
        fixed: Sequence[str] = (),
        starts: int = 3,
        seed: int = 0,
        inducing: int | Tensor | None = None,
        shared: bool = False,
    ) -> Posterior:
        """Condition on `y: (n,)` or `(n, q)`, measured at `x: (n, d)` or `(n,)`.

        With ``optimise``, hyperparameters are first moved to where the evidence is largest,
        by L-BFGS-B from ``starts`` points, within ``bounds`` by name (``"lengthscale"``, or
        ``"0.lengthscale"`` in a sum) and without those that are ``fixed``. The first start is
        the best of the kernel as it is and of what the scale of the data suggests; bounds that
        are not given are those of the kernel in units of the data, so that the answer does not
        depend on the units. A bound that is reached is in ``remarks``. The q outputs are
        independent, each with hyperparameters of its own, or ``shared`` ones.

        `point_noise: (n,)` are known noise variances of single points, added to
        ``noise_variance``; a noise variance of 0 is not moved. ``inducing`` is a number of
        inducing points, or the points `(c, d)`: then memory is of n times their number.

        Raises: InputError where shapes do not match, a number is not finite, bounds are upside
        down, n is too large for the memory, or the kernel is not positive definite.
        """
        x = as_points(x)
        y = as_measurements(y, len(x))
        noise = None if point_noise is None else as_noise(point_noise, len(x))
        if starts < 1:
            raise takens.InputError(f"starts is at least 1; got {starts}.")
        if y.ndim > 1 and y.shape[1] > 1 and not shared:
            same: dict[str, Any] = {"optimise": optimise, "point_noise": noise, "seed": seed}
            same |= {"bounds": bounds, "fixed": fixed, "starts": starts, "inducing": inducing}
            return Posterior.of_outputs([self.fit(x, column, **same) for column in y.mT])
        with threads_for(len(x)):
            centred = optimise and len(x) > 0 and self.mean is None
            mean = _median(y) if centred else self.mean or 0.0
            origin = x.mean(0) if centred else torch.zeros_like(x[:1].sum(0))
            columns = _columns(y - mean)
            scale = DataScale.of(x - origin, columns, periodic=optimise) if len(x) else None
            search = Search.of(self.kernel, self.noise_variance, bounds, fixed, scale)
            if centred and scale is not None:
                search = attrs.evolve(search, anchor=_anchor(search, scale, x, origin))
            extra = torch.zeros(len(x)).to(x) if noise is None else noise
            answer = partial(self._posterior, search, x=x, y=y, mean=mean, noise=noise)
            moved = optimise and any(search.free)
            if inducing is None or not len(x):
                check_memory(len(x))
                optimum = None
                if moved and scale is not None:
                    evidence = partial(
                        evidence_and_gradient, search, x=x, y=columns, point_noise=extra
                    )
                    search = search.from_the_best(scale, evidence)
                    optimum = maximise(
                        evidence,
                        search,
                        information(search, x, extra),
                        starts=starts,
                        seed=seed,
                        offset=columns.numel() * math.log(scale.y),
                    )
                return answer(optimum)
            if self.noise_variance == 0 and not bool((extra > 0).all()):
                raise takens.InputError(
                    "Inducing points need noise: give a noise_variance above 0, or point_noise "
                    "above 0 everywhere."
                )
            points = InducingPoints.of(inducing, x)
            centres, optimum = points.under(search.anchored(self.kernel), x), None
            if moved and scale is not None:
                few = torch.linspace(0, len(x) - 1, min(_FEW, len(x))).round().long()
                exact = partial(
                    evidence_and_gradient,
                    search,
                    x=x[few],
                    y=columns[few],
                    point_noise=extra[few],
                )
                search = search.from_the_best(scale, exact)
                centres = points.under(search.made(search.start)[0], x)
                climb = partial(
                    maximise,
                    information=information(search, x, extra),
                    seed=seed,
                    offset=columns.numel() * math.log(scale.y),
                )
                bound = partial(bound_and_gradient, search, x=x, y=columns, noise=extra)
                first = climb(partial(bound, centres=centres), search, starts=starts)
                # Points that suit the first kernel need not suit the one that is found.
                centres = points.under(search.made(first.logarithms)[0], x)
                search = attrs.evolve(search, start=first.logarithms)
                optimum = climb(partial(bound, centres=centres), search, starts=1)
                total = first.evaluations + optimum.evaluations
                optimum = attrs.evolve(optimum, evaluations=total, found=first.found)
            return answer(optimum, centres=centres)

    def log_evidence(self, x: Any, y: Any, *, point_noise: Any = None) -> Tensor:
        """Return the log marginal likelihood of data, `()`.

        Where hyperparameters of the kernel are Tensors that require gradients, so does this.

        Raises: InputError as ``fit``.
        """
        x = as_points(x)
        y = as_measurements(y, len(x))
        covariance = self.kernel(x, x) + self.noise_variance * torch.eye(len(x)).to(x)
        if point_noise is not None:
            covariance = covariance + torch.diag(as_noise(point_noise, len(x)))
        return log_evidence(covariance, y - (self.mean or 0.0))

    def predict(self, x: Any, *, noise: bool = False) -> Prediction:
        """Predict without data: the prior at `x: (m, d)` or `(m,)`."""
        return self.prior(as_points(x).shape[-1]).predict(x, noise=noise)

    def sample(self, x: Any, count: int = 1, *, noise: bool = False, seed: int = 0) -> Tensor:
        """Draw functions from the prior, seen at `x: (m, d)` or `(m,)`: `(count, m)`."""
        return self.prior(as_points(x).shape[-1]).sample(x, count, noise=noise, seed=seed)

    def prior(self, dim: int = 1) -> Posterior:
        """Return the process that has seen nothing, for points of ``dim`` coordinates."""
        nothing = torch.zeros(0, dim, dtype=torch.float64)
        return self.fit(nothing, nothing[:, 0], optimise=False)

    def _posterior(
        self,
        search: Search,
        optimum: Optimum | None,
        *,
        x: Tensor,
        y: Tensor,
        mean: Number,
        noise: Tensor | None,
        centres: Tensor | None = None,
    ) -> Posterior:
        kernel, variance = self.kernel, self.noise_variance
        if optimum is not None:
            kernel, variance = search.plain(optimum.logarithms)
        covariance = search.anchored(kernel)
        columns = _columns(y - mean)
        make = partial(
            Posterior,
            kernel=kernel,
            noise_variance=variance,
            mean=mean,
            x=x,
            y=y,
            point_noise=noise,
            evaluations=0 if optimum is None else optimum.evaluations,
            found=() if optimum is None else optimum.found,
            remarks=() if optimum is None else tuple(_remarks(search, optimum, y, mean)),
            anchor=covariance if isinstance(covariance, Anchored) else None,
        )
        if centres is None:
            added = variance if noise is None else variance + noise
            factor, jitter = factorise(covariance_of(covariance, x, added))
            weights = torch.cholesky_solve(columns, factor)
            return make(
                centres=x,
                weights=weights.reshape(y.shape),
                factor=factor,
                correction=None,
                log_evidence=float(value_of(factor, weights, columns).detach()),
                jitter=jitter,
            )
        added = torch.full_like(x[:, 0], variance) + (0.0 if noise is None else noise)
        inference = infer(covariance, centres, x, columns, added)
        return make(
            centres=centres,
            weights=inference.weights.reshape(len(centres), *y.shape[1:]),
            factor=inference.factor,
            correction=inference.correction,
            log_evidence=float(inference.bound),
            gap=inference.gap,
            jitter=inference.jitter,
        )


def _median(y: Tensor) -> Number:
    median = y.quantile(0.5, 0)
    return median if y.ndim > 1 else float(median)


def _anchor(search: Search, scale: DataScale, x: Tensor, origin: Tensor) -> Anchored | None:
    """Say from where functions start, and with what variance of their level, as data tell it.

    The kernel is asked in units of the data, so that the answer is the same in all.
    """
    kernel, _ = search.plain(search.inside(next(search.suggested(scale))))
    some = torch.linspace(0, len(x) - 1, min(_SOME, len(x))).round().long()
    points = x[some] - origin
    found = kernel(points, points)
    moved = points + scale.spread.to(x)
    stationary = torch.allclose(
        kernel(moved, moved), found, 1e-6, 1e-6 * float(found.abs().max())
    )
    pinned = not bool(kernel.diagonal(torch.zeros_like(points[:1])) > 0)
    negative = bool((found < 0).any())
    balanced = stationary or float(found.mean()) < _BALANCED * float(found.diagonal().mean())
    level = (_VAGUE * scale.y) ** 2 if pinned or (negative and balanced) else 0.0
    if stationary and not level:
        return None
    return Anchored(search.kernel, origin, level)


def _columns(y: Tensor) -> Tensor:
    return y.unsqueeze(-1) if y.ndim == 1 else y


def _remarks(search: Search, optimum: Optimum, y: Tensor, mean: Number) -> Iterator[str]:
    yield from search.reached(optimum.logarithms)
    away, spread = _columns(y - mean).mean(0).abs(), _columns(y).std(0, correction=0)
    if bool((away > _FAR * spread).any()) and bool((spread > 0).all()):
        yield (
            f"y lies {float((away / spread).max()):.3g} of its deviations from the mean of the "
            "process: give a mean, or add a Constant to the kernel."
        )
