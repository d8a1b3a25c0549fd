"""A tutorial's fits with its own settings, and nothing else.

Starts are normally distributed about the system's own with a standard deviation of 0.1; noise
has an absolute one, on all samples but the first, from which a fit begins; Adam takes shuffled
batches of 5 trajectories, in the units of the system, through steps of the 3/8 rule. Losses are
sums over the batches of an epoch, as the tutorial prints them: these end at twice the variance
of the noise, where noise on the first sample would leave them up to twenty times above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, final

import attrs
import torch
from examples.reproductions.section import Section
from torch import Tensor

import takens

BATCH: Final = 5


@final
@attrs.frozen(eq=False)
class Case:
    """Data and a model as the tutorial has them, and what it printed."""

    title: str
    system: str
    truth: Mapping[str, float]
    times: Callable[[], Tensor]
    samples: int
    start: tuple[float, ...]
    noise: float
    model: Mapping[str, Any]
    substeps: int
    epochs: int
    learning_rate: float
    seeds: int
    printed: str


def _linspace(end: float, count: int) -> Callable[[], Tensor]:
    return lambda: torch.linspace(0, end, count, dtype=torch.float64)


def _every(interval: float, count: int) -> Callable[[], Tensor]:
    return lambda: interval * torch.arange(count, dtype=torch.float64)


def _known(system: str, guess: Mapping[str, float]) -> Mapping[str, Any]:
    begin = {"parameters": dict(guess), "learn": list(guess)}
    return {"name": "known_ode", "system": system, **begin}


CASES: Final = (
    Case(
        title="van der Pol: mu",
        system="van_der_pol",
        truth={"mu": 0.30},
        times=_linspace(10.0, 10),
        samples=10,
        start=(0.0, 0.0),
        noise=0.01,
        model=_known("van_der_pol", {"mu": 0.10}),
        substeps=11,
        epochs=50,
        learning_rate=1e-2,
        seeds=3,
        printed="0.0997 to 0.000202; mu 0.30173",
    ),
    Case(
        title="Lotka-Volterra: alpha, beta, delta, gamma",
        system="lotka_volterra",
        truth={"alpha": 1.5, "beta": 1.0, "delta": 3.0, "gamma": 1.0},
        times=_every(0.1, 100),
        samples=10,
        start=(2.5, 2.5),
        noise=0.1,
        model=_known("lotka_volterra", {"alpha": 1.6, "beta": 1.1, "delta": 2.7, "gamma": 1.2}),
        substeps=1,
        epochs=60,
        learning_rate=1e-2,
        seeds=3,
        printed="1.1245 to 0.0214; 1.5945, 1.0465, 2.8197, 0.9389",
    ),
    Case(
        title="Lorenz 63: sigma, rho, beta",
        system="lorenz63",
        truth={"sigma": 10.0, "rho": 28.0, "beta": 8 / 3},
        times=_every(0.05, 200),
        samples=30,
        start=(1.0, 0.0, 0.0),
        noise=0.01,
        model=_known("lorenz63", {"sigma": 10.2, "rho": 28.2, "beta": 3.0}),
        substeps=1,
        epochs=300,
        learning_rate=1e-3,
        seeds=2,
        printed="113.75 to 0.531; good to t = 17",
    ),
)


NEURAL_ODE: Final = Case(
    title="Neural ODE 2-8-16-32-2 of van der Pol, mu = 0.2",
    system="van_der_pol",
    truth={"mu": 0.20},
    times=_linspace(30.0, 100),
    samples=30,
    start=(0.5, 0.1),
    noise=0.1,
    model={
        "name": "neural_ode",
        "obs_dim": 2,
        "widths": [8, 16, 32],
        "activation": "leaky_relu",
    },
    substeps=3,
    epochs=1500,
    learning_rate=1e-3,
    seeds=1,
    printed="84.4 to 0.091",
)


def data_of(case: Case, seed: int) -> takens.TimeSeries:
    """Simulate and measure as the tutorial does: `x: (samples, T, d)`."""
    clean, noisy = (_simulated(case, noise, seed) for noise in (0.0, case.noise))
    return attrs.evolve(clean, x=torch.cat((clean.x[:, :1], noisy.x[:, 1:]), 1))


def _simulated(case: Case, noise: float, seed: int) -> takens.TimeSeries:
    return takens.simulate(
        takens.create("system", case.system, **case.truth),
        times=case.times(),
        trajectories=case.samples,
        initial=case.start,
        spread=0.1,
        noise_deviation=noise,
        integrator="dopri5",
        seed=seed,
    )


def fitted(case: Case, seed: int, epochs: int | None = None) -> takens.Fit:
    """Train as the tutorial does."""
    data = data_of(case, seed)
    integrator = {"name": "rk38", "substeps": case.substeps}
    updates = -(-case.samples // BATCH)
    return takens.fit(
        {**case.model, "integrator": integrator},
        data,
        "trajectory_matching",
        epochs=epochs or case.epochs,
        batch=BATCH,
        window=len(data),
        standardise=False,
        optimiser="adam",
        learning_rate=case.learning_rate,
        schedule="constant",
        gradient_clip=0.0,
        log_every=updates,
        check_every=0,
        keep="last",
        step_backs=0,
        seed=seed,
        device="cpu",
    )


def losses(case: Case, fit: takens.Fit) -> list[float]:
    """Return the sum over the batches of each epoch."""
    return [-(-case.samples // BATCH) * record["epoch_loss"] for record in fit.history]


def _row(case: Case) -> tuple[str, ...]:
    fits = [fitted(case, seed) for seed in range(case.seeds)]
    curves = [losses(case, fit) for fit in fits]
    found: list[str] = []
    for fit in fits:
        inner: Any = fit.model.inner
        learned: dict[str, float] = inner.learned()
        found.append(", ".join(f"{value:.4g}" for value in learned.values()))
    return (
        case.title,
        case.printed,
        "; ".join(f"{curve[0]:.3g} to {curve[-1]:.3g}" for curve in curves),
        "; ".join(found),
        f"{sum(fit.seconds for fit in fits) / len(fits):.0f}",
    )


def reproduce(folder: Path) -> Section:
    """Fit everything."""
    return Section(
        "A tutorial's fits, with its own settings",
        (
            "fit",
            "printed: first and last loss; parameters",
            "losses here, seed by seed",
            "parameters here",
            "s per seed",
        ),
        tuple(_row(case) for case in CASES),
        (
            "The tutorial's solver takes steps of 0.1 and puts lines between them and the "
            "times of the samples; here the steps end on the samples and are 0.1 or slightly "
            "less for the first row.",
        ),
    )
