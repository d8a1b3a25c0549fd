"""Options of the benchmarks."""

import pytest
import torch


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("takens")
    group.addoption("--threads", type=int, default=1, help="threads of torch")
    group.addoption("--latent-dim", type=int, default=20)
    group.addoption("--hidden-dim", type=int, default=100)
    group.addoption("--batch", type=int, default=16, help="windows in an update")
    group.addoption("--window", type=int, default=100, help="samples in a window")
    group.addoption("--trajectories", type=int, default=30)
    group.addoption("--steps", type=int, default=3000, help="steps of a simulation")


@pytest.fixture
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    """Return the sizes that were asked for, and set the threads."""
    names = (
        "threads",
        "latent_dim",
        "hidden_dim",
        "batch",
        "window",
        "trajectories",
        "steps",
    )
    sizes = {name: int(str(request.config.getoption(name))) for name in names}
    torch.set_num_threads(sizes["threads"])
    return sizes
