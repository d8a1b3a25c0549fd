"""Regression by GPyTorch."""

# GPyTorch leaves most of its types open, and others say less than they do.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeArgument=false
# pyright: reportUntypedBaseClass=false, reportUnknownParameterType=false
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportOperatorIssue=false, reportIncompatibleMethodOverride=false

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast, final

import attrs
import gpytorch
import torch
from torch import Tensor, nn

import takens
from takens_gp import Kernel, Prediction, SquaredExponential
from takens_gp.inference.arguments import as_measurements, as_points
from takens_gp.inference.data_scale import DataScale
from takens_gp.inference.evidence import evidence_and_gradient
from takens_gp.inference.hyperparameters import Search

# So many points tell which start is the best.
_FEW: Final = 500


@final
@attrs.frozen
class GPyTorchProcess:
    """The interface of ``takens_gp.GaussianProcess``, with GPyTorch's inference.

    Inference is exact by a Cholesky factor up to ``max_cholesky_size`` points, and by
    conjugate gradients above.

    Raises: ComponentError where the noise variance is not positive.
    """

    kernel: Kernel = attrs.field(factory=SquaredExponential)
    noise_variance: float = takens.plugin.parameter(1e-2, above=0)
    mean: float | None = None
    max_cholesky_size: int = 5000

    def fit(self, x: Any, y: Any, *, optimise: bool = True) -> GPyTorchPosterior:
        """Condition on `y: (n,)`, measured at `x: (n, d)` or `(n,)`.

        With ``optimise``, hyperparameters are moved to where the evidence is largest, from
        starts and within bounds that come from the scale of the data; a bound that is reached
        is in ``remarks``.

        Raises: InputError where shapes do not match, or a number is not finite.
        """
        x = as_points(x)
        y = as_measurements(y, len(x))
        if y.ndim > 1 or not len(x):
            raise takens.InputError(
                f"GPyTorchProcess takes y: (n,) of at least 1 point; got {tuple(y.shape)}."
            )
        mean = self.mean if self.mean is not None else float(y.median()) if optimise else 0.0
        y = y - mean
        scale = DataScale.of(x, y.unsqueeze(-1), periodic=optimise)
        search = Search.of(self.kernel, self.noise_variance, {}, (), scale)
        if optimise:
            few = torch.linspace(0, len(x) - 1, min(_FEW, len(x))).round().long()
            exact = partial(
                evidence_and_gradient, search, x=x[few], y=y[few].unsqueeze(-1), point_noise=0.0
            )
            search = search.from_the_best(scale, exact)
        _, noise = search.plain(search.start)
        # GPyTorch has limits of its own, for data of unit variance.
        likelihood = gpytorch.likelihoods.GaussianLikelihood(
            noise_constraint=gpytorch.constraints.GreaterThan(1e-10)
        ).double()
        likelihood.noise = max(noise / scale.y**2, 2e-10)
        model = _Exact(x, y / scale.y, likelihood, search, scale.y)
        marginal = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model)
        with gpytorch.settings.max_cholesky_size(self.max_cholesky_size):
            model.train()
            if optimise:
                # Little and much noise often explain the same data: each has an optimum.
                starts = [each for each in (search.start, search.other) if each is not None]
                _climb(model, marginal, y / scale.y, starts)
            with torch.no_grad():
                evidence = float(marginal(model(x), y / scale.y) - math.log(scale.y)) * len(x)
        model.eval()
        noise = float(likelihood.noise.detach()) * scale.y**2
        found = model.covariance.inside().detach().clone()
        found[-1] = math.log(noise)
        kernel, _ = search.plain(found)
        return GPyTorchPosterior(
            kernel,
            noise,
            mean,
            evidence,
            tuple(search.reached(found)) if optimise else (),
            model,
            self.max_cholesky_size,
        )


@final
@attrs.frozen(eq=False)
class GPyTorchPosterior:
    """What is known of a function after measurements; see ``takens_gp.Posterior``."""

    kernel: Kernel
    noise_variance: float
    mean: float
    log_evidence: float
    remarks: tuple[str, ...]
    _model: _Exact = attrs.field(repr=False)
    _max_cholesky_size: int = attrs.field(repr=False)

    def predict(self, x: Any, *, noise: bool = False) -> Prediction:
        """Predict at `x: (m, d)` or `(m,)`; with ``noise``, what would be measured there."""
        x = as_points(x, self._model.train_inputs[0].shape[-1])
        with (
            torch.no_grad(),
            gpytorch.settings.max_cholesky_size(self._max_cholesky_size),
            gpytorch.settings.fast_pred_var(False),
        ):
            there = self._model(x)
            covariance = there.covariance_matrix.detach().clone()
        scale = self._model.covariance.scale
        covariance = covariance * scale**2
        if noise:
            covariance.diagonal().add_(self.noise_variance)
        variance = covariance.diagonal().clamp(min=0)
        covariance = cast(Tensor, covariance)
        return Prediction(there.mean * scale + self.mean, variance, lambda: covariance)


class _Kernel(gpytorch.kernels.Kernel):
    """A kernel of takens for data in units of ``scale``, with logarithms as parameters."""

    def __init__(self, search: Search, scale: float) -> None:
        super().__init__()
        self.search, self.scale = search, scale
        self.logarithms = nn.Parameter(search.start.clone())

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **rest: Any) -> Tensor:
        kernel, _ = self.search.made(self.inside())
        found = kernel.diagonal(x1) if diag else kernel(x1, x2)
        return found / self.scale**2

    def inside(self) -> Tensor:
        """Return the logarithms within their bounds, which a start that was given widens."""
        low = torch.minimum(self.search.low, self.search.start)
        return self.logarithms.clamp(low, torch.maximum(self.search.high, self.search.start))


class _Exact(gpytorch.models.ExactGP):
    def __init__(
        self, x: Tensor, y: Tensor, likelihood: Any, search: Search, scale: float
    ) -> None:
        super().__init__(x, y, likelihood)
        self.covariance = _Kernel(search, scale)

    def forward(self, x: Tensor) -> Any:
        zero = torch.zeros(x.shape[:-1], dtype=x.dtype)
        return gpytorch.distributions.MultivariateNormal(zero, self.covariance(x))


def _climb(model: _Exact, marginal: Any, y: Tensor, starts: Sequence[Tensor]) -> None:
    best, kept = -math.inf, marginal.state_dict()
    for logarithms in starts:
        with torch.no_grad():
            model.covariance.logarithms.copy_(logarithms)
        noise = float(logarithms[-1].exp()) / model.covariance.scale**2
        marginal.likelihood.noise = max(noise, 2e-10)
        optimiser = torch.optim.LBFGS(
            model.parameters(), max_iter=100, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
        )

        def loss(optimiser: torch.optim.LBFGS = optimiser) -> Tensor:
            optimiser.zero_grad()
            value: Tensor = -marginal(model(*model.train_inputs), y)
            value.backward()
            return value

        optimiser.step(loss)
        with torch.no_grad():
            reached = float(marginal(model(*model.train_inputs), y))
        if reached > best:
            best = reached
            kept = {name: value.clone() for name, value in marginal.state_dict().items()}
    marginal.load_state_dict(kept)
