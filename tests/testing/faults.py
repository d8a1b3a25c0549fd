"""Components with one fault each."""

# What is wrong here is wrong on purpose, for types too.
# pyright: basic

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import attrs
import matplotlib
import torch
from torch import Tensor, nn

import takens
from takens.testing import samples
from takens_integrators import RK4, Euler
from takens_systems import Henon, Lorenz63


class Faulty:
    """Passes everything on to a good component, but for what is changed."""

    def __init__(self, good: Any, **changed: Any) -> None:
        self.__dict__.update(changed)
        self.good = good

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["good"], name)

    def __call__(self, *arguments: Any) -> Any:
        return self.__dict__.get("call", self.good)(*arguments)


def written_to(x: Tensor) -> Tensor:
    x += 1
    return x


def looped(t: Tensor, x: Tensor) -> Tensor:
    """A field that vmap refuses: it writes into a fresh tensor."""
    out = torch.empty(x.shape, dtype=x.dtype)
    out[..., :] = Lorenz63()(t, x)
    return out


@attrs.frozen
class Forgetful:
    """A system that uses a number of its own in place of a Tensor."""

    rate: Any = 1.0
    dim = 1
    time = takens.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return -(self.rate if isinstance(self.rate, float) else 2.0) * x

    def initial(self) -> tuple[float, ...]:
        return (1.0,)

    def facts(self) -> takens.Facts:
        return takens.Facts()


lorenz, henon = Lorenz63(), Henon()
rk4, euler = RK4(), Euler()
Solve = Callable[[Any, Tensor, Tensor], Tensor]


def single(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    return rk4.solve(f, x0.float(), ts.float()).to(torch.float32)


def backward_only_forward(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Integrate with the size of steps, whatever their sign."""
    return rk4.solve(f, x0, ts[0] + (ts - ts[0]).abs())


def leaks(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    """Let the mean of a batch into each of its members."""
    return rk4.solve(f, x0, ts) + 1e-6 * (x0.mean() if x0.ndim > 1 else 0)


def writes(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    found = rk4.solve(f, x0, ts)
    x0.zero_()
    return found


def sorts(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    return rk4.solve(f, x0, ts.sort().values)


def detached(f: Any, x0: Tensor, ts: Tensor) -> Tensor:
    with torch.no_grad():
        return rk4.solve(f, x0, ts)


@attrs.frozen
class WrongAdjoint:
    """An integrator whose adjoint has the wrong sign."""

    gradient: str = "direct"

    def solve(self, f: Any, x0: Tensor, ts: Tensor) -> Tensor:
        found = rk4.solve(f, x0, ts)
        return found if self.gradient == "direct" else 2 * found.detach() - found


class Model(samples.SmallModel.__base__):  # type: ignore[name-defined,misc]
    """A small model of which parts can be replaced."""

    context_length = 1
    time = takens.Time.DISCRETE

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__()
        self.config = samples.SmallConfig(obs_dim, seed)
        self.obs_dim = self.latent_dim = obs_dim
        self.weight = nn.Parameter(0.4 * samples.numbers(obs_dim, obs_dim, seed=seed))

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.weight.mT).tanh()

    def encode(self, context: Tensor, /) -> Tensor:
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return x


class Nameless(Model):
    time = takens.Time.CONTINUOUS


class LosesConfig(Model):
    def __init__(self, obs_dim: int = 2, seed: int = 0, *, hidden: int) -> None:
        super().__init__(obs_dim)


class AlwaysDouble(Model):
    def observe(self, z: Tensor, /) -> Tensor:
        return z.double()


class LeakyBatch(Model):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) - (z.mean(0) if z.ndim > 1 else 0)


class Overwrites(Model):
    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return z.copy_(x)


class HalfForces(Model):
    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        return (z + x) / 2


class Unstored(Model):
    """Keeps a weight where ``state_dict`` does not see it."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.register_buffer("hidden", torch.randn(1).double(), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) * self.hidden


class ReadsOnce(Model):
    """Reads its weights when it is made."""

    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.held = (self.weight.detach().clone(),)

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.held[0].mT).tanh()


class LooksAtNumbers(Model):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) if float(z.sum()) > 1e9 else -super().forward(z)


class Unseeded(Model):
    def __init__(self, obs_dim: int = 2, seed: int = 0) -> None:
        super().__init__(obs_dim, seed)
        self.weight = nn.Parameter(torch.randn(obs_dim, obs_dim).double())


class Explodes(Model):
    def forward(self, z: Tensor) -> Tensor:
        return (z + 10) ** 2 * float("inf")


class Restless(Model):
    """Draws noise in its dynamics."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) + torch.randn_like(z)


class WrongTangent(Model):
    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        return self(x), 2 * v


class WrongJacobian(Model):
    time = takens.Time.CONTINUOUS
    integrator = rk4

    def forward(self, t: Tensor, z: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(z)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        return self.weight.expand(*x.shape[:-1], -1, -1)


class WrongSignal(Model):
    def forcing_signal(self, x: Tensor, /) -> Tensor:
        return 2 * x


class SolvesToNaN(Model):
    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> dict[str, Any]:
        with torch.no_grad():
            self.weight.fill_(math.nan)
        return {}


class IgnoresUnits(Model):
    def adopt_units(self, mean: Tensor, scale: Tensor) -> None:
        pass


def one_step(model: Any, windows: Tensor) -> Tensor:
    z = model.encode(windows[..., :-1, None, :])
    return (model.observe(model(z)) - windows[..., 1:, :]).square().mean((-3, -2, -1))


class Scheme:
    """One-step prediction; the faulty ones differ in ``loss``."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows)


class ManyLosses(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return super().loss(model, windows, times=times, step=step)[None]


class MissesAWeight(Scheme):
    """Compares states where it should compare observations."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return (model(windows[..., :-1, :]) - windows[..., 1:, :]).square().mean()


class CutsTheGradient(Scheme):
    """Detaches half of what the loss depends on."""

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        found = model.observe(model(model.encode(windows[..., :-1, None, :])))
        second = model.observe(model(model.encode(found[..., None, :]).detach()))
        later = windows[..., 2:, :] - second[..., :-1, :]
        return later.square().mean() + one_step(model, windows)


class StandardisesInPlace(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        windows *= 0.5
        return one_step(model, windows)


class LooksAtTheFirst(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        return one_step(model, windows[:1])


class Climbs(Scheme):
    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        # It is the value without the gradient that rises.
        found = one_step(model, windows)
        return 2 * found.detach() - found


class Mixes(Scheme):
    """Gives every member of an ensemble the mean of all."""

    takes_ensembles = True

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        found = one_step(model, windows)
        return found.mean().expand(found.shape) if found.ndim else found


class AdaptsToNothing(Scheme):
    def adapted(self, x: Tensor, dt: float, /) -> Any:
        return None


class ReportsNaN(Scheme):
    def in_force(self, step: int, /) -> dict[str, float]:
        return {"strength": math.nan}


class Forgets(Scheme):
    """Counts its calls, and does not store the count."""

    calls = 0

    def loss(self, model: Any, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        self.calls += 1
        return one_step(model, windows) * self.calls

    def state_dict(self) -> dict[str, Tensor]:
        return {}

    def load_state_dict(self, state: Any, /) -> None:
        pass


class SolvesWithoutLoss:
    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return {}


class SolvesNothing:
    def solve(self, model: Any, x: Tensor, *, times: Tensor) -> dict[str, Any]:
        return {"loss": 1.0}


class LearnsNothing:
    def train(self, layer: Any, inputs: Tensor, targets: Tensor, *, seed: int = 0) -> Any:
        return takens.LayerFit(layer, ({"epoch": 1, "loss": 1.0},), 0.0)


class Draws:
    def train(self, layer: Any, inputs: Tensor, targets: Tensor, *, seed: int = 0) -> Any:
        with torch.no_grad():
            layer.weight.add_(torch.randn(2, 2))
        return takens.LayerFit(layer, ({"epoch": 1, "loss": 1.0},), 0.0)


def gap(reference: takens.TimeSeries, generated: takens.TimeSeries) -> float:
    return float((reference.x.mean() - generated.x.mean()).abs())


class Metric:
    """A difference of means; the faulty ones differ in ``compare``."""

    horizon: Any = None

    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=gap(reference, generated))


class NotZeroOnItself(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=1 + gap(reference, generated))


class SeesNothing(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=0.0)


class Wavers(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=float(torch.rand(())))


class Chokes(Metric):
    def compare(self, reference: Any, generated: Any, /) -> Any:
        return takens.Score(value=float(1 / generated.x[..., -1, :].std()) * 0)


class Prober:
    """Gives a constant; the faulty ones differ."""

    def __init__(self, value: float = 1.0, reference: Any = 1.0) -> None:
        self.value, self.known = value, reference

    def probe(self, step: Any, x0: Tensor, dt: float, /) -> takens.Score:
        return takens.Score(value=self.value)

    def reference(self, facts: takens.Facts, /) -> Any:
        return self.known


class Random(Prober):
    def probe(self, step: Any, x0: Tensor, dt: float, /) -> takens.Score:
        return takens.Score(value=float(torch.rand(())))


class Follows(Prober):
    def probe(self, step: Any, x0: Tensor, dt: float, /) -> takens.Score:
        for _ in range(20):
            x0 = step(x0)
        return takens.Score(value=float(x0.mean()))


class WithoutReason:
    def choose(self, *, precision: takens.Precision) -> takens.Placement:
        cpu = torch.device("cpu")
        return takens.Placement(cpu, precision.dtype, cpu)


class Reader:
    def __init__(self, *suffixes: str) -> None:
        self.suffixes = suffixes

    def read(self, path: Path, /, **options: Any) -> takens.TimeSeries:
        return samples.record(10)


class Paints:
    """Changes how everything after it looks."""

    title = "Paints"

    def draw(self, *what: Any) -> Any:
        matplotlib.rcParams["lines.linewidth"] += 1


class Answers:
    """Answers every question, always with what it was given."""

    preference: Any = 1

    def __init__(self, answer: Any = None) -> None:
        self.what = answer

    def answer(self, question: Any, /) -> Any:
        if isinstance(question, takens.FixedStepSolve):
            return question.x0.unsqueeze(-2).expand(*question.x0.shape[:-1], 21, 2)
        return question.x0.unsqueeze(-2).expand(*question.x0.shape[:-1], 5, 2)


class Raises(Answers):
    def answer(self, question: Any, /) -> Any:
        raise RuntimeError("too hard")


@attrs.frozen
class Kernel:
    """A squared exponential; the faulty ones differ."""

    variance: Any = 1.0
    bounds: ClassVar = {"variance": (1e-3, 1e3)}

    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return self.variance * torch.exp(-torch.cdist(x, y).square())

    def diagonal(self, x: Tensor, /) -> Tensor:
        return self.variance * torch.ones_like(x[..., 0])


class OutOfBounds(Kernel):
    bounds: ClassVar = {"variance": (2.0, 3.0)}


class Flat(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return super().__call__(x, y).double()


class Indefinite(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return -super().__call__(x, y)


class WrongDiagonal(Kernel):
    def diagonal(self, x: Tensor, /) -> Tensor:
        return 2 * super().diagonal(x)


class Numb(Kernel):
    def __call__(self, x: Tensor, y: Tensor, /) -> Tensor:
        return torch.exp(-torch.cdist(x, y).square())

    def diagonal(self, x: Tensor, /) -> Tensor:
        return torch.ones_like(x[..., 0])
