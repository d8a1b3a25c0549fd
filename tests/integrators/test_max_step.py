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


@pytest.mark.parametrize("name", [*METHODS, "scipy"])
def test_a_system_at_rest_sees_a_later_pulse(name: str) -> None:
    solver = takens.integrators.get({"name": name, "max_step": 0.3})
    ends = torch.tensor([0.0, 100.0], dtype=torch.float64)
    x = solver.solve(pulse, torch.zeros(1, dtype=torch.float64), ends)
    assert float(x[-1, 0]) == pytest.approx(1.0, abs=1e-3)
