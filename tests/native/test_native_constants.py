"""Numbers that a field reads out of what it holds: never compiled as they were once."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

import takens
from takens_native.tracing.captured import capture

X0 = torch.ones(2, dtype=torch.float64)
TIMES = torch.tensor([0.0, 0.1], dtype=torch.float64)
HELD = torch.tensor([1.0, 2.0], dtype=torch.float64)


def _both(field: Any) -> tuple[Tensor, Tensor]:
    found = [
        takens.integrators.create("rk4", backend=backend).solve(field, X0, TIMES)[-1]
        for backend in ("auto", "eager")
    ]
    return found[0], found[1]


def _listed(numbers: list[float]) -> Any:
    def field(t: Tensor, x: Tensor, /) -> Tensor:
        return x * torch.tensor(numbers, dtype=torch.float64)

    return field


def test_constants_are_those_of_each_field(recwarn: pytest.WarningsRecorder) -> None:
    # The first is at rest: a comparison with it tells nothing.
    for numbers in ([0.0, 0.0], [1.0, 2.0], [3.0, -4.0]):
        field = _listed(numbers)
        torch.testing.assert_close(*_both(field), rtol=1e-13, atol=0)
    assert takens.explain(field).endswith("native.")
    assert not recwarn.list


@pytest.mark.parametrize("way", ["tensor", "new_tensor", "tolist", "numpy", "float"])
def test_numbers_read_out_of_tensors_do_not_grow_stale(way: str) -> None:
    first, second = torch.zeros((2, 1), dtype=torch.float64).unbind()

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        if way == "tensor":
            return x * torch.tensor([first, second], dtype=torch.float64)
        if way == "new_tensor":
            return x * x.new_tensor([first, second])
        if way == "tolist":
            return x * (first.tolist()[0] + second.tolist()[0])
        if way == "numpy":
            return x * torch.as_tensor(first.numpy())
        return x * (float(first) + float(second))

    for value in (0.0, 1.0, 2.0):
        first.fill_(value)
        second.fill_(-value / 3)
        torch.testing.assert_close(*_both(field), rtol=1e-13, atol=0)


def by_global(t: Tensor, x: Tensor, /) -> Tensor:
    return HELD * x


def test_a_tensor_of_the_module_is_read_anew() -> None:
    try:
        for value in (1.0, 2.0):
            HELD.fill_(value)
            torch.testing.assert_close(*_both(by_global), rtol=1e-13, atol=0)
        assert takens.explain(by_global).endswith("native.")
    finally:
        HELD.copy_(torch.tensor([1.0, 2.0]))


class Fresh(Mapping[str, Any]):
    """Makes what it holds whenever it is asked, so that numbers of objects are used again."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __getitem__(self, key: str) -> Any:
        return [[float(key)]]

    def __iter__(self) -> Iterator[str]:
        return iter(map(str, range(self.rows)))

    def __len__(self) -> int:
        return self.rows


def test_objects_that_are_gone_are_not_taken_for_new_ones() -> None:
    held = Fresh(50)

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        return x * held["3"][0][0]

    found = capture(field, keep_floats=False)
    assert found.floats == [float(i) for i in range(50)]
    assert not any(isinstance(s, tuple) and s[:1] == ("seen",) for s in found.signature)
