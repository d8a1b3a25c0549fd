"""Bounds on the step: what is shorter than a step is missed, what is longer is not."""

from typing import Any

import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import Event

METHODS: list[str] = ["bosh3", "dopri5", "tsit5", "dop853", "rodas4"]


def uniform(t: Tensor, x: Tensor, /) -> Tensor:
    return torch.ones_like(x) + 0 * x


def pulse(t: Tensor, x: Tensor, /) -> Tensor:
    return torch.where((t > 50.0) & (t < 51.0), 1.0, 0.0) + 0 * x


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_all_crossings_farther_apart_than_a_step_are_found(name: str, sign: float) -> None:
    solver: Any = takens.integrators.get({"name": name, "max_step": 0.9})
    event = Event(lambda t, x: torch.sin(x[..., 0] * torch.pi))
    start = torch.tensor([0.5 * sign], dtype=torch.float64)
    ends = torch.tensor([0.0, 9.0 * sign], dtype=torch.float64)
    found = solver.solve_with_statistics(uniform, start, ends, events=[event])
    right = sign * (torch.arange(9, dtype=torch.float64) + 0.5)
    torch.testing.assert_close(found.crossings[0].t, right, rtol=0, atol=1e-9)
    assert int(found.steps) >= 10


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("seed", range(3))
def test_crossings_at_any_distance_above_a_step_are_found(name: str, seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    bound = 0.05 + 0.3 * float(torch.rand((), generator=draw))
    gaps = bound * (1.02 + 2 * torch.rand(12, generator=draw, dtype=torch.float64))
    at = gaps.cumsum(0)

    def flips(t: Tensor, x: Tensor, /) -> Tensor:
        # It changes its sign within a fiftieth of a step, and stays for the rest.
        return (50 / bound * (x - at)).clamp(-1, 1).prod(-1)

    solver: Any = takens.integrators.get({"name": name, "max_step": bound})
    ends = torch.tensor([0.0, float(at[-1]) + bound], dtype=torch.float64)
    start = torch.zeros(2, 1, dtype=torch.float64)
    found = solver.solve_with_statistics(uniform, start, ends, events=[Event(flips)])
    assert found.crossings[0].count.tolist() == [12, 12]
    torch.testing.assert_close(found.crossings[0].t[1], at, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    "more",
    [
        *({"name": name} for name in METHODS),
        {"name": "dopri5", "backend": "eager"},
        {"name": "scipy"},
        {"name": "torchdiffeq"},
        {"name": "torchdiffeq", "method": "rk4"},
    ],
    ids=str,
)
def test_a_system_at_rest_sees_a_later_pulse(more: dict[str, Any]) -> None:
    solver = takens.integrators.get({**more, "max_step": 0.05})
    ends = torch.tensor([0.0, 100.0], dtype=torch.float64)
    x = solver.solve(pulse, torch.zeros(1, dtype=torch.float64), ends)
    assert float(x[-1, 0]) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("backward", [False, True])
def test_compiled_steps_are_bounded_like_eager_ones(backward: bool) -> None:
    ends = torch.tensor([0.0, 3.0], dtype=torch.float64)
    ends = ends.flip(0) if backward else ends
    start = torch.ones(20, 1, dtype=torch.float64)
    found = [
        takens.integrators.create(
            "dopri5", max_step=0.1, backend=backend
        ).solve_with_statistics(uniform, start, ends)
        for backend in ("native", "eager")
    ]
    assert "native" in takens.explain(uniform)
    for each in found:
        assert bool((each.steps >= 30).all())
        assert bool((each.steps <= 36).all())
    torch.testing.assert_close(found[0].x, found[1].x, rtol=1e-14, atol=0)
    assert found[0].steps.tolist() == found[1].steps.tolist()
