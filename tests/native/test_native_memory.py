"""What solves keep in memory, and the memory that results are given."""

# pyright: basic

import subprocess
import sys

import pytest
import torch

import takens
from takens_native.runtime import memory

from .fields import Lorenz

LARGE = (300, 1000, 3)


@pytest.fixture
def pool(monkeypatch):
    found = []
    monkeypatch.setattr(memory, "_FREE", found)
    return found


def test_memory_is_used_again_when_nothing_refers_to_it(pool):
    first, again = memory.result(LARGE, torch.float64)
    assert not again
    place = first.data_ptr()
    view = first[7:].transpose(0, 1)
    del first
    assert not pool
    other, again = memory.result(LARGE, torch.float64)
    assert not again
    assert other.data_ptr() != place
    del view
    assert len(pool) == 1
    third, again = memory.result(LARGE, torch.float64)
    assert again
    assert third.data_ptr() == place


def test_results_of_another_size_have_memory_of_their_own(pool):
    memory.result(LARGE, torch.float64)
    assert len(pool) == 1
    assert not memory.result((30 * LARGE[0], *LARGE[1:]), torch.float64)[1]
    small, again = memory.result((10, 3), torch.float64)
    assert not again
    assert small.shape == (10, 3)
    # Single precision takes half of it, which is little enough to waste.
    assert memory.result(LARGE, torch.float32)[0].dtype == torch.float32


def test_what_is_kept_has_a_limit(pool, monkeypatch):
    monkeypatch.setattr(memory, "_MOST", 2 << 23)
    kept = [memory.result(LARGE, torch.float64)[0] for _ in range(3)]
    del kept
    assert sum(map(len, pool)) <= 2 << 23


@pytest.mark.parametrize("batch", [1001, 4096, 5000])
def test_large_results_are_those_of_their_parts(native, pool, batch):
    """Memory that was in use before is written in another way, which must not show."""
    x0 = torch.rand((batch, 3), dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ts = torch.linspace(0, 1.0, 121, dtype=torch.float64)
    rk4 = takens.integrators.create("rk4")
    wanted = torch.cat([rk4.solve(Lorenz(), part, ts) for part in x0.split(250)])
    for _ in range(3):
        found = rk4.solve(Lorenz(), x0, ts)
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-9)
        # The next result must not be right because the last one was.
        found.zero_()
        del found
    assert pool


# All states of the long solves would take 100 MB and more.
_GROWTH = """
import resource, sys, torch, takens
from tests.native.fields import Lorenz

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def run(steps):
    x0 = torch.ones((5, 3), dtype=torch.float64)
    ts = torch.tensor([0.0, 1e-6 * steps], dtype=torch.float64)
    if sys.argv[1] == "adaptive":
        method = takens.integrators.create(
            "dopri5", rtol=1e-10, atol=1e-10, max_steps=10**9
        )
        method.solve(Lorenz(), x0, 1e4 * ts)
        return
    x0.requires_grad_(sys.argv[1] == "gradient")
    xs = takens.integrators.create("rk4", substeps=steps).solve(Lorenz(), x0, ts)
    if x0.requires_grad:
        xs.sum().backward()

run(1_000)
before = peak()
run(1_000_000)
print(peak() - before, takens.explain(Lorenz()))
"""


@pytest.mark.parametrize("kind", ["fixed", "gradient", "adaptive"])
def test_memory_does_not_grow_with_the_steps_between_saved_times(kind):
    done = subprocess.run(
        [sys.executable, "-c", _GROWTH, kind], capture_output=True, text=True, check=True
    )
    kilobytes, explained = done.stdout.split(" ", 1)
    assert ": native." in explained
    assert int(kilobytes) < 16_000
