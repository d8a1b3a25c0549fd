"""The same regression by takens, scikit-learn, GPyTorch and a plain double loop."""

# The peers are installed only where they are measured.
# pyright: basic, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOperatorIssue=false, reportMissingImports=false

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

import takens_gp

START_NOISE = 0.1


class Answer(NamedTuple):
    """What a peer found; evidence is None where only predictions were asked for."""

    evidence: float | None
    mean: Tensor
    deviation: Tensor
    evaluations: int


def data(n: int) -> tuple[Tensor, Tensor, Tensor]:
    """Noisy values of a function of the plane, `(n, 2)`, and 1,000 points to predict."""
    generator = torch.Generator().manual_seed(n)
    x = 4 * torch.rand(n, 2, generator=generator, dtype=torch.float64)
    y = (2 * x[:, 0]).sin() * x[:, 1].cos() + 0.1 * torch.randn(
        n, generator=generator, dtype=torch.float64
    )
    return x, y, 4 * torch.rand(1000, 2, generator=generator, dtype=torch.float64)


def takens(x: Tensor, y: Tensor, at: Tensor) -> Answer:
    process = takens_gp.GaussianProcess(takens_gp.SquaredExponential(), START_NOISE)
    found = process.fit(x, y, starts=1)
    there = found.predict(at)
    return Answer(found.log_evidence, there.mean, there.deviation, found.evaluations)


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def scikit_learn(x: Tensor, y: Tensor, at: Tensor) -> Answer:
    from sklearn.gaussian_process import GaussianProcessRegressor, kernels

    bounds = (1e-5, 1e5)
    kernel = kernels.ConstantKernel(1.0, bounds) * kernels.RBF(1.0, bounds)
    kernel = kernel + kernels.WhiteKernel(START_NOISE, (1e-10, 1e5))
    model = GaussianProcessRegressor(kernel, alpha=0.0, n_restarts_optimizer=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x.numpy(), y.numpy())
        mean, deviation = model.predict(at.numpy(), return_std=True)
    # Its deviation is that of a measurement; ours that of the function.
    noise = model.kernel_.k2.noise_level
    deviation = np.sqrt(np.maximum(deviation**2 - noise, 0))
    evidence = float(model.log_marginal_likelihood_value_)
    return Answer(evidence, torch.from_numpy(mean), torch.from_numpy(deviation), 0)


def gpytorch(x: Tensor, y: Tensor, at: Tensor) -> Answer:
    import gpytorch as g

    class Exact(g.models.ExactGP):
        def __init__(self, likelihood):
            super().__init__(x, y, likelihood)
            self.mean_module = g.means.ZeroMean()
            self.covar_module = g.kernels.ScaleKernel(g.kernels.RBFKernel())

        def forward(self, x):
            return g.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))

    likelihood = g.likelihoods.GaussianLikelihood(
        noise_constraint=g.constraints.GreaterThan(1e-10)
    )
    model = Exact(likelihood).double()
    model.initialize(
        **{
            "likelihood.noise": START_NOISE,
            "covar_module.outputscale": 1.0,
            "covar_module.base_kernel.lengthscale": 1.0,
        }
    )
    model.train()
    marginal = g.mlls.ExactMarginalLogLikelihood(likelihood, model)
    optimiser = torch.optim.LBFGS(
        model.parameters(), max_iter=100, tolerance_grad=1e-5, line_search_fn="strong_wolfe"
    )
    count = 0

    def loss():
        nonlocal count
        count += 1
        optimiser.zero_grad()
        value = -marginal(model(x), y)
        value.backward()
        return value

    # Exact inference whatever n is: by default a stochastic solver takes over above 800.
    with g.settings.fast_computations(False, False, False), g.settings.max_cholesky_size(10**6):
        optimiser.step(loss)
        with torch.no_grad():
            evidence = float(marginal(model(x), y)) * len(x)
            model.eval()
            there = model(at)
            mean, deviation = there.mean, there.variance.sqrt()
    return Answer(evidence, mean, deviation, count)


def double_loop(x: Tensor, y: Tensor, at: Tensor) -> Answer:
    """One evaluation and prediction with scalar covariances and an explicit inverse."""
    a, b = x.numpy(), at.numpy()

    def covariances(p, q):
        return np.array([[math.exp(-0.5 * float(((u - v) ** 2).sum())) for v in q] for u in p])

    inverse = np.linalg.inv(covariances(a, a) + START_NOISE * np.eye(len(a)))
    cross = covariances(b, a)
    mean = cross @ inverse @ y.numpy()
    variance = 1 - (cross @ inverse * cross).sum(1)
    return Answer(None, torch.from_numpy(mean), torch.from_numpy(np.sqrt(variance)), 1)


def predictions(n: int) -> dict[str, Callable[[], object]]:
    """Predict 1,000 points with the factor of n cached: means alone, and with deviations."""
    x, y, at = data(n)
    found = takens_gp.GaussianProcess(noise_variance=0.01).fit(x, y, optimise=False)
    return {
        "mean": lambda: found.mean_at(at),
        "mean and deviation": lambda: found.predict(at).deviation,
    }
