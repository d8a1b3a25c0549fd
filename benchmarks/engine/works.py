"""The work to be done, by takens and by torchdiffeq."""

# pyright: basic

from typing import Any

import attrs
import torch
import torchdiffeq
from torch import Tensor, nn

from takens_integrators import RK4, Dop853, Dopri5


@attrs.frozen
class Lorenz:
    sigma: float | Tensor = 10.0
    rho: float | Tensor = 28.0
    beta: float | Tensor = 8 / 3

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        a, b, c = x.unbind(-1)
        return torch.stack(
            (self.sigma * (b - a), a * (self.rho - c) - b, a * b - self.beta * c), -1
        )


@attrs.frozen
class VanDerPol:
    mu: float | Tensor = 1.0

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        a, b = x.unbind(-1)
        return torch.stack((b, self.mu * (1 - a * a) * b - a), -1)


class Network(nn.Module):
    """2-64-64-2, of the weights that are given."""

    def __init__(self, weights: list[Tensor]):
        super().__init__()
        layers = [nn.Linear(w.shape[1], w.shape[0]) for w in weights]
        for layer, w in zip(layers, weights, strict=True):
            layer.weight.data, layer.bias.data = w.clone(), torch.zeros(w.shape[0])
        self.layers = nn.Sequential(layers[0], nn.Tanh(), layers[1], nn.Tanh(), layers[2])

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        return self.layers(x)


def parameters(f: object) -> tuple[Tensor, ...]:
    if isinstance(f, nn.Module):
        return tuple(f.parameters())
    values = attrs.astuple(f) if attrs.has(type(f)) else ()
    return tuple(v for v in values if isinstance(v, Tensor))


def fixed(f, x0: Tensor, ts: Tensor) -> Tensor:
    return RK4().solve(f, x0, ts)


def adaptive(f, x0: Tensor, ts: Tensor, tolerance: float, method: Any = Dopri5) -> Tensor:
    solver = method(rtol=tolerance, atol=tolerance, max_steps=1_000_000)
    return solver.solve(f, x0, ts)


def adaptive8(f, x0: Tensor, ts: Tensor, tolerance: float) -> Tensor:
    return adaptive(f, x0, ts, tolerance, Dop853)


def torchdiffeq_fixed(f, x0: Tensor, ts: Tensor) -> Any:
    return torchdiffeq.odeint(f, x0, ts.to(x0), method="rk4")


def torchdiffeq_adaptive(f, x0: Tensor, ts: Tensor, tolerance: float) -> Any:
    return torchdiffeq.odeint(f, x0, ts.to(x0), rtol=tolerance, atol=tolerance, method="dopri5")


def torchdiffeq_adjoint(f, x0: Tensor, ts: Tensor, tolerance: float) -> Any:
    return torchdiffeq.odeint_adjoint(
        f,
        x0,
        ts.to(x0),
        rtol=tolerance,
        atol=tolerance,
        method="dopri5",
        adjoint_params=parameters(f),
    )


def gradient(solve, f, x0: Tensor, *arguments):
    """Return what computes the gradient of a sum of squares to start and parameters."""
    wanted = (x0, *parameters(f))

    def run():
        return torch.autograd.grad(solve(f, x0, *arguments).square().sum(), wanted)

    return run
