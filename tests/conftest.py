"""What every test shares."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

# Workers share the cores: each, and what it starts, computes on one thread.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import attrs
import pytest
import torch
from hypothesis import settings
from torch import Tensor, nn

import takens
from takens_integrators import RK4

# The same examples in every run, so that what fails once can be seen again; new ones at night.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("random", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@attrs.frozen
class LinearConfig:
    factor: float


class Linear(nn.Module):
    """The map `z' = factor z`, or the field `dz/dt = factor z`, all of it observed."""

    context_length = 1
    obs_dim = latent_dim = 1
    integrator = RK4()

    def __init__(
        self, factor: float, time: takens.plugin.Time = takens.plugin.Time.DISCRETE
    ) -> None:
        super().__init__()
        self.config = LinearConfig(factor)
        self.time = time
        self.factor = nn.Parameter(torch.tensor(factor, dtype=torch.float64))

    def forward(self, *state: Tensor) -> Tensor:
        return self.factor * state[-1]

    def encode(self, context: Tensor, /) -> Tensor:
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return x

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...


@pytest.fixture
def linear() -> type[Linear]:
    return Linear


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many strange inputs were tried, and what became of them."""
    found: dict[str, Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "fuzz" and report.when == "call":
                    for what, counts in value.items():
                        found.setdefault(what, Counter()).update(counts)
    for what, counts in sorted(found.items()):
        said = ", ".join(f"{counts[word]:,} {word}" for word in ("taken", "refused", "faults"))
        terminalreporter.write_line(f"fuzz: {sum(counts.values()):,} {what}: {said}")
