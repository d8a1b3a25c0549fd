"""Gaussian processes as `takens.plot` draws them."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from takens_figures.plots.drawing import Drawing
from takens_gp.figures import draw_bands, draw_evidence, draw_samples
from takens_gp.inference.gaussian_process import GaussianProcess
from takens_gp.kernels.squared_exponential import SquaredExponential


def draw_gaussian_process(
    axes: Any,
    posterior: Any,
    x: Any,
    /,
    *,
    samples: int = 0,
    noise: bool = False,
    seed: int = 0,
) -> None:
    """Draw a posterior at `x: (m,)`: mean, bands of 1 to 3 deviations, samples and the data."""
    draw_bands(axes, posterior, torch.as_tensor(x), noise=noise)
    if samples:
        draw_samples(axes, posterior, torch.as_tensor(x), samples, seed)


def _posterior() -> tuple[Any, ...]:
    x = torch.tensor([0.0, 0.3, 1.0, 3.1, 4.7], dtype=torch.float64)
    y = torch.tensor([1.0, 0.0, 1.4, 0.0, -0.9], dtype=torch.float64)
    process = GaussianProcess(SquaredExponential(), noise_variance=0.1)
    return process.fit(x, y, optimise=False), torch.linspace(-1, 7, 80).double()


def _evidence() -> tuple[Any, ...]:
    posterior, _ = _posterior()
    process = GaussianProcess(SquaredExponential(), noise_variance=0.1)
    names, ranges = ("lengthscale", "noise_variance"), ((0.1, 10.0), (0.01, 1.0))
    return process, posterior.x[:, 0], posterior.y, names, ranges, 8


gaussian_process = partial(Drawing, draw_gaussian_process, _posterior)
evidence = partial(Drawing, draw_evidence, _evidence)
