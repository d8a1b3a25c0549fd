"""The subjects that are judged: other systems, and records spoilt on purpose."""

# pyright: basic

from collections.abc import Callable
from typing import Any

import attrs
import torch
from torch import Tensor

from takens._judging.surrogates import surrogates
from takens_systems import Henon, Lorenz63, Lorenz96, Rossler, VanDerPol

from .systems import (
    COUNTED,
    RUNS,
    SYSTEMS,
    Case,
    DrivenDuffing,
    Escaping,
    Faster,
    Moved,
    Torus,
    Trapped,
    named,
)

# What follows a name is what a wrong finding calls it, in one word of these.
REST = ("rest",)
CYCLE = ("cycle", "recur", "repeat")
ESCAPE = ("left", "leave", "escape", "diverge", "outside")
REVERSED = ("asymmetry", "reversal", "reversed", "backwards")
ELSEWHERE = ("attractor", "rest", "elsewhere", "box")
LOBE = ("mean", "lobe", "switch")


@attrs.frozen
class Subject:
    """Another system, or records made of true ones, `(runs, T, n)`; the truth has neither.

    ``named`` are words one of which a finding has to say, where the subject is to be called
    wrong at any length for what it is.
    """

    name: str
    system: Callable[[Case], Any] | None = None
    spoil: Callable[[Case, Tensor, torch.Generator], Tensor] | None = None
    named: tuple[str, ...] = ()
    runs: int = COUNTED

    @property
    def box(self) -> bool:
        """Whether it is off where the data never are."""
        return self.system is not None and bool(self.named)

    @property
    def measured(self) -> bool:
        """Whether its effects say how far it is off; a name says enough of others."""
        return not self.named and (self.system or self.spoil) is not None

    def of(self, case: Case, truth: Tensor | None, seed: int) -> Any:
        """Return what is judged, a system or a time series; records are made of ``truth``."""
        if self.spoil is None or truth is None:
            return case.make() if self.system is None else self.system(case)
        generator = torch.Generator().manual_seed(seed)
        return case.series(self.spoil(case, truth[: self.runs], generator))


def truth() -> Subject:
    return Subject("truth")


def parameters(name: str, make: Callable[[], Any]) -> Subject:
    return Subject(name, system=lambda _: make())


def faster(factor: float) -> Subject:
    return Subject(f"time x {factor:g}", system=lambda case: Faster(case.make(), factor))


def _places(case: Case) -> tuple[tuple[float, ...], tuple[float, ...]]:
    x = case.draw(20_000, 4, seed=0)
    return tuple(x.mean((0, 1)).tolist()), tuple(x.std((0, 1)).tolist())


def shifted(by: float) -> Subject:
    def made(case: Case) -> Moved:
        centre, spread = _places(case)
        return Moved(case.make(), centre, tuple(by * s for s in spread))

    return Subject(f"means + {by:g} sd", system=made)


def scaled(by: float) -> Subject:
    def made(case: Case) -> Moved:
        centre, _ = _places(case)
        return Moved(case.make(), centre, (0.0,) * len(centre), by)

    return Subject(f"scales x {by:g}", system=made)


def noisy(level: float) -> Subject:
    def spoil(_: Case, x: Tensor, generator: torch.Generator) -> Tensor:
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        return x + level * x.std(-2, keepdim=True) * noise

    return Subject(f"noise of {100 * level:g} % in its output", spoil=spoil)


def _of_eight(x: Tensor, runs: int) -> Tensor:
    return torch.arange(len(x)) % RUNS < runs


def resting(last: float, runs: int = RUNS) -> Subject:
    """Some of every eight runs stay where they are for the last part of their time."""

    def spoil(_: Case, x: Tensor, __: torch.Generator) -> Tensor:
        x, start, who = x.clone(), round(x.shape[-2] * (1 - last)), _of_eight(x, runs)
        x[who, start:] = x[who, start : start + 1]
        return x

    who = "all runs" if runs == RUNS else f"{runs} of 8 runs"
    return Subject(f"{who} rest, last {100 * last:g} %", spoil=spoil, named=REST)


def cycling(samples: int) -> Subject:
    """Every run repeats a piece of the truth, cut where its ends are nearest to each other."""

    def spoil(_: Case, x: Tensor, __: torch.Generator) -> Tensor:
        length = x.shape[-2]
        apart = (x[:, samples:] - x[:, :-samples]).square().sum(-1)
        starts = apart.argmin(-1)
        turns = torch.arange(length) % samples
        return torch.stack([one[start + turns] for one, start in zip(x, starts, strict=True)])

    return Subject(f"cycle of {samples:,} samples", spoil=spoil, named=CYCLE)


def backward() -> Subject:
    return Subject("time reversed", spoil=lambda _, x, __: x.flip(-2), named=REVERSED)


def mirrored() -> Subject:
    """Both lobes of Lorenz 63 laid over each other."""

    def spoil(_: Case, x: Tensor, __: torch.Generator) -> Tensor:
        a, b, c = x.unbind(-1)
        return torch.stack((a.abs(), b * a.sign(), c), -1)

    return Subject("one lobe, the other mirrored", spoil=spoil, named=LOBE)


def surrogate(kind: str) -> Subject:
    def spoil(case: Case, x: Tensor, generator: torch.Generator) -> Tensor:
        seeds = torch.randint(2**31, (len(x),), generator=generator).tolist()
        made = [surrogates(case.series(y), s)[kind] for y, s in zip(x, seeds, strict=True)]
        return torch.stack([one.x for one in made])

    return Subject(f"{kind.replace('_', ' ')} surrogate", spoil=spoil, runs=RUNS)


def leaving(runs: int) -> Subject:
    """Some of every eight runs drift away from half time on, by 30 deviations in the end."""

    def spoil(_: Case, x: Tensor, __: torch.Generator) -> Tensor:
        x, half, who = x.clone(), x.shape[-2] // 2, _of_eight(x, runs)
        away = torch.linspace(0, 30, x.shape[-2] - half, dtype=x.dtype)
        x[who, half:] += away[:, None] * x.std((0, 1))
        return x

    return Subject(f"{runs} of 8 runs leave", spoil=spoil, named=ESCAPE)


_LORENZ = (
    *(
        parameters(f"rho {rho:g}", lambda rho=rho: Lorenz63(rho=rho))
        for rho in (24.0, 25.0, 26.0, 27.0, 27.5, 30.0)
    ),
    *(
        parameters(f"sigma {sigma:g}", lambda sigma=sigma: Lorenz63(sigma=sigma))
        for sigma in (9.0, 9.5)
    ),
    *(
        parameters(f"beta {beta:g}", lambda beta=beta: Lorenz63(beta=beta))
        for beta in (2.5, 2.6)
    ),
    *(faster(by) for by in (0.98, 0.95, 0.93, 0.91, 0.85)),
    shifted(0.1),
    shifted(0.3),
    scaled(0.9),
    *(noisy(level) for level in (0.02, 0.05, 0.1, 0.2, 0.5)),
    *(resting(last) for last in (0.5, 0.25, 0.1, 0.04)),
    *(resting(0.5, runs) for runs in (4, 2, 1)),
    backward(),
    *(cycling(samples) for samples in (300, 1_000, 3_000, 5_980)),
    mirrored(),
    surrogate("phase_randomised"),
    surrogate("autoregressive"),
    leaving(2),
    Subject(
        "second attractor, 10 % of a box",
        system=lambda case: Trapped(case.make(), ((14.0, -16.0, 12.0),), 17.0, 1.0),
        named=ELSEWHERE,
    ),
    Subject(
        "escapes from afar",
        system=lambda case: Escaping(case.make(), (0.0, 0.0, 24.0), 38.0, 1.0),
        named=ESCAPE,
    ),
)


def _others(case: Case, *parameter: Subject) -> tuple[Subject, ...]:
    """Eight subjects: one or two with other parameters, and what any system has."""
    if case.is_map:
        common = (noisy(0.1), cycling(case.cycle))
    elif case.chaotic:
        common = (faster(0.9), faster(0.98), cycling(case.cycle))
    else:
        common = (faster(0.9), faster(0.98), surrogate("autoregressive"))
    common += (shifted(0.3), scaled(0.9), resting(0.25), backward())
    return (*parameter, *common)[:8]


def _catalogue(name: str, **changed: float) -> Subject:
    what = ", ".join(f"{key} {value:g}" for key, value in changed.items())
    return parameters(what, named(f"dysts:{name}", **changed))


_PARAMETERS = {
    "rossler": (parameters("c 4.5", lambda: Rossler(c=4.5)),),
    "lorenz96": (parameters("forcing 7", lambda: Lorenz96(dim=5, forcing=7.0)),),
    "van_der_pol": (parameters("mu 1.3", lambda: VanDerPol(mu=1.3, form="textbook")),),
    "henon": (
        parameters("a 1.36", lambda: Henon(a=1.36)),
        parameters("b 0.29", lambda: Henon(b=0.29)),
    ),
    "torus": (parameters("second frequency 1.3", lambda: Torus(second=1.3)),),
    "duffing": (parameters("damping 0.2", lambda: DrivenDuffing(damping=0.2)),),
    "halvorsen": (_catalogue("halvorsen", a=1.5),),
    "rucklidge": (_catalogue("rucklidge", a=2.2),),
    "genesio_tesi": (_catalogue("genesio_tesi", a=0.45),),
    "chua": (_catalogue("chua", alpha=15.0),),
    "dadras": (_catalogue("dadras", c=2.2),),
}

SUBJECTS = {
    name: (truth(), *(_LORENZ if name == "lorenz63" else _others(case, *_PARAMETERS[name])))
    for name, case in SYSTEMS.items()
}


def subject(system: str, name: str) -> Subject:
    return next(one for one in SUBJECTS[system] if one.name == name)
