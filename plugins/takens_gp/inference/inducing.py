"""Inference through inducing points, a variational lower bound of the evidence."""

from __future__ import annotations

import math
from typing import NamedTuple, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_gp.inference.arguments import as_points
from takens_gp.inference.cholesky import factorise, solve
from takens_gp.inference.hyperparameters import Search
from takens_gp.inference.pivoted_cholesky import select
from takens_gp.kernel import Kernel


class Inference(NamedTuple):
    """What the inducing points `(c, d)` make of the data.

    ``bound`` is the lower bound of the log evidence, ``gap`` how far above it the evidence can
    be at most. ``factor`` and ``correction`` are lower, `(c, c)`; ``weights`` `(c, q)`.
    """

    bound: Tensor
    gap: float
    factor: Tensor
    correction: Tensor
    weights: Tensor
    jitter: float


def infer(kernel: Kernel, centres: Tensor, x: Tensor, y: Tensor, noise: Tensor) -> Inference:
    """Infer from `y: (n, q)` at `x: (n, d)` with noise variances `noise: (n,)`, all above 0.

    Source: Titsias (2009), Variational learning of inducing variables in sparse Gaussian
    processes, AISTATS, eqs. 9 and 6; the gap from the upper bound of Titsias (2014),
    Variational inference for Gaussian and determinantal point processes.
    """
    own = kernel(centres, centres)
    factor, jitter = factorise(own)
    one = torch.eye(len(centres)).to(own)
    scale = noise.rsqrt()
    # Everything is measured in standard deviations of the noise from here on.
    a = solve(factor, kernel(centres, x)) * scale
    seen = y * scale.unsqueeze(-1)
    correction = cast(Tensor, torch.linalg.cholesky(one + a @ a.mT))
    c = solve(correction, a @ seen)
    q = y.shape[1]
    missed = (kernel.diagonal(x) / noise).sum() - a.square().sum()
    misfit = seen.square().sum() - c.square().sum()
    determinant = correction.diagonal().log().sum() - scale.log().sum()
    constant = 0.5 * len(x) * math.log(2 * math.pi)
    bound = -q * (determinant + constant + 0.5 * missed) - 0.5 * misfit
    with torch.no_grad():
        # The noise cannot be larger than by all that is missed.
        trace = max(float(missed), 0.0)
        gap = 0.5 * (q * trace + trace / (1 + trace) * float(misfit))
        inner = solve(correction.mT, c, upper=True)
        weights = solve(factor.mT, inner, upper=True)
    return Inference(bound, gap, factor, correction, weights, jitter)


@final
@attrs.frozen(eq=False)
class InducingPoints:
    """Points that are given, `(c, d)`, or a number of measured points to be selected."""

    given: Tensor | None
    count: int

    @classmethod
    def of(cls, inducing: int | Tensor, x: Tensor) -> InducingPoints:
        """Read what a user asked for.

        Raises: InputError where there is no point, or points do not fit the data.
        """
        if isinstance(inducing, int):
            if inducing < 1:
                raise takens.InputError(f"inducing is at least 1 point; got {inducing}.")
            return cls(None, min(inducing, len(x)))
        points = as_points(inducing, x.shape[-1])
        if not len(points):
            raise takens.InputError("inducing is at least 1 point; got none.")
        return cls(points, len(points))

    def under(self, kernel: Kernel, x: Tensor) -> Tensor:
        """Return the points `(c, d)`: where selected, those that the kernel knows least of."""
        if self.given is not None:
            return self.given
        return x[select(kernel, x, self.count).indices]


def bound_and_gradient(
    search: Search, logarithms: Tensor, centres: Tensor, x: Tensor, y: Tensor, noise: Tensor
) -> tuple[float, Tensor]:
    """Return the bound and its gradient by `logarithms: (p,)`, the centres held fixed."""
    theta = logarithms.detach().requires_grad_()
    kernel, variance = search.made(theta)
    bound = infer(kernel, centres, x, y, variance + noise).bound
    (gradient,) = torch.autograd.grad(bound, theta)
    return float(bound.detach()), gradient
