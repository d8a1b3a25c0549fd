"""The systems that are judged, how each is sampled, and fields made from fields."""

# pyright: basic

from collections.abc import Callable
from typing import Any

import attrs
import torch
from torch import Tensor

import takens

FLOORS = 5
# Of so many runs distances are measured one by one, and of so many are shares counted.
RUNS, COUNTED = 8, 152
# Samples in a mean period of a flow.
PERIOD = 75
# Trajectories are cut at places of their own, so that those of a periodic system have phases
# of their own; some forty mean periods.
APART = 3_000


@attrs.frozen
class Case:
    """A true system and its sampling interval, in samples a mean period about 75."""

    name: str
    make: Callable[[], Any]
    dt: float
    chaotic: bool = True
    cycle: int = 1_000

    @property
    def is_map(self) -> bool:
        return self.make().time is takens.plugin.Time.DISCRETE

    def series(self, x: Tensor) -> takens.TimeSeries:
        return takens.TimeSeries(torch.arange(x.shape[-2], dtype=x.dtype) * self.dt, x)

    def draw(self, length: int, count: int, seed: int, system: Any = None) -> Tensor:
        """Draw independent records of a system, by default the true one: `(count, length, n)`.

        They are judged at the sampling interval of the truth.
        """
        system = self.make() if system is None else system
        found = takens.simulate(
            system,
            dt=self.dt,
            steps=length + APART,
            trajectories=count,
            seed=seed,
            transient=APART,
        ).x
        places = torch.randint(
            APART + 1, (count,), generator=torch.Generator().manual_seed(seed)
        )
        return torch.stack([x[i : i + length] for x, i in zip(found, places, strict=True)])


@attrs.frozen
class Field:
    """A field over another one, or over none."""

    time = takens.plugin.Time.CONTINUOUS

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


@attrs.frozen
class Torus(Field):
    """Two circles, each approached at rate 2 and run round at a frequency of its own."""

    first: float = 1.0
    second: float = 2**0.5
    dim = 4

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        a, b, c, d = x.unbind(-1)
        one, two = 1 - a * a - b * b, 1 - c * c - d * d
        return torch.stack(
            (
                one * a - self.first * b,
                one * b + self.first * a,
                two * c - self.second * d,
                two * d + self.second * c,
            ),
            -1,
        )

    def initial(self) -> tuple[float, ...]:
        return (1.0, 0.0, 1.0, 0.0)


@attrs.frozen
class DrivenDuffing(Field):
    """Duffing's oscillator, the phase p of its drive as cos p and sin p on a stable circle."""

    damping: float = 0.25
    amplitude: float = 0.4
    frequency: float = 1.0
    dim = 4

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        q, v, c, s = x.unbind(-1)
        pull = 1 - c * c - s * s
        return torch.stack(
            (
                v,
                q - q * q * q - self.damping * v + self.amplitude * c,
                pull * c - self.frequency * s,
                pull * s + self.frequency * c,
            ),
            -1,
        )

    def initial(self) -> tuple[float, ...]:
        return (0.2, 0.0, 1.0, 0.0)


@attrs.frozen
class Faster(Field):
    """A field whose time runs faster by a factor."""

    inner: Any
    factor: float

    @property
    def dim(self) -> int:
        return self.inner.dim

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return self.factor * self.inner(t, x)

    def initial(self) -> tuple[float, ...]:
        return self.inner.initial()


@attrs.frozen
class Moved:
    """A system in coordinates `y = centre + scale (x - centre) + shift` of each variable."""

    inner: Any
    centre: tuple[float, ...]
    shift: tuple[float, ...]
    scale: float = 1.0

    @property
    def dim(self) -> int:
        return self.inner.dim

    @property
    def time(self) -> takens.plugin.Time:
        return self.inner.time

    def __call__(self, *state: Tensor) -> Tensor:
        *t, y = state
        # y = a x + b
        a = self.scale
        b = [c + s - a * c for c, s in zip(self.centre, self.shift, strict=True)]
        x = torch.stack([(v - o) / a for v, o in zip(y.unbind(-1), b, strict=True)], -1)
        found = self.inner(*t, x)
        if t:
            return a * found
        return torch.stack([a * v + o for v, o in zip(found.unbind(-1), b, strict=True)], -1)

    def initial(self) -> tuple[float, ...]:
        parts = zip(self.inner.initial(), self.centre, self.shift, strict=True)
        return tuple(c + self.scale * (x - c) + s for x, c, s in parts)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


@attrs.frozen
class Trapped(Field):
    """A field with a stable point where the data never are: all around it is drawn in.

    Around each of the ``places`` the field is that of a spring, at the ``rate``, and from the
    ``radius`` outward it goes over into the inner one within a tenth of it.
    """

    inner: Any
    places: tuple[tuple[float, ...], ...]
    radius: float
    rate: float

    @property
    def dim(self) -> int:
        return self.inner.dim

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        found = self.inner(t, x)
        for place in self.places:
            parts = zip(x.unbind(-1), place, strict=True)
            away = torch.stack([value - there for value, there in parts], -1)
            distance = (away * away).sum(-1, keepdim=True).sqrt()
            weight = torch.sigmoid((self.radius - distance) / (0.02 * self.radius))
            found = found - weight * (found + self.rate * away)
        return found

    def initial(self) -> tuple[float, ...]:
        return self.inner.initial()


@attrs.frozen
class Escaping(Field):
    """A field that far from a centre throws outward, ever faster with the distance."""

    inner: Any
    centre: tuple[float, ...]
    radius: float
    rate: float

    @property
    def dim(self) -> int:
        return self.inner.dim

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        parts = zip(x.unbind(-1), self.centre, strict=True)
        away = torch.stack([value - there for value, there in parts], -1)
        beyond = (away * away).sum(-1, keepdim=True).sqrt() / self.radius - 1
        return self.inner(t, x) + self.rate * beyond.clamp(min=0) ** 2 * 100 * away

    def initial(self) -> tuple[float, ...]:
        return self.inner.initial()


def named(name: str, **parameters: Any) -> Callable[[], Any]:
    systems: Any = takens.systems
    return lambda: systems.create(name, **parameters)


SYSTEMS = {
    case.name: case
    for case in (
        Case("lorenz63", named("lorenz63"), 0.01),
        Case("rossler", named("rossler"), 0.08),
        Case("lorenz96", named("lorenz96", dim=5), 0.016),
        Case("van_der_pol", named("van_der_pol", form="textbook"), 0.09, chaotic=False),
        Case("henon", named("henon"), 1.0, cycle=300),
        Case("torus", Torus, 0.084, chaotic=False),
        Case("duffing", DrivenDuffing, 0.084),
        Case("halvorsen", named("dysts:halvorsen"), 0.0186),
        Case("rucklidge", named("dysts:rucklidge"), 0.057),
        Case("genesio_tesi", named("dysts:genesio_tesi"), 0.082),
        Case("chua", named("dysts:chua"), 0.019),
        Case("dadras", named("dysts:dadras"), 0.021),
    )
}
