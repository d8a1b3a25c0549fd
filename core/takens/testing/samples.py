"""What components are checked on: known fields and maps, a model, series and results."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast, final

import attrs
import torch
from torch import Tensor, nn

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._plugins.registry import integrators
from takens._protocols.dynamics import Time
from takens._protocols.integrator import Stepper
from takens._protocols.score import Score
from takens._protocols.system import Facts
from takens._run.results import Results

DOUBLE = torch.float64


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64; the global generator is left alone."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=DOUBLE)


def gradients(value: Tensor, *to: Tensor) -> tuple[Tensor | None, ...]:
    """Differentiate a number; give None where it does not depend on something."""
    return torch.autograd.grad(value, to, allow_unused=True)


def tensors(given: Any) -> Iterator[Tensor]:
    """Return the tensors that a value holds."""
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, tuple):
        for each in cast(tuple[Any, ...], given):
            yield from tensors(each)
    elif attrs.has(kind := cast(Any, type(given))):
        for field in attrs.fields(kind):
            yield from tensors(getattr(given, field.name))


def record(steps: int = 600, dim: int = 2, *, phase: float = 0.0, seed: int = 0) -> TimeSeries:
    """Return two incommensurate oscillations with a little noise, `(steps, dim)`."""
    t = torch.arange(steps, dtype=DOUBLE) * 0.1
    shift = torch.arange(dim, dtype=DOUBLE) * math.pi / 2 + phase
    angle = t[:, None] + shift
    x = angle.sin() + 0.5 * (math.sqrt(2) * angle).cos()
    return TimeSeries(t, x + 0.02 * numbers(steps, dim, seed=seed), time_unit="s")


def standard(x: Tensor) -> Tensor:
    """Standardise every variable of `x: (T, n)`."""
    return (x - x.mean(0)) / x.std(0)


@functools.cache
def chaos(steps: int, rho: float = 28.0) -> TimeSeries:
    """Return a series of Lorenz's equations, `(steps, 3)`, every 0.05 time units.

    Source: Lorenz (1963), J. Atmos. Sci. 20, 130-141, eqs. 25-27.
    """
    from scipy import integrate

    def slope(x: tuple[float, float, float], t: float) -> tuple[float, float, float]:
        return 10 * (x[1] - x[0]), x[0] * (rho - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]

    t = torch.arange(steps, dtype=DOUBLE) * 0.05
    times, start = torch.cat((t.new_zeros(1), 10 + t)), (1.0, 2.0, rho - 5.0)
    x = cast(Any, integrate).odeint(slope, start, times, mxstep=5000)
    return TimeSeries(t, torch.from_numpy(x[1:]), time_unit="s")


def forecasts(horizon: int, starts: int = 24, *, phase: float = 0.0) -> TimeSeries:
    """Return forecasts, `(starts, horizon + 1, 2)`, that leave the truth little by little."""
    truth, other = (
        record(starts * 5 + horizon, phase=shift).x.unfold(0, horizon + 1, 5).mT
        for shift in (0.0, phase)
    )
    gone = torch.linspace(0, 1, horizon + 1, dtype=DOUBLE)[:, None]
    t = torch.arange(horizon + 1, dtype=DOUBLE) * 0.1
    return TimeSeries(t, truth.lerp(other, gone), time_unit="s")


def pendulum(t: Tensor, x: Tensor, /) -> Tensor:
    """Return the velocity of an undamped pendulum: angle and angular velocity, `(..., 2)`."""
    angle, speed = x.unbind(-1)
    return torch.stack((speed, -angle.sin()), -1)


def swing(height: Tensor, t: Tensor) -> Tensor:
    """Return the pendulum let go from angles `height: (...)`, at `t: (n,)`: `(..., n, 2)`.

    Source: Landau and Lifshitz, Mechanics, section 11, problem 1, by elliptic functions.
    """
    from scipy.special import ellipj, ellipk

    modulus = (height / 2).sin().unsqueeze(-1)
    square = (modulus**2).numpy()
    sn, cn, _, _ = ellipj(t.numpy() + ellipk(square), square)
    k = modulus.numpy()
    angle = 2 * torch.asin(torch.from_numpy(k * sn))
    return torch.stack((angle, 2 * torch.from_numpy(k * cn)), -1)


@final
class Oscillator(nn.Module):
    """`q'' = -k q + a cos 2 t`, whose stiffness k and drive a are learned; a system, too."""

    dim, time = 2, Time.CONTINUOUS

    def __init__(self, stiffness: float = 1.3, drive: float = 0.8) -> None:
        super().__init__()
        self.stiffness = nn.Parameter(torch.tensor(stiffness, dtype=DOUBLE))
        self.drive = nn.Parameter(torch.tensor(drive, dtype=DOUBLE))

    def forward(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity of `x: (..., 2)`, place and speed."""
        place, speed = x.unbind(-1)
        return torch.stack((speed, self.drive * (2 * t).cos() - self.stiffness * place), -1)

    def initial(self) -> tuple[float, ...]:
        """Return a place of one, at rest."""
        return (1.0, 0.0)

    def facts(self) -> Facts:
        """Return nothing."""
        return Facts()

    def motion(self, x0: Tensor, ts: Tensor, /) -> Tensor:
        """Return the states at `ts: (n,)` or `(..., n)` from `x0: (..., 2)`: `(..., n, 2)`."""
        w, c = self.stiffness.sqrt(), self.drive / (self.stiffness - 4)
        start, since = 2 * ts[..., :1], w * (ts - ts[..., :1])
        a = x0[..., :1] - c * start.cos()
        b = (x0[..., 1:] + 2 * c * start.sin()) / w
        place = c * (2 * ts).cos() + a * since.cos() + b * since.sin()
        speed = -2 * c * (2 * ts).sin() + w * (b * since.cos() - a * since.sin())
        return torch.stack((place, speed), -1)


@final
class CatMap:
    """Arnold's cat map of the torus: chaotic, with exponents that are known exactly."""

    exponent = math.log((3 + math.sqrt(5)) / 2)

    def __call__(self, x: Tensor, /) -> Tensor:
        """Return `(2 x + y, x + y)` modulo 1."""
        first, second = x.unbind(-1)
        return torch.stack((2 * first + second, first + second), -1).remainder(1.0)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Push tangent vectors along: the derivative is the same everywhere."""
        matrix = torch.tensor(((2.0, 1.0), (1.0, 1.0)), dtype=x.dtype, device=x.device)
        return self(x), matrix @ v


@final
@attrs.frozen
class SmallConfig:
    """The settings of the small model."""

    obs_dim: int = 2
    seed: int = 0


@final
class SmallModel(nn.Module):
    """A map `z' = z + A tanh(W z) + b`, seen through gains; every weight matters at each step.

    Or a field, `dz/dt = A tanh(W z) + b - z`. It is solved for at once, too, as far as ``b``
    goes.
    """

    context_length = 1
    integrator: Stepper

    def __init__(self, obs_dim: int = 2, seed: int = 0, time: Time = Time.DISCRETE) -> None:
        super().__init__()
        self.config = SmallConfig(obs_dim, seed)
        self.obs_dim = self.latent_dim = obs_dim
        self.time, self.integrator = time, cast(Stepper, integrators.create("rk4"))
        draws = numbers(2, obs_dim, obs_dim, seed=seed) / 3
        self.inner = nn.Parameter(draws[0])
        self.outer = nn.Parameter(draws[1])
        self.offset = nn.Parameter(0.1 * numbers(obs_dim, seed=seed + 1))
        self.gain = nn.Parameter(1 + 0.1 * numbers(obs_dim, seed=seed + 2))

    def forward(self, *state: Tensor) -> Tensor:
        """Return the next state of `z: (..., n)`, or the velocity there."""
        z, kept = state[-1], 1 if self.time is Time.DISCRETE else -1
        return kept * z + (z @ self.inner.mT).tanh() @ self.outer.mT + self.offset

    def encode(self, context: Tensor, /) -> Tensor:
        """Return the state at the end of `context: (..., c, n)`."""
        return context[..., -1, :] / self.gain

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out `z: (..., n)`."""
        return z * self.gain

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Return the state that shows `x: (..., n)`."""
        return self.forcing_signal(x).expand_as(z)

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return what an observation writes into the state."""
        return x / self.gain

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Set the offset to the one that makes one-step errors zero in the mean."""
        with torch.no_grad():
            z = x / self.gain
            change = z.diff(dim=-2) / times.diff().unsqueeze(-1)
            wanted = z[..., 1:, :] if self.time is Time.DISCRETE else change
            missed = wanted - self(z[..., :-1, :])
            self.offset += missed.flatten(0, -2).mean(0)
            left = missed - missed.flatten(0, -2).mean(0)
        return {"loss": float(left.square().mean())}

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102


def results(dim: int = 2, *, diverged: bool = False) -> Results:
    """Return results of a small run, as figures and the report get them."""
    reference = record(400, dim)
    free = torch.stack([record(400, dim, phase=0.3 + i, seed=i + 1).x for i in range(3)])
    if diverged:
        free[1, 200:] = free[1, 200:201]
    logged = ({"step": i, "loss": 1 / i, "gradient_norm": 2 / i} for i in range(10, 110, 10))
    return Results(
        title="A sample",
        history=tuple({**r, "learning_rate": 1e-3, "seconds": 0.1 * r["step"]} for r in logged),
        training=record(400, dim, seed=7),
        reference=reference,
        free=FreeRun(attrs.evolve(reference, x=free), (None, 200 if diverged else None, None)),
        scores={
            "state_space_divergence": Score(value=0.5, floor=0.1, convention="a sample"),
            "max_lyapunov": Score(value=None, unit="1/s", reason="a sample"),
        },
    )
