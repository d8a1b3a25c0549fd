"""Pictures of Gaussian processes; each function draws on axes that it is given."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Any, Final, cast

import attrs
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from takens_gp.inference.gaussian_process import GaussianProcess
from takens_gp.inference.hyperparameters import hyperparameters_of, with_values
from takens_gp.inference.posterior import Posterior
from takens_gp.kernel import Kernel

# Okabe and Ito's palette: told apart with every form of colour vision.
MODEL: Final = "#0072B2"
DATA: Final = "#000000"
DRAWN: Final = "#D55E00"


def draw_bands(
    axes: Axes,
    posterior: Posterior,
    x: Tensor,
    *,
    noise: bool = False,
    deviations: tuple[int, ...] = (1, 2, 3),
) -> None:
    """Draw the mean at `x: (m,)`, bands of so many standard deviations, and the data.

    The bands are those of the function; with ``noise``, those of a measurement.
    """
    there = posterior.predict(x, noise=noise)
    at, mean, spread = _numbers(x), _numbers(there.mean), _numbers(there.deviation)
    for count in sorted(deviations, reverse=True):
        axes.fill_between(
            at,
            mean - count * spread,
            mean + count * spread,
            color=MODEL,
            alpha=0.16,
            linewidth=0,
        )
    axes.plot(at, mean, color=MODEL, linewidth=1.4)
    if len(posterior.x):
        axes.plot(
            _numbers(posterior.x[:, 0]), _numbers(posterior.y), "o", color=DATA, markersize=4
        )


def draw_samples(
    axes: Axes, process: GaussianProcess | Posterior, x: Tensor, count: int = 5, seed: int = 0
) -> None:
    """Draw functions from the prior or the posterior, seen at `x: (m,)`."""
    for values in process.sample(x, count, seed=seed):
        axes.plot(_numbers(x), _numbers(values), color=DRAWN, linewidth=0.8, alpha=0.8)


def draw_kernel(axes: Axes, kernel: Kernel, x: Tensor, at: float, **style: Any) -> None:
    """Draw the covariance of the value at one point with that at `x: (m,)`."""
    point = torch.tensor([[at]], dtype=torch.float64)
    covariances = kernel(point, x.double().unsqueeze(-1))[0]
    axes.plot(_numbers(x), _numbers(covariances), **style)


def draw_covariance(axes: Axes, kernel: Kernel, x: Tensor) -> None:
    """Draw the covariance of the values at `x: (m,)` with each other, dark where large."""
    points = x.double().unsqueeze(-1)
    ends = (float(x[0]), float(x[-1]))
    axes.imshow(
        _numbers(kernel(points, points)),
        origin="lower",
        extent=(*ends, *ends),
        cmap="Blues",
        aspect="equal",
    )


def draw_evidence(
    axes: Axes,
    process: GaussianProcess,
    x: Tensor,
    y: Tensor,
    names: tuple[str, str],
    ranges: tuple[tuple[float, float], tuple[float, float]],
    points: int = 40,
) -> None:
    """Draw the log evidence over two hyperparameters, the others as the process has them.

    ``names`` are as in ``fit``; ``"noise_variance"`` is one of them. Both axes are
    logarithmic. Levels are 0.5, 1, 2, 4, 8, ... below the largest value, which has a cross.
    """
    across, up = (
        torch.logspace(float(np.log10(low)), float(np.log10(high)), points).double()
        for low, high in ranges
    )
    surface = torch.tensor(
        [
            [
                _changed(process, {names[0]: a, names[1]: b})
                .fit(x, y, optimise=False)
                .log_evidence
                for a in cast(list[float], across.tolist())
            ]
            for b in cast(list[float], up.tolist())
        ],
        dtype=torch.float64,
    )
    best = float(surface.max())
    levels = [best - step for step in (64, 32, 16, 8, 4, 2, 1, 0.5)]
    axes.contourf(
        _numbers(across), _numbers(up), _numbers(surface), levels, cmap="Blues", extend="both"
    )
    axes.contour(
        _numbers(across),
        _numbers(up),
        _numbers(surface),
        levels,
        colors="white",
        linewidths=0.4,
        linestyles="solid",
    )
    row, column = divmod(int(surface.argmax()), points)
    axes.plot(float(across[column]), float(up[row]), "x", color=DRAWN, markersize=7)
    axes.set(xscale="log", yscale="log", xlabel=_label(names[0]), ylabel=_label(names[1]))


def _changed(process: GaussianProcess, values: dict[str, float]) -> GaussianProcess:
    found = hyperparameters_of(process.kernel)
    kernel = with_values(
        process.kernel,
        [values.get(h.name, h.values if h.is_tuple else h.values[0]) for h in found],
    )
    noise = values.get("noise_variance", process.noise_variance)
    return attrs.evolve(process, kernel=kernel, noise_variance=noise)


def _label(name: str) -> str:
    return name.replace("_", " ")


def _numbers(values: Tensor) -> Any:
    return cast(Any, values.detach().cpu().double().numpy())
