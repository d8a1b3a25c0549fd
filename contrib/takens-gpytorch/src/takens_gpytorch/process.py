"""Regression by GPyTorch."""

# GPyTorch leaves most of its types open, and others say less than they do.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeArgument=false
# pyright: reportUntypedBaseClass=false, reportUnknownParameterType=false
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# pyright: reportOperatorIssue=false, reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any, cast, final

import attrs
import gpytorch
import torch
from torch import Tensor, nn

import takens
from takens_gp import Kernel, Prediction, SquaredExponential
from takens_gp.inference.arguments import as_measurements, as_points
from takens_gp.inference.hyperparameters import Search


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
    mean: float = 0.0
    max_cholesky_size: int = 5000

    def fit(self, x: Any, y: Any, *, optimise: bool = True) -> GPyTorchPosterior:
        """Condition on `y: (n,)`, measured at `x: (n, d)` or `(n,)`.

        With ``optimise``, hyperparameters are moved to where the evidence is largest.

        Raises: InputError where shapes do not match, or a number is not finite.
        """
        x = as_points(x)
        y = as_measurements(y, len(x))
        if y.ndim > 1 or not len(x):
            raise takens.InputError(
                f"GPyTorchProcess takes y: (n,) of at least 1 point; got {tuple(y.shape)}."
            )
        # The noise stays with GPyTorch's likelihood.
        search = Search.of(self.kernel, 0.0, {}, ())
        likelihood = gpytorch.likelihoods.GaussianLikelihood(
            noise_constraint=gpytorch.constraints.GreaterThan(1e-10)
        ).double()
        likelihood.noise = self.noise_variance
        y = y - self.mean
        model = _Exact(x, y, likelihood, search)
        marginal = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model)
        with gpytorch.settings.max_cholesky_size(self.max_cholesky_size):
            model.train()
            if optimise:
                _climb(model, marginal, y)
            with torch.no_grad():
                evidence = float(marginal(model(x), y)) * len(x)
        model.eval()
        kernel, _ = search.plain(model.covariance.logarithms.detach())
        return GPyTorchPosterior(
            kernel,
            float(likelihood.noise.detach()),
            self.mean,
            evidence,
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
        if noise:
            covariance.diagonal().add_(self.noise_variance)
        variance = covariance.diagonal().clamp(min=0)
        covariance = cast(Tensor, covariance)
        return Prediction(there.mean + self.mean, variance, lambda: covariance)


class _Kernel(gpytorch.kernels.Kernel):
    """A kernel of takens, seen by GPyTorch; its parameters are logarithms."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search
        self.logarithms = nn.Parameter(search.start.clone())

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **rest: Any) -> Tensor:
        kernel, _ = self.search.made(self.logarithms)
        return kernel.diagonal(x1) if diag else kernel(x1, x2)


class _Exact(gpytorch.models.ExactGP):
    def __init__(self, x: Tensor, y: Tensor, likelihood: Any, search: Search) -> None:
        super().__init__(x, y, likelihood)
        self.covariance = _Kernel(search)

    def forward(self, x: Tensor) -> Any:
        zero = torch.zeros(x.shape[:-1], dtype=x.dtype)
        return gpytorch.distributions.MultivariateNormal(zero, self.covariance(x))


def _climb(model: _Exact, marginal: Any, y: Tensor) -> None:
    optimiser = torch.optim.LBFGS(
        model.parameters(), max_iter=100, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        value: Tensor = -marginal(model(*model.train_inputs), y)
        value.backward()
        return value

    optimiser.step(loss)
