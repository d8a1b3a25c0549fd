"""Results of a small run: Lorenz 63, and the same equations slightly off in its place."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import takens

DT = 0.02
STEPS = 3000


def lorenz(x: NDArray[np.float64], rho: float) -> NDArray[np.float64]:
    a, b, c = np.moveaxis(x, -1, 0)
    return np.stack([10 * (b - a), a * (rho - c) - b, a * b - 8 / 3 * c], -1)


def orbit(x: NDArray[np.float64], steps: int, rho: float = 28.0) -> NDArray[np.float64]:
    """Return `(..., steps, 3)`, the first of which is `x: (..., 3)`."""
    states: list[NDArray[np.float64]] = []
    for _ in range(steps):
        states.append(x)
        k1 = lorenz(x, rho)
        k2 = lorenz(x + DT / 2 * k1, rho)
        k3 = lorenz(x + DT / 2 * k2, rho)
        k4 = lorenz(x + DT * k3, rho)
        x = x + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.stack(states, -2)


def series(x: NDArray[np.float64], unit: str = "s") -> takens.TimeSeries:
    columns = ("x", "y", "z", "u", "v")[: x.shape[-1]]
    t = torch.arange(x.shape[-2], dtype=torch.float64) * DT
    return takens.TimeSeries(t, torch.tensor(x), columns, time_unit=unit)


def lyapunov_score() -> takens.Score:
    t = np.linspace(1, 200, 200)
    generator = np.random.default_rng(0)
    estimate = 0.9 + np.cumsum(generator.normal(size=200)) / t / 4
    return takens.Score(
        value=float(estimate[-1]),
        unit="1/s",
        error=0.012,
        reference=0.9056,
        convention="QR every 10 steps",
        error_from="20 initial conditions",
        curves={
            "convergence": takens.plugin.Curve(
                x=t, y=estimate, error=[None, *(0.17 / np.sqrt(t[1:])).tolist()]
            )
        },
    )


def history(lines: int) -> tuple[dict[str, float], ...]:
    generator = np.random.default_rng(1)
    return tuple(
        {
            "step": 10.0 * i,
            "loss": float(np.exp(-0.01 * i + 0.2 * generator.normal()) + 0.02),
            "gradient_norm": float(np.exp(-0.005 * i + 0.4 * generator.normal())),
            "learning_rate": 1e-3 * 0.99**i,
        }
        for i in range(1, lines + 1)
    )


@pytest.fixture(scope="session")
def results() -> takens.plugin.Results:
    start = orbit(np.array([1.0, 1.0, 20.0]), 1000)[-1]
    truth = orbit(start, STEPS)
    starts = np.stack([start, truth[500], truth[900]])
    model = orbit(starts, STEPS, rho=27.0)
    return takens.plugin.Results(
        title="Lorenz 63",
        history=history(400),
        training=series(orbit(truth[-1], STEPS)),
        reference=series(truth),
        free=takens.FreeRun(series(model), (None, None, None)),
        scores={"max_lyapunov": lyapunov_score()},
    )


@pytest.fixture(scope="session")
def of_dim(results: takens.plugin.Results) -> Callable[[int], takens.plugin.Results]:
    """The same run seen through 1 to 5 variables."""

    def project(x: torch.Tensor, dim: int) -> NDArray[np.float64]:
        wide = torch.cat([x, x[..., :2] * x[..., 1:]], -1)
        return wide[..., :dim].numpy()

    def seen(dim: int) -> takens.plugin.Results:
        free = takens.FreeRun(series(project(results.free.x, dim)), results.free.diverged_at)
        return attrs.evolve(
            results, reference=series(project(results.reference.x, dim)), free=free
        )

    return seen


@pytest.fixture(scope="session")
def diverged(results: takens.plugin.Results) -> takens.plugin.Results:
    """The first of the runs grows without bound, and is frozen from step 401 on."""
    x = results.free.x.clone()
    x[0, 300:400] *= torch.exp(torch.arange(100, dtype=x.dtype) / 10)[:, None]
    x[0, 400:] = x[0, 399]
    return attrs.evolve(results, free=takens.FreeRun(series(x.numpy()), (401, None, None)))
