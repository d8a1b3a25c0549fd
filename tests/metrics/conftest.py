"""Orbits of the Lorenz system, made without the code under test."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import (  # pyright: ignore[reportMissingTypeStubs]
    odeint,  # pyright: ignore[reportUnknownVariableType]
)

Array = npt.NDArray[np.float64]


def velocity(x: Array, t: float, rho: float) -> tuple[float, ...]:
    return 10 * (x[1] - x[0]), x[0] * (rho - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]


def orbit(start: Array, samples: int, rho: float = 28.0) -> Array:
    transient = 3_000
    t = np.arange(transient + samples) * 0.01
    x = odeint(  # pyright: ignore[reportUnknownVariableType]
        velocity, start, t, (rho,), rtol=1e-9, atol=1e-9
    )
    return np.array(x[transient:], dtype=np.float64)  # pyright: ignore[reportUnknownArgumentType]


@pytest.fixture(scope="session")
def lorenz_orbits() -> list[Array]:
    """Six orbits of 50,000 samples, 0.01 apart, on the attractor."""
    rng = np.random.default_rng(0)
    return [orbit(rng.normal([0, 0, 25], 5), 50_000) for _ in range(6)]


@pytest.fixture(scope="session")
def wrong_orbits() -> dict[float, Array]:
    """Orbits of systems more and more unlike the one at rho = 28, by rho."""
    return {rho: orbit(np.array([1.0, 1, 25]), 50_000, rho) for rho in (31.0, 34.0, 40.0)}
