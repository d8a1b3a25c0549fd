"""The same numbers in every unit of time, and over spans that are far longer than a step."""

from typing import Any

import pytest
import torch
from torch import Tensor

import takens

METHODS: list[dict[str, Any]] = [
    *(
        {"name": name, "backend": backend}
        for name in ("bosh3", "dopri5", "tsit5", "dop853")
        for backend in ("eager", "native")
    ),
    {"name": "rodas4"},
]


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_a_decay_is_the_same_in_every_unit(method: dict[str, Any], start: float) -> None:
    solver = takens.integrators.get({"rtol": 1e-8, "atol": 1e-12, **method})
    ends = list[float]()
    steps = set[int]()
    for power in range(-15, 16, 3):
        unit = 10.0**power

        def field(t: Tensor, x: Tensor, unit: float = unit) -> Tensor:
            return (1 - start - x) / unit

        span = torch.tensor([0.0, unit], dtype=torch.float64)
        x0 = torch.full((1,), start, dtype=torch.float64)
        found: Any = solver
        solution = found.solve_with_statistics(field, x0, span)
        ends.append(float(solution.x[-1, 0]))
        steps.add(int(solution.steps))
    assert ends[0] == pytest.approx(abs(1 - start - 0.36787944117144233), abs=1e-7)
    # Steps at first have errors of rounding alone, in which units differ.
    assert max(ends) - min(ends) < 1e-11
    assert max(steps) - min(steps) <= (start == 0)


def robertson(t: Tensor, y: Tensor, /) -> Tensor:
    a, b, c = y.unbind(-1)
    made, back, lost = 0.04 * a, 1e4 * b * c, 3e7 * b * b
    return torch.stack((back - made, made - back - lost, lost), -1)


def test_robertson_goes_as_far_as_was_published() -> None:
    # Mazzia and Magherini, Test set for initial value problems, release 2.4, at t = 1e11
    # 2.0833e-8; here at 4e10 as by ODEPACK's example.
    ends = torch.tensor([0.0, 4e10], dtype=torch.float64)
    start = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    x = takens.integrators.create("rodas4", rtol=1e-6, atol=1e-14).solve(robertson, start, ends)
    assert x[-1].tolist() == pytest.approx([5.2083e-8, 2.0833e-13, 1.0], rel=2e-4)


@pytest.mark.parametrize("name", ["rodas4", "dopri5"])
def test_nobody_is_advised_to_take_the_method_in_use(name: str) -> None:
    def pole(t: Tensor, x: Tensor, /) -> Tensor:
        return x * x

    solver = takens.integrators.get(name)
    start = torch.ones(1, dtype=torch.float64)
    for field, end, options in ((pole, 2.0, {}), (robertson, 1.0, {"max_steps": 3})):
        x0 = start if field is pole else torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
        solver = takens.integrators.get({"name": name, **options})
        with pytest.raises(takens.errors.IntegrationError) as raised:
            solver.solve(field, x0, torch.tensor([0.0, end], dtype=torch.float64))
        assert ("rodas4" in str(raised.value)) == (name != "rodas4")


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_pole_is_found_where_it_is(method: dict[str, Any]) -> None:
    def pole(t: Tensor, x: Tensor, /) -> Tensor:
        return x * x

    solver: Any = takens.integrators.get(method)
    for end in (2.0, 2e9):
        ends = torch.tensor([0.0, end], dtype=torch.float64)
        found = solver.solve_with_statistics(pole, torch.ones(1, dtype=torch.float64), ends)
        assert takens.backend.Status(int(found.status)).failed
        assert float(found.time) == pytest.approx(1.0, abs=1e-4)
