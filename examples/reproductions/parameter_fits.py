"""Parameters of known equations, by gradients as taught and by least squares.

The van der Pol oscillator, Lotka and Volterra's equations and Lorenz 63, each from several
noisy trajectories: first by Adam on mini-batches of whole trajectories, for as many epochs as
the course has, then by Levenberg and Marquardt's method on the same data.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, final

import attrs
import torch
from examples.reproductions.section import Section, plus_minus, save
from matplotlib.figure import Figure
from torch import Tensor

import takens
from takens_figures.style import array, canvas, colours, grid, note, style

BATCH: Final = 5
TAUGHT_SEEDS: Final = 5


@final
@attrs.frozen(eq=False)
class Case:
    """A system, what is fitted of it, and from what data.

    Starts are normally distributed about ``start`` with the standard deviation ``spread``;
    ``noise`` is that of the measurement, in the system's units. ``integrator`` makes the data
    and is used by both fits. Least squares goes in ``stages``, each from the parameters of the
    one before: so many samples of each trajectory, in pieces of so many (0 for whole ones).
    """

    title: str
    system: str
    truth: Mapping[str, float]
    guess: Mapping[str, float]
    start: tuple[float, ...]
    spread: float
    noise: float
    trajectories: int
    samples: int
    span: float
    substeps: int
    epochs: int
    learning_rate: float
    published: str
    data_sets: int
    stages: tuple[tuple[int, int], ...]

    @property
    def integrator(self) -> dict[str, Any]:
        """The classical Runge-Kutta method with the step of the course."""
        return {"name": "rk4", "substeps": self.substeps}


CASES: Final = (
    Case(
        title="van der Pol",
        system="van_der_pol",
        truth={"mu": 0.30},
        guess={"mu": 0.10},
        start=(0.0, 0.0),
        spread=1.0,
        noise=0.01,
        trajectories=10,
        samples=10,
        span=10.0,
        substeps=11,
        epochs=50,
        learning_rate=1e-2,
        published="0.302 (error 0.0017)",
        data_sets=50,
        stages=((10, 0),),
    ),
    Case(
        title="Lotka-Volterra",
        system="lotka_volterra",
        truth={"alpha": 1.5, "beta": 1.0, "delta": 3.0, "gamma": 1.0},
        guess={"alpha": 1.6, "beta": 1.1, "delta": 2.7, "gamma": 1.2},
        start=(2.5, 2.5),
        spread=0.5,
        noise=0.1,
        trajectories=10,
        samples=101,
        span=10.0,
        substeps=1,
        epochs=60,
        learning_rate=1e-2,
        published="1.594, 1.046, 2.820, 0.939",
        data_sets=50,
        stages=((101, 0),),
    ),
    Case(
        title="Lorenz 63",
        system="lorenz63",
        truth={"sigma": 10.0, "rho": 28.0, "beta": 8 / 3},
        guess={"sigma": 10.2, "rho": 28.2, "beta": 3.0},
        start=(1.0, 0.0, 0.0),
        spread=1.0,
        noise=0.01,
        trajectories=30,
        samples=201,
        span=10.0,
        substeps=1,
        epochs=300,
        learning_rate=1e-3,
        published="10.18, 28.16, 2.655",
        data_sets=5,
        stages=((21, 0), (201, 100)),
    ),
)


def simulated(case: Case, seed: int) -> takens.TimeSeries:
    """Simulate and measure: `x: (trajectories, samples, d)`."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    system = takens.create("system", case.system, **case.truth)
    starts = torch.tensor(case.start, dtype=torch.float64)
    starts = starts + case.spread * normal(case.trajectories, system.dim)
    if case.system == "lotka_volterra":
        starts = starts.clamp(min=0.5)
    integrator = takens.integrators.create("rk4", substeps=case.substeps)
    clean = takens.simulate(
        system,
        dt=case.span / (case.samples - 1),
        steps=case.samples,
        trajectories=case.trajectories,
        initial=starts,
        integrator=integrator,
    )
    return attrs.evolve(clean, x=clean.x + case.noise * normal(*clean.x.shape))


def unknown(case: Case) -> Any:
    """Make the model, with its parameters where the search begins."""
    return takens.models.create(
        "known_ode",
        system=case.system,
        parameters=dict(case.guess),
        learn=list(case.guess),
        integrator=case.integrator,
    )


def by_gradients(case: Case, data: takens.TimeSeries, seed: int) -> takens.Fit:
    """Fit as taught: mini-batches of whole trajectories, from their first samples."""
    return takens.fit(
        unknown(case),
        data,
        takens.schemes.create("trajectory_matching"),
        seed=seed,
        steps=case.epochs * case.trajectories // BATCH,
        batch=BATCH,
        window=case.samples,
        optimiser="adam",
        learning_rate=case.learning_rate,
        schedule="constant",
        gradient_clip=0.0,
        check_every=0,
        device="cpu",
    )


def by_least_squares(case: Case, data: takens.TimeSeries) -> takens.Fit:
    """Fit parameters and initial states by Levenberg and Marquardt's method."""
    model = unknown(case)
    fits: list[takens.Fit] = []
    for samples, segment in case.stages:
        scheme = takens.schemes.create("least_squares", segment=segment)
        fits.append(takens.fit(model, data.between(0, samples), scheme, device="cpu"))
    return fits[-1]


def within(case: Case, details: Mapping[str, Any], errors: float = 2.0) -> list[bool]:
    """Say of each parameter whether the truth is within so many standard errors."""
    found, deviations = details["parameters"], details["standard_errors"]
    return [
        abs(found[name] - true) <= errors * deviations[name]
        for name, true in case.truth.items()
    ]


@final
@attrs.frozen(eq=False)
class Found:
    """What both methods found of a case, each from data sets of the seeds 0, 1, ..."""

    case: Case
    taught: tuple[takens.Fit, ...]
    solved: tuple[takens.Fit, ...]
    seconds: float

    @classmethod
    def of(cls, case: Case) -> Found:
        """Fit every data set; the seconds are those of one fit by least squares."""
        taught = [by_gradients(case, simulated(case, s), s) for s in range(TAUGHT_SEEDS)]
        solved = [by_least_squares(case, simulated(case, 0))]
        began = time.perf_counter()
        solved += [by_least_squares(case, simulated(case, s)) for s in range(1, case.data_sets)]
        seconds = (time.perf_counter() - began) / (case.data_sets - 1)
        return cls(case, tuple(taught), tuple(solved), seconds)

    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        case, details = self.case, self.solved[0].details
        values = torch.tensor([list(learned(fit).values()) for fit in self.taught])
        medians = array(values.median(0).values)
        held = [one for fit in self.solved for one in within(case, fit.details)]
        return (
            f"{case.title}: {', '.join(case.truth)}",
            ", ".join(f"{value:.4g}" for value in case.truth.values()),
            case.published,
            ", ".join(f"{value:.4g}" for value in medians.tolist()),
            f"{self.taught[-1].seconds:.2g}",
            ", ".join(
                plus_minus(details["parameters"][name], details["standard_errors"][name])
                for name in case.truth
            ),
            f"{self.seconds:.2g}",
            f"{sum(held)} of {len(held)} ({case.data_sets} data sets)",
        )


def learned(fit: takens.Fit) -> dict[str, float]:
    """Return the parameters that were found."""
    model: Any = fit.model.inner
    return model.learned()


def _drawn(every: Sequence[Found]) -> Figure:
    figure = canvas(2.7)
    panels = grid(figure, 1, len(every))[0]
    adam, solved = colours(2)
    for axes, found in zip(panels, every, strict=True):
        names = list(found.case.truth)
        for i, (name, true) in enumerate(found.case.truth.items()):
            off = [100 * (learned(fit)[name] / true - 1) for fit in found.taught]
            axes.plot([i - 0.12] * len(off), off, ".", color=adam, label="Adam, as taught")
            fits = [fit.details for fit in found.solved[:TAUGHT_SEEDS]]
            axes.errorbar(
                [i + 0.06 + 0.05 * j for j in range(len(fits))],
                [100 * (fit["parameters"][name] / true - 1) for fit in fits],
                [200 * fit["standard_errors"][name] / true for fit in fits],
                fmt=".",
                color=solved,
                elinewidth=0.8,
                label="least squares",
            )
        axes.axhline(0, color="#6b6b6b", linewidth=0.6)
        axes.set_xticks(range(len(names)), names)
        axes.set(title=found.case.title, xlim=(-0.5, len(names) - 0.3))
    panels[0].set_ylabel("Off the truth (%)")
    marks, labels = panels[0].get_legend_handles_labels()
    panels[0].legend(marks[:2], labels[:2], loc="lower right", fontsize=7)
    note(
        figure,
        f"{TAUGHT_SEEDS} data sets each; bars are two standard errors of the least squares.",
    )
    return figure


def reproduce(folder: Path) -> Section:
    """Fit everything, and draw it."""
    every = [Found.of(case) for case in CASES]
    with style():
        save(_drawn(every), folder / "reproductions_parameter_fits.png")
    return Section(
        "Parameters of known equations",
        (
            "system",
            "truth",
            "taught",
            f"as taught, by Adam, median of {TAUGHT_SEEDS} data sets",
            "s",
            "least squares, ± standard error, first data set",
            "s",
            "truth within two standard errors",
        ),
        tuple(found.row() for found in every),
    )
