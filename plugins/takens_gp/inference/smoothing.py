"""Smooth curves, and their slopes, through noisy samples."""

from __future__ import annotations

import itertools
from typing import cast, final

import attrs
import torch
from torch import Tensor

from takens_gp.inference.cholesky import solve
from takens_gp.inference.gaussian_process import GaussianProcess
from takens_gp.kernels.squared_exponential import SquaredExponential

_AT_ONCE = 400


@final
@attrs.frozen(eq=False)
class Smooth:
    """Curves through `(b, T)` samples, with what is not known of them.

    ``value`` and ``slope``, `(b, T)`, and their variances, `(b, T)`; ``step_variance``,
    `(b, T - 1)`, is that of the step from each sample to the next. ``noise_variance`` is that
    of the samples.
    """

    value: Tensor
    slope: Tensor
    variance: Tensor
    slope_variance: Tensor
    step_variance: Tensor
    noise_variance: float


def smooth(times: Tensor, samples: Tensor, *, seed: int = 0) -> Smooth:
    """Fit curves to `samples: (b, T)` of one variable, all sampled at `times: (T,)`.

    They are a Gaussian process in time with a squared exponential kernel, whose
    hyperparameters all curves share and which maximum evidence finds. Long series are cut
    into segments of at most 400 samples, which are smoothed separately.

    Source: Solak, Murray-Smith, Leithead, Leith, Rasmussen (2003), Derivative observations in
    Gaussian process models of dynamic systems, NIPS, eqs. 2 and 3.
    """
    length = samples.shape[1]
    pieces = -(-length // _AT_ONCE)
    ends = [length * i // pieces for i in range(pieces + 1)]
    parts: list[Smooth] = []
    kernel, noise = None, 0.0
    for start, stop in itertools.pairwise(ends):
        t, y = times[start:stop], samples[:, start:stop]
        t = t - t[0]
        if kernel is None:
            span = float(t[-1])
            size = float(y.var()) or 1.0
            kernel = SquaredExponential(size, span / 10)
            limits = {"lengthscale": (span / len(t), 10 * span)}
            process = GaussianProcess(kernel, 0.01 * size, mean=0.0)
            found = process.fit(t, y.mT, bounds=limits, seed=seed, shared=True)
            noise = float(found.noise_variance)
            kernel = cast(SquaredExponential, found.kernel)
        parts.append(_smooth_one(kernel, noise, t, y))
    # The step from one segment to the next is as uncertain as those beside it.
    steps = [torch.cat((part.step_variance, part.step_variance[:, -1:]), 1) for part in parts]
    return Smooth(
        *(
            torch.cat([getattr(part, name) for part in parts], 1)
            for name in ("value", "slope", "variance", "slope_variance")
        ),
        step_variance=torch.cat(steps, 1)[:, :-1],
        noise_variance=noise,
    )


def _smooth_one(kernel: SquaredExponential, noise: float, t: Tensor, y: Tensor) -> Smooth:
    found = GaussianProcess(kernel, noise).fit(t, y.mT, optimise=False, shared=True)
    x = t.unsqueeze(-1)
    scale = float(kernel.lengthscale)  # pyright: ignore[reportArgumentType] - time has one lengthscale
    prediction = found.predict(x)
    covariance = prediction.covariance[0]
    variance = covariance.diagonal().clamp(min=0)
    steps = variance[1:] + variance[:-1] - 2 * covariance.diagonal(-1)
    by_time = -(x - x.mT) / scale**2 * kernel(x, x)
    reached = solve(found.factor, by_time.mT)
    of_slope = float(kernel.variance) / scale**2 - reached.square().sum(0)
    return Smooth(
        prediction.mean.mT,
        (by_time @ found.weights).mT,
        variance.expand_as(y),
        of_slope.clamp(min=0).expand_as(y),
        steps.clamp(min=0).expand(len(y), -1),
        noise,
    )
