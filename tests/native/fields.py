"""Fields and maps of many kinds, for all tests of the compiled kernels."""

# pyright: basic

import functools

import attrs
import torch
from torch import Tensor, nn

import takens

RK4 = takens.plugin.Tableau(
    name="rk4",
    order=4,
    c=(0.0, 0.5, 0.5, 1.0),
    a=((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
    b=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
)
EULER = takens.plugin.Tableau(name="euler", order=1, c=(0.0,), a=((),), b=(1.0,))
HEUN = takens.plugin.Tableau(name="heun", order=2, c=(0.0, 1.0), a=((), (1.0,)), b=(0.5, 0.5))
# Heun's method with Euler's as the embedded one, not first-same-as-last.
HEUN_EULER = attrs.evolve(
    HEUN, name="heun_euler", error=((-0.5, 0.5),), dense=((1.0, -0.5), (0.0, 0.5))
)
GRAVITY = 9.81


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
class Pendulum:
    """Branches on a number, so that its numbers have to belong to the structure."""

    damping: float = 0.0

    def __call__(self, t: Tensor, x: Tensor) -> Tensor:
        angle, speed = x[..., 0], x[..., 1]
        force = -GRAVITY * torch.sin(angle)
        if self.damping > 0:
            force = force - self.damping * speed
        return torch.stack((speed, force), dim=-1)


def van_der_pol(t: Tensor, x: Tensor) -> Tensor:
    return torch.stack((x[..., 1], 1.5 * (1 - x[..., 0] ** 2) * x[..., 1] - x[..., 0]), -1)


def lotka_volterra(t: Tensor, x: Tensor) -> Tensor:
    out = torch.empty_like(x)
    out[..., 0] = x[..., 0] * (1.1 - 0.4 * x[..., 1])
    out[..., 1] = x[..., 1] * (0.1 * x[..., 0] - 0.4)
    return out


def driven(t: Tensor, x: Tensor) -> Tensor:
    phase = torch.cos(1.3 * t) * torch.ones_like(x[..., 0])
    return torch.stack((x[..., 1], -x[..., 0] - 0.1 * x[..., 1] + phase), -1)


def closure(dtype: torch.dtype):
    matrix = torch.tensor([[-0.1, 1.0], [-1.0, -0.2]], dtype=dtype)
    scale = 0.7

    def field(t: Tensor, x: Tensor) -> Tensor:
        return scale * torch.tanh(x @ matrix.T)

    return field


class Network(nn.Module):
    def __init__(self, d: int = 3, width: int = 20):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(d, width), nn.Tanh(), nn.Linear(width, d))
        for p in self.parameters():
            nn.init.normal_(p, std=0.3, generator=generator)

    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        return self.layers(x) - 0.1 * x * t


def lorenz96(t: Tensor, x: Tensor) -> Tensor:
    ahead, back, further = x.roll(-1, -1), x.roll(1, -1), x.roll(2, -1)
    return (ahead - further) * back - x + 8.0


class Plrnn(nn.Module):
    def __init__(self, d: int = 20, width: int = 24):
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        shapes = {"a": (d,), "w1": (d, width), "w2": (width, d), "h1": (d,), "h2": (width,)}
        for name, shape in shapes.items():
            value = 0.2 * torch.randn(shape, generator=generator)
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, z: Tensor) -> Tensor:
        a, w1, w2, h1, h2 = self.parameters()
        return a * z + torch.relu(z @ w2.T + h2) @ w1.T + h1


def henon(x: Tensor, a: float = 1.4, b: float = 0.3) -> Tensor:
    return torch.stack((1 - a * x[..., 0] ** 2 + x[..., 1], b * x[..., 0]), -1)


def fields(dtype: torch.dtype):
    """Return each field with its dimension."""
    return {
        "lorenz": (Lorenz(), 3),
        "pendulum": (Pendulum(0.2), 2),
        "van_der_pol": (van_der_pol, 2),
        "lotka_volterra": (lotka_volterra, 2),
        "driven": (driven, 2),
        "closure": (closure(dtype), 2),
        "partial": (functools.partial(_scaled, 0.5), 2),
        "network": (Network().to(dtype), 3),
        "lorenz96": (lorenz96, 18),
    }


def _scaled(rate: float, t: Tensor, x: Tensor) -> Tensor:
    return -rate * x + torch.sigmoid(x.flip(-1))


def eager(f, method, x0: Tensor, ts: Tensor, substeps: int = 1) -> Tensor:
    """Solve in plain torch, one step after the other."""
    x, states = x0, [x0]
    for j in range(len(ts) - 1):
        h = (ts[j + 1] - ts[j]) / substeps
        for i in range(substeps):
            x = _step(f, method, (ts[j] + i * h).to(x), x, h.to(x))
        states.append(x)
    return torch.stack(states, -2)


def _step(f, method, t: Tensor, x: Tensor, h: Tensor) -> Tensor:
    ks = []
    for c, row in zip(method.c, method.a, strict=False):
        y = x + h * sum((a * k for a, k in zip(row, ks, strict=True) if a), torch.zeros_like(x))
        ks.append(f(t + c * h, y))
    return x + h * sum(b * k for b, k in zip(method.b, ks, strict=True))


def solved(native, request):
    """Return what the backend answers, without the code that it was computed by."""
    answer = native.solve(request)
    return answer.answer if isinstance(answer, takens.backend.Compiled) else answer
