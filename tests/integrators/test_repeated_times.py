"""Times that are repeated, as where rows of unequal length are filled up."""

from typing import Any

import pytest
import torch
from torch import Tensor

import takens

METHODS: list[dict[str, Any]] = [
    {"name": "dopri5"},
    {"name": "dopri5", "backend": "eager"},
    {"name": "dopri5", "gradient": "adjoint"},
    {"name": "dop853"},
    {"name": "rodas4"},
    {"name": "rk4", "substeps": 20},
    {"name": "rk4", "substeps": 20, "backend": "eager"},
    {"name": "rk4", "substeps": 20, "gradient": "adjoint"},
    {"name": "scipy"},
    {"name": "torchdiffeq"},
    {"name": "torchdiffeq", "gradient": "adjoint"},
]
PADDED = torch.tensor([0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0], dtype=torch.float64)


def decay(t: Tensor, x: Tensor, /) -> Tensor:
    return -x


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("times", [PADDED, -PADDED, 0 * PADDED, PADDED.expand(2, 7) * 1.0])
def test_a_time_may_be_repeated(method: dict[str, Any], times: Tensor) -> None:
    if times.dim() > 1:
        if method["name"] == "torchdiffeq":
            pytest.skip("it takes one row of times")
        times = torch.stack((times[0], 0 * times[1]))
    x0 = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    x0.requires_grad_(method["name"] != "scipy")
    x = takens.integrators.get(method).solve(decay, x0, times)
    right = torch.exp(-times).unsqueeze(-1)
    torch.testing.assert_close(
        x.detach(), (x0.unsqueeze(-2) * right).detach(), rtol=1e-5, atol=0
    )
    if x0.requires_grad:
        (gradient,) = torch.autograd.grad(x.sum(), x0)
        wanted = torch.exp(-times).sum(-1, keepdim=True).expand(2, 2)
        torch.testing.assert_close(gradient, wanted, rtol=1e-5, atol=0)


@pytest.mark.parametrize("times", [[0.0, 1.0, 0.5], [0.0, 1.0, 0.0], [0.0, float("inf")]])
def test_times_that_go_back_are_refused(times: list[float]) -> None:
    for ts in (torch.tensor(times), torch.tensor([times, times])):
        with pytest.raises(takens.InputError, match="Times are finite and increase"):
            takens.integrators.create("dopri5").solve(decay, torch.ones(2, 1), ts)
