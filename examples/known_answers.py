"""Lyapunov exponents that are known, measured.

    python examples/known_answers.py --out docs/images

Measures the spectra of systems whose exponents follow from a formula or were published, and
repeats short measurements many times to see whether their standard errors are right. Writes
known_answers.md, with a table for each. A measured exponent agrees where it is within three
standard errors of the known one, plus half a unit of the last published digit and what
halving the step changes.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, final

import attrs
import numpy as np
import torch
from torch import Tensor

import takens
from takens_integrators import RK4
from takens_metrics import LyapunovSpectrum, kaplan_yorke
from takens_systems import Henon, Logistic, Lorenz63, Lorenz96, Rossler

STARTS: Final = 64
WIDTH: Final = 0.3
DELAY: Final = 17.0


def linear_map(x: Tensor, /) -> Tensor:
    """Shear and shrink: eigenvalues 0.9 and -0.4."""
    a, b = x.unbind(-1)
    return torch.stack((0.9 * a + 0.5 * b, -0.4 * b), -1)


def cat_map(x: Tensor, /) -> Tensor:
    """Return Arnold's map of the torus."""
    a, b = x.unbind(-1)
    y = torch.stack((2 * a + b, a + b), -1)
    return y - y.floor()


def skew_baker_map(x: Tensor, /) -> Tensor:
    """Pull two strips of unequal width to full width, and stack them."""
    a, b = x.unbind(-1)
    left = a < WIDTH
    return torch.stack(
        (
            torch.where(left, a / WIDTH, (a - WIDTH) / (1 - WIDTH)),
            torch.where(left, WIDTH * b, WIDTH + (1 - WIDTH) * b),
        ),
        -1,
    )


def towel_map(x: Tensor, /) -> Tensor:
    """Fold in two directions; Roessler (1979), An equation for hyperchaos."""
    a, b, c = x.unbind(-1)
    fold = (b + 0.35) * (1 - 2 * c)
    return torch.stack(
        (
            3.8 * a * (1 - a) - 0.05 * fold,
            0.1 * (fold - 1) * (1 - 1.9 * a),
            3.78 * c * (1 - c) + 0.2 * b,
        ),
        -1,
    )


def linear_flow(t: Tensor, x: Tensor, /) -> Tensor:
    """Turn in a plane with a damping of 0.1, beside a decay of 0.7."""
    a, b, c = x.unbind(-1)
    return torch.stack((-0.1 * a - 2 * b, 2 * a - 0.1 * b, a - 0.7 * c), -1)


def limit_cycle(t: Tensor, x: Tensor, /) -> Tensor:
    """Run round a circle of radius 1."""
    a, b = x.unbind(-1)
    pull = 1 - a * a - b * b
    return torch.stack((pull * a - b, pull * b + a), -1)


def torus(t: Tensor, x: Tensor, /) -> Tensor:
    """Run round two circles, at incommensurate frequencies."""
    a, b, c, d = x.unbind(-1)
    first, second = 1 - a * a - b * b, 1 - c * c - d * d
    return torch.stack(
        (first * a - b, first * b + a, second * c - 2**0.5 * d, second * d + 2**0.5 * c), -1
    )


def lorenz_like(t: Tensor, x: Tensor, /) -> Tensor:
    """Two attractors, each other's mirror image; Lue, Chen, Cheng (2004), c = 18.1."""
    a, b, c = x.unbind(-1)
    return torch.stack((20 / 7 * a - b * c + 18.1, -10 * b + a * c, -4 * c + a * b), -1)


def mackey_glass(x: Tensor, /) -> Tensor:
    """Advance the delay equation: `x: (..., n)` are its last n samples, the newest first.

    The interval is `17 / (n - 1)`, so that the delayed values at both its ends are samples,
    and the method is that of Heun.
    """
    newest, late, later = x[..., 0], x[..., -1], x[..., -2]
    h = DELAY / (x.shape[-1] - 1)
    first = 0.2 * late / (1 + late**10) - 0.1 * newest
    second = 0.2 * later / (1 + later**10) - 0.1 * (newest + h * first)
    following = newest + h / 2 * (first + second)
    return torch.cat((following.unsqueeze(-1), x[..., :-1]), -1)


@final
@attrs.frozen(eq=False)
class Case:
    """A map, or a field with a step, whose exponents are known; None where one is not.

    ``digit`` is the last published one. Exponents are per ``unit`` of time, the step of a map.
    """

    name: str
    dynamics: Any
    start: tuple[float, ...]
    known: tuple[float | None, ...]
    source: str
    digit: float = 0.0
    flow_step: float | None = None
    unit: float = 1.0
    steps: int = 20_000
    transient: int = 2_000
    none_above_zero: bool = False
    dimension: float | None = None

    @property
    def map(self) -> takens.plugin.Map:
        """What is iterated."""
        if self.flow_step is None:
            return self.dynamics
        return takens.plugin.flow_map(self.dynamics, RK4(), self.flow_step)


@final
@attrs.frozen
class Found:
    """What was measured of a case."""

    case: Case
    spectrum: tuple[float, ...]
    errors: tuple[float, ...]
    step_error: float
    dimension: float | None
    checks_failed: tuple[str, ...]
    seconds: float

    def tolerance(self, i: int) -> float:
        """Return three standard errors, half a digit, and what half the step changes."""
        rounding = self.case.digit / 2 + 1e-9
        return 3 * self.errors[i] + rounding + self.step_error

    @property
    def agrees(self) -> bool:
        """Whether every known exponent was found."""
        if self.case.none_above_zero:
            return self.spectrum[0] <= self.tolerance(0)
        return all(
            abs(self.spectrum[i] - known) <= self.tolerance(i)
            for i, known in enumerate(self.case.known)
            if known is not None
        )


GOLDEN: Final = math.log((3 + 5**0.5) / 2)
BAKER: Final = -WIDTH * math.log(WIDTH) - (1 - WIDTH) * math.log(1 - WIDTH)
SPROTT: Final = "Sprott (2003)"
GORING: Final = "Göring et al. (2024)"
FORMULA: Final = "closed form"
PLANE: Final = (0.4321, 0.5678)
SINE: Final = tuple(0.9 + 0.3 * math.sin(0.05 * i) for i in range(341))

CASES: Final = (
    Case("linear map", linear_map, PLANE, (math.log(0.9), math.log(0.4)), FORMULA),
    Case("linear flow", linear_flow, (1, 0, 1), (-0.1, -0.1, -0.7), FORMULA, flow_step=0.01),
    Case("cat map", cat_map, PLANE, (GOLDEN, -GOLDEN), FORMULA),
    Case("skew baker map", skew_baker_map, PLANE, (BAKER, -BAKER), FORMULA),
    Case("logistic map, r = 4", Logistic(r=4.0), (0.3,), (math.log(2),), FORMULA),
    Case("logistic map, r = 3.2", Logistic(r=3.2), (0.3,), (math.log(0.16) / 2,), FORMULA),
    Case("Henon map", Henon(), (0.1, 0.1), (0.41922, -1.62319), SPROTT, 1e-5),
    Case(
        "towel map",
        towel_map,
        (0.085, -0.121, 0.075),
        (0.432, 0.379, None),
        "DynamicalSystems.jl (10,000 steps)",
        digit=1e-2,
    ),
    Case("limit cycle", limit_cycle, (1, 0), (0.0, -2.0), FORMULA, flow_step=0.01),
    Case("torus", torus, (1, 0, 1, 0), (0.0, 0.0, -2.0, -2.0), FORMULA, flow_step=0.01),
    Case(
        "Lorenz 63",
        Lorenz63(),
        Lorenz63().initial(),
        (0.9056, 0.0, -14.5723),
        SPROTT,
        digit=1e-4,
        flow_step=0.005,
        steps=200_000,
        dimension=2.06215,
    ),
    Case(
        "Lorenz 63, rho = 20",
        Lorenz63(rho=20.0),
        Lorenz63().initial(),
        (),
        "comes to rest",
        flow_step=0.01,
        none_above_zero=True,
    ),
    Case(
        "Roessler",
        Rossler(),
        Rossler().initial(),
        (0.0714, 0.0, -5.3943),
        SPROTT,
        digit=1e-4,
        flow_step=0.01,
        steps=400_000,
        # The second vector turns into the orbit's direction at a rate of 0.07 only.
        transient=20_000,
        dimension=2.0132,
    ),
    Case(
        "Lorenz-like, one attractor",
        lorenz_like,
        (5, 5, 5),
        (0.264, 0.0, -11.407),
        GORING,
        digit=1e-2,
        flow_step=0.005,
        steps=500_000,
    ),
    Case(
        "Lorenz-like, the other",
        lorenz_like,
        (5, -5, -5),
        (0.261, 0.0, -11.404),
        GORING,
        digit=1e-2,
        flow_step=0.005,
        steps=500_000,
    ),
    Case(
        "Lorenz 96, 40 sites",
        Lorenz96(),
        Lorenz96().initial(),
        (1.65,),
        "Lorenz, Emanuel (1998)",
        digit=0.1,
        flow_step=0.025,
        steps=10_000,
        dimension=27.1,
    ),
    Case(
        "Mackey-Glass, delay 17",
        mackey_glass,
        SINE,
        (0.0056, 0.0),
        "published without an error",
        digit=1e-3,
        unit=DELAY / (len(SINE) - 1),
        steps=100_000,
        transient=40_000,
    ),
)


def measure(case: Case, *, starts: int = STARTS, seed: int = 0) -> Found:
    """Measure the spectrum of a case."""
    began = time.perf_counter()
    whole = len(case.start) <= 40
    metric = LyapunovSpectrum(
        steps=case.steps,
        transient=case.transient,
        count="all" if whole else len(case.known),
    )
    x0, dt = _starts(case, starts, seed), case.flow_step or case.unit
    found = metric.growth_rates(case.map, x0, dt, len(case.start) if whole else len(case.known))
    return Found(
        case,
        tuple(found.exponents.tolist()),
        tuple(found.errors.tolist()),
        found.step_error,
        kaplan_yorke(found.exponents) if whole else None,
        tuple(check.name for check in found.checks if not check.passed),
        time.perf_counter() - began,
    )


def _starts(case: Case, starts: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    x0 = torch.tensor(case.start, dtype=torch.float64).expand(starts, -1)
    noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
    return x0 + 0.01 * x0.abs().clamp(min=0.01) * noise


@final
@attrs.frozen
class Repetition:
    """How far estimates are from the truth, in their own standard errors."""

    name: str
    truth: float
    deviations: tuple[float, ...]

    def within(self, errors: float) -> float:
        """Return the share of estimates within so many standard errors."""
        return float(np.mean(np.abs(self.deviations) <= errors))

    @property
    def spread(self) -> float:
        """The root mean square of the deviations: 1 where the errors are right."""
        return float(np.sqrt(np.mean(np.square(self.deviations))))


def repeat(
    name: str, case: Case, truth: float, *, times: int, starts: int, steps: int
) -> Repetition:
    """Repeat a short measurement of the largest exponent from other starts."""
    metric = LyapunovSpectrum(steps=steps, transient=case.transient, count=1)
    step, dt = case.map, case.flow_step or case.unit
    deviations: list[float] = []
    for seed in range(times):
        score = metric.measure(step, _starts(case, starts, 1_000 + seed), dt)
        if score.value is None or score.error is None:
            raise takens.TakensError(f"{name}: {score.reason}")
        deviations.append((score.value - truth) / score.error)
    return Repetition(name, truth, tuple(deviations))


def tables(found: Sequence[Found], repetitions: Sequence[Repetition]) -> str:
    """Write both tables."""
    lines = [
        "| system | known | measured | standard error | Kaplan-Yorke | agrees | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        case = one.case
        agrees = "yes" if one.agrees else "**no**"
        shown = min(len(one.spectrum), max(len(case.known), 3), 4)
        known = "none above 0" if case.none_above_zero else _numbers(case.known)
        lines.append(
            f"| {case.name} | {known} | {_numbers(one.spectrum[:shown])} "
            f"| {_errors(one.errors[:shown])} | {_dimension(one)} | {agrees} | {case.source} |"
        )
    lines += [
        "",
        "| repeated | times | root mean square deviation | within 1 | within 2 | within 3 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {len(r.deviations)} | {r.spread:.2f} | {100 * r.within(1):.0f} % "
        f"| {100 * r.within(2):.0f} % | {100 * r.within(3):.0f} % |"
        for r in repetitions
    ]
    return "\n".join(lines)


def _dimension(one: Found) -> str:
    if one.dimension is None:
        return ""
    known = f" ({one.case.dimension:g})" if one.case.dimension else ""
    return f"{one.dimension:.5g}{known}"


def _numbers(values: Sequence[float | None]) -> str:
    return ", ".join(
        "?" if value is None else "0" if abs(value) < 1e-12 else f"{value:.5g}"
        for value in values
    )


def _errors(values: Sequence[float]) -> str:
    return ", ".join("0" if value < 1e-12 else f"{value:.1e}" for value in values)


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--repeat", type=int, default=200)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found: list[Found] = []
    for case in CASES:
        if arguments.only in case.name:
            found.append(measure(case))
            one = found[-1]
            print(
                f"{one.seconds:6.1f} s  {case.name}: {_numbers(one.spectrum[:4])} "
                f"+- {_errors(one.errors[:4])}; agrees: {one.agrees}; step error "
                f"{one.step_error:.1e}; D {one.dimension}; failed: {one.checks_failed}",
                flush=True,
            )
    known = {case.name: case for case in CASES}
    repetitions: list[Repetition] = []
    for name, truth, starts, steps in REPEATED:
        if arguments.only in name:
            title = f"{name}, {starts} start{'s' * (starts > 1)} of {steps:,} steps"
            times = arguments.repeat
            repetitions.append(
                repeat(title, known[name], truth, times=times, starts=starts, steps=steps)
            )
    text = tables(found, repetitions)
    print(text)
    arguments.out.mkdir(parents=True, exist_ok=True)
    head = "# Known answers: the numbers\n\nBy `python examples/known_answers.py`.\n\n"
    (arguments.out / "known_answers.md").write_text(head + text + "\n", encoding="utf-8")


REPEATED: Final = (
    ("skew baker map", BAKER, 32, 2_000),
    ("logistic map, r = 4", math.log(2), 32, 2_000),
    ("Henon map", 0.41922, 32, 2_000),
    ("Lorenz 63", 0.9056, 32, 10_000),
    ("Lorenz 63", 0.9056, 1, 100_000),
)


if __name__ == "__main__":
    main()
