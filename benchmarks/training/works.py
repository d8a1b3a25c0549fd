"""The works that are timed: updates by takens and by the plain loop that everyone writes."""

# pyright: basic

from collections.abc import Callable
from typing import Any

import attrs
import torch

import takens
from takens_models import ShallowPLRNN
from takens_schemes import SparseTeacherForcing

BATCH, WINDOW, EVERY = 16, 200, 16


@attrs.frozen
class Size:
    """A shallow network that sees Lorenz 63, and how many are trained."""

    latent: int
    hidden: int
    members: int = 1

    def models(self) -> list[ShallowPLRNN]:
        return [ShallowPLRNN(3, self.latent, self.hidden, seed=i) for i in range(self.members)]


def lorenz(t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    a, b, c = x.unbind(-1)
    return torch.stack((10 * (b - a), a * (28 - c) - b, a * b - 8 / 3 * c), -1)


def series() -> takens.TimeSeries:
    """Return 10,000 samples of Lorenz 63, as single-precision numbers."""
    h, x, states = torch.tensor(0.01), torch.tensor([1.0, 1.0, 25.0]), []
    for _ in range(10_000):
        k1 = lorenz(h, x)
        k2 = lorenz(h, x + h / 2 * k1)
        k3 = lorenz(h, x + h / 2 * k2)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + lorenz(h, x + h * k3))
        states.append(x)
    return takens.TimeSeries(torch.arange(len(states)) * 0.01, torch.stack(states))


def ours(data: takens.TimeSeries, size: Size, updates: int) -> Callable[[], Any]:
    """Train by `takens.fit`, with all that it does besides the updates."""

    def run():
        return takens.fit(
            size.models(),
            data,
            SparseTeacherForcing(every=EVERY, warm_up=0),
            steps=updates,
            batch=BATCH,
            window=WINDOW + 1,
            check_every=0,
            keep="last",
        )

    return run


def plain(x: torch.Tensor, size: Size, updates: int) -> Callable[[], Any]:
    """Train one model by a loop over time, with autograd and an optimiser of torch."""
    (model,) = attrs.evolve(size, members=1).models()
    optimiser = torch.optim.RAdam(model.parameters(), lr=1e-3)

    def update():
        starts = torch.randint(len(x) - WINDOW - 1, (BATCH,)).tolist()
        windows = torch.stack([x[i : i + WINDOW + 1] for i in starts])
        z, predictions = model.encode(windows[:, :1]), []
        for i in range(WINDOW):
            if i and i % EVERY == 0:
                z = model.force(z, windows[:, i])
            z = model(z)
            predictions.append(model.observe(z))
        loss = torch.nn.functional.mse_loss(torch.stack(predictions, 1), windows[:, 1:])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()

    def run():
        for _ in range(updates):
            update()

    return run


def free_run(model: ShallowPLRNN, steps: int, backend: str) -> Callable[[], Any]:
    """Iterate without a gradient: compiled, or by the plain loop."""
    z0 = model.encode(torch.tensor([[[0.1, 0.2, 0.3]]])).detach()

    def compiled():
        with torch.no_grad():
            return takens.backend.dispatch(
                takens.backend.MapIteration(map=model, x0=z0, steps=steps)
            )

    def loop():
        z, states = z0, [z0]
        with torch.no_grad():
            for _ in range(steps):
                z = model(z)
                states.append(z)
            return torch.stack(states, 1)

    return compiled if backend == "auto" else loop
