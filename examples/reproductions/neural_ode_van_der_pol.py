"""A course's Neural ODE on the van der Pol oscillator, and what removes its plateau.

The field is a network 2-8-16-32-2, learned from 30 trajectories of 100 samples in [0, 30]. As
taught, whole trajectories are matched by Adam for 1,500 epochs: where a run is out of phase,
its error hardly depends on the weights, so that trainings stay for hundreds of epochs near what
the mean would give. Windows of three time units, a tenth of a trajectory, know no such plateau.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Final, final

import attrs
import numpy as np
import torch
from examples.reproductions.section import Section, save
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor, nn

import takens
from takens_figures.style import MODEL, TRUTH, array, canvas, colours, grid, note, style
from takens_models import FieldModel

MU: Final = 0.2
NOISE: Final = 0.01
TRAJECTORIES: Final = 30
SAMPLES: Final = 100
SPAN: Final = 30.0
DT: Final = SPAN / (SAMPLES - 1)
# Of the starts, about the size of the limit cycle.
SPREAD: Final = (2.0, 10.0)
WIDTHS: Final = (2, 8, 16, 32, 2)
SEEDS: Final = 8
UNSEEN: Final = 100


@final
@attrs.frozen
class Case:
    """How the field is trained: a pass over ``window`` samples of ``batch`` segments each."""

    title: str
    activation: type[nn.Module]
    updates: int
    batch: int
    window: int
    learning_rate: float
    schedule: str
    gradient_clip: float


TAUGHT: Final = Case(
    "whole trajectories, as taught", nn.LeakyReLU, 1500, 30, SAMPLES, 1e-2, "constant", 0.0
)
WINDOWS: Final = Case("windows of 11 samples, SiLU", nn.SiLU, 3000, 64, 11, 2e-2, "cosine", 1.0)
CASES: Final = (TAUGHT, WINDOWS)


def starts(count: int, seed: int) -> Tensor:
    """Draw starts, `(count, 2)`."""
    generator = torch.Generator().manual_seed(seed)
    normal = torch.randn(count, 2, generator=generator, dtype=torch.float64)
    return normal * torch.tensor(SPREAD, dtype=torch.float64)


def true_run(initial: Tensor, samples: int) -> takens.TimeSeries:
    """Simulate from `(count, 2)`, without noise."""
    return takens.simulate(
        takens.systems.create("van_der_pol", mu=MU),
        dt=DT,
        steps=samples,
        trajectories=len(initial),
        initial=initial,
        integrator=takens.integrators.create("rk4", substeps=30),
    )


def measured(seed: int = 0) -> takens.TimeSeries:
    """Simulate and measure the data, `x: (30, 100, 2)`."""
    clean = true_run(starts(TRAJECTORIES, seed), SAMPLES)
    # Not the generator of the starts, whose first numbers would be the noise again.
    generator = torch.Generator().manual_seed(10_000 + seed)
    noise = torch.randn(clean.x.shape, generator=generator, dtype=torch.float64)
    return attrs.evolve(clean, x=clean.x + NOISE * noise)


@final
class Field(nn.Module):
    """A network of the course's widths, with torch's own initial weights."""

    def __init__(self, activation: type[nn.Module]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(WIDTHS):
            layers += [nn.Linear(before, after), activation()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the velocity at `z: (..., 2)`."""
        return self.layers(z)


def untrained(case: Case, seed: int) -> FieldModel:
    """Make a model, whose steps are a third of a sampling interval."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        field = Field(case.activation)
    return FieldModel(field, obs_dim=2, integrator={"name": "rk4", "substeps": 3}, seed=seed)


def trained(
    case: Case, data: takens.TimeSeries, seeds: int = SEEDS, updates: int | None = None
) -> takens.Fit:
    """Train models with the seeds 0, 1, ... side by side."""
    updates = updates or case.updates
    return takens.fit(
        [untrained(case, seed) for seed in range(seeds)],
        data,
        takens.schemes.create("trajectory_matching"),
        steps=updates,
        batch=case.batch,
        window=case.window,
        optimiser="adam",
        learning_rate=case.learning_rate,
        schedule=case.schedule,
        gradient_clip=case.gradient_clip,
        log_every=max(updates // 150, 1),
        check_every=0,
        device="cpu",
    )


def free_run(model: takens.TrainedModel, initial: Tensor, samples: int) -> Tensor:
    """Run from `(count, 2)` and give `(count, samples, 2)`, in the units of the data."""
    inner: Any = model.inner
    times = torch.arange(samples, dtype=torch.float64) * DT
    with torch.no_grad():
        z = inner.integrator.solve(inner, model.encode(initial[:, None]), times)
        return model.observe(z)


@final
@attrs.frozen
class Errors:
    """Root mean squares over all trajectories, of both variables, in the system's units."""

    inside: float
    beyond: float
    unseen: float

    @classmethod
    def of(cls, model: takens.TrainedModel, data_seed: int = 0) -> Errors:
        """Judge runs from the true starts of the data, and from starts that were not seen."""
        seen = starts(TRAJECTORIES, data_seed)
        new = starts(UNSEEN, 1000)
        off = free_run(model, seen, 2 * SAMPLES - 1) - true_run(seen, 2 * SAMPLES - 1).x
        other = free_run(model, new, SAMPLES) - true_run(new, SAMPLES).x
        return cls(_size(off[:, :SAMPLES]), _size(off[:, SAMPLES:]), _size(other))


def _size(errors: Tensor) -> float:
    return float(errors.double().square().mean().sqrt())


def losses(fit: takens.Fit) -> tuple[Tensor, Tensor]:
    """Return updates `(logged,)` and the loss of every member, `(logged, members)`."""
    steps = torch.tensor([record["step"] for record in fit.history])
    lost = [record.get("member_loss") or [record["loss"]] for record in fit.history]
    values = [[np.nan if one is None else one for one in each] for each in lost]
    return steps, torch.tensor(values)


def plateau(fit: takens.Fit, level: float = 0.2) -> list[float]:
    """Return the share of the updates after which each member's loss stays below a level.

    A loss of 1 is that of the mean of the data; a share of 1 means never.
    """
    steps, values = losses(fit)
    above = ~(values < level)
    ends = [
        int(steps[rows.nonzero()[-1, 0]]) if bool(rows.any()) else 0 for rows in above.unbind(1)
    ]
    return [end / int(steps[-1]) for end in ends]


def _fields_drawn(axes: Axes, model: takens.TrainedModel, title: str, low: Tensor) -> None:
    """Draw the learned field, and how far off it is in the length of the arrows."""
    across, up = np.linspace(-4, 4, 33), np.linspace(-20, 20, 33)
    mesh = np.stack(np.meshgrid(across, up), -1)
    x = torch.from_numpy(mesh)
    system: Any = takens.systems.create("van_der_pol", mu=MU)
    time = torch.tensor(0.0)
    inner: Any = model.inner
    with torch.no_grad():
        z = model.standardise(x).to(torch.float32)
        found = array(inner(time, z)) * array(model.scale)
    true = array(system(time, x))
    off = np.hypot(*np.moveaxis((found - true) / array(model.scale), -1, 0))
    shade = axes.pcolormesh(across, up, off, cmap="Greys", vmin=0, vmax=2, shading="gouraud")
    axes.streamplot(across, up, found[..., 0], found[..., 1], color=MODEL, linewidth=0.6,
                    density=0.8, arrowsize=0.7)  # fmt: skip
    axes.plot(*array(low).T, "o", color=TRUTH, markersize=2)
    axes.set(title=title, xlabel="x", ylabel="y", xlim=(-4, 4), ylim=(-20, 20))
    axes.grid(visible=False)
    figure = axes.get_figure(root=True)
    if figure is not None:
        figure.colorbar(shade, ax=axes, label="error of the field", pad=0.02)


def _drawn(fits: tuple[takens.Fit, ...], errors: list[list[Errors]]) -> Figure:
    figure = canvas(7.6)
    rows = grid(figure, 3, 2)
    shades = colours(SEEDS)
    seen = starts(TRAJECTORIES, 0)
    truth = true_run(seen[:1], 2 * SAMPLES - 1)
    t = array(truth.t)
    middle: list[takens.TrainedModel] = []
    for axes, case, fit in zip(rows[0], CASES, fits, strict=True):
        steps, values = losses(fit)
        for seed, shade in enumerate(shades):
            share = array(steps) / float(steps[-1])
            axes.semilogy(share, array(values[:, seed]), color=shade, linewidth=0.8)
        axes.set(title=case.title, xlabel="Share of the training", ylim=(1e-5, 20))
    rows[0][0].set_ylabel("Loss of each seed")
    for axes, fit, each in zip(rows[1], fits, errors, strict=True):
        order = sorted(range(len(each)), key=lambda i: each[i].inside)
        model = fit.members[order[len(order) // 2]]
        middle.append(model)
        run = free_run(model, seen[:1], len(truth))[0]
        axes.axvspan(0, SPAN, color="#f2f2f2")
        axes.plot(t, array(truth.x[0]), color=TRUTH, linewidth=1.4)
        axes.plot(t, array(run), "--", color=MODEL, linewidth=0.9)
        axes.set(xlabel="Time", xlim=(0, 2 * SPAN))
        box = axes.inset_axes((0.72, 0.62, 0.27, 0.37))
        box.plot(*array(truth.x[0]).T, color=TRUTH, linewidth=1.0)
        box.plot(*array(run).T, "--", color=MODEL, linewidth=0.6)
        box.set(xticks=(), yticks=())
    rows[1][0].set_ylabel("x and y")
    for axes, model in zip(rows[2], middle, strict=True):
        _fields_drawn(axes, model, "learned field", seen)
    note(
        figure,
        "Top: losses; 1 is that of the mean. Middle: truth (blue) and free run (dashed) of the "
        "seed with the upper middle error, data on grey; inset: the phase plane. Bottom: field "
        "of that seed; grey is its error in standard deviations per time, dots are the starts "
        "of the data.",
    )
    return figure


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.2g}" for value in sorted(values))


def reproduce(folder: Path) -> Section:
    """Train, judge and draw."""
    data = measured()
    fits = tuple(trained(case, data) for case in CASES)
    errors = [[Errors.of(model) for model in fit.members] for fit in fits]
    with style():
        save(_drawn(fits, errors), folder / "reproductions_neural_ode_van_der_pol.png")
    rows = [
        (
            "published, and trained elsewhere as taught",
            "0.09; 0.18, 0.43, 0.83, 87 (other units)",
            "one of four seeds: all of it; others 0.4 to 0.7",
            "0.26",
            "0.75",
            "0.8 to 4.7",
            "38 to 83",
        )
    ]
    for case, fit, each in zip(CASES, fits, errors, strict=True):
        _, values = losses(fit)
        rows.append(
            (
                case.title,
                _listed([float(value) for value in values[-1]]),
                _listed(plateau(fit)),
                _listed([one.inside for one in each]),
                _listed([one.beyond for one in each]),
                _listed([one.unseen for one in each]),
                f"{fit.seconds / SEEDS:.0f}",
            )
        )
    return Section(
        "A Neural ODE of the van der Pol oscillator",
        (
            "training",
            "loss at the end",
            "share of the training until the loss stays below 0.2",
            "error in [0, 30]",
            "in [30, 60]",
            "unseen starts",
            "s per seed",
        ),
        tuple(rows),
        (
            f"{SEEDS} seeds, by size. Errors are root mean squares of x and y, whose standard "
            f"deviations in the data are {data.x[..., 0].std():.1f} and "
            f"{data.x[..., 1].std():.1f}; losses are in standardised units, and those of "
            "windows and of whole trajectories are not the same thing.",
        ),
    )
