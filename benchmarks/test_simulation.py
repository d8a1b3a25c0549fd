"""One long simulation: Lorenz 63 by the classical Runge-Kutta method, every step saved.

pytest benchmarks/test_simulation.py --trajectories 30 --steps 3000
"""

import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from takens_integrators import RK4
from takens_systems import Lorenz63


def test_lorenz_63(benchmark: BenchmarkFixture, size: dict[str, int]) -> None:
    lorenz, rk4 = Lorenz63(), RK4()
    generator = torch.Generator().manual_seed(0)
    start = torch.tensor(lorenz.initial(), dtype=torch.float64)
    spread = torch.randn(size["trajectories"], 3, generator=generator, dtype=torch.float64)
    times = torch.arange(size["steps"] + 1, dtype=torch.float64) * 0.01

    def solve() -> Tensor:
        return rk4.solve(lorenz, start + spread, times)

    orbit = benchmark.pedantic(solve, rounds=3, iterations=1, warmup_rounds=1)
    benchmark.extra_info.update(size, dtype="float64", dt=0.01)
    assert orbit.shape == (size["trajectories"], size["steps"] + 1, 3)
