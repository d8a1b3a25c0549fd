"""How sharply data can tell the hyperparameters, before any data are seen."""

from __future__ import annotations

import torch
from torch import Tensor

import takens
from takens_gp.inference.cholesky import factorise, solve
from takens_gp.inference.hyperparameters import Search

_ENOUGH = 128
_STEP = 1e-4


def information(search: Search, x: Tensor, point_noise: Tensor) -> Tensor:
    """Return the Fisher information on each logarithm at the start of a search, `(p,)`.

    It is that of at most 128 of the points `x: (n, d)`, by the number of all. Nothing is
    known, 0, where the covariance of the start is not positive definite.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, section
    5.4.1 with the expectation of eq. 5.9's derivative.
    """
    kept = torch.linspace(0, len(x) - 1, min(_ENOUGH, len(x)), dtype=torch.float64)
    kept = kept.round().long().to(x.device)
    points, noise = x[kept], point_noise[kept]

    def covariance(logarithms: Tensor) -> Tensor:
        kernel, variance = search.made(logarithms)
        return kernel(points, points) + torch.diag(variance + noise)

    with torch.no_grad():
        start = covariance(search.start)
        try:
            factor, _ = factorise(start)
        except takens.InputError:
            return torch.zeros_like(search.start)
        found = torch.zeros_like(search.start)
        for i in range(len(found)):
            moved = search.start.clone()
            moved[i] += _STEP
            change = (covariance(moved) - start) / _STEP
            whitened = solve(factor, solve(factor, change).mT)
            found[i] = 0.5 * whitened.square().sum()
    return found * (len(x) / len(kept))
