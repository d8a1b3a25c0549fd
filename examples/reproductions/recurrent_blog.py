"""A blog's recurrent network on Lorenz 63, and the film of its free run over training.

64 rectified units read the last 15 of 1,000 samples and predict the next one, trained one step
ahead for 5,000 updates on 64 windows each. Its free run is filmed while it trains: early
models are dark and late ones bright.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, final

import numpy as np
from examples.reproductions.exercise_sheet import members
from examples.reproductions.section import Section, save, save_animation
from matplotlib import colormaps
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from torch import Tensor

import takens
from takens_figures.style import TRUTH, array, canvas, grid, note, style

DT: Final = 0.02
SAMPLES: Final = 1000
UPDATES: Final = 5000
FRAMES: Final = 40
SHOWN: Final = 750
SEEDS: Final = 5
METRICS: Final = ("valid_prediction_time", "state_space_divergence", "prediction_error")


def lorenz(seed: int, steps: int = SAMPLES) -> takens.TimeSeries:
    """Simulate the data, without noise."""
    return takens.simulate(takens.systems.create("lorenz63"), dt=DT, steps=steps, seed=seed)


@final
class Camera:
    """A plugin that lets the first model run freely whenever a step is logged."""

    def __init__(self, context: Tensor) -> None:
        self.context = context
        self.model: Any = None
        self.frames: list[tuple[int, Tensor]] = []

    @takens.plugin.hookimpl
    def takens_fit_started(self, event: takens.plugin.FitStarted) -> None:
        """Remember the model."""
        self.model = event.model

    @takens.plugin.hookimpl
    def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
        """Take a frame."""
        free = takens.generate(self.model, context=self.context, steps=SHOWN)
        self.frames.append((int(event.record["step"]), free.x.detach().clone()))


def trained(
    data: takens.TimeSeries, updates: int = UPDATES, seeds: int = SEEDS, frames: int = FRAMES
) -> tuple[takens.Fit, Camera]:
    """Train models with seeds 0, 1, ... at once, and film the first."""
    model = takens.models.create("rnn", obs_dim=3)
    camera = Camera(data.x[:15])
    manager = takens.catalogue().manager
    manager.register(camera, name="camera")
    try:
        fit = takens.fit(
            model,
            data,
            takens.schemes.create("one_step"),
            steps=updates,
            members=seeds,
            batch=64,
            window=16,
            optimiser="adam",
            learning_rate=1e-3,
            schedule="constant",
            gradient_clip=0.0,
            check_every=0,
            log_every=updates // frames,
            keep="last",
            device="cpu",
        )
    finally:
        manager.unregister(camera)
    return fit, camera


def _drawn(camera: Camera, truth: Tensor) -> Figure:
    figure = canvas(3.6)
    plane, over = grid(figure, 1, 2)[0]
    shades = colormaps["inferno"](np.linspace(0.05, 0.95, len(camera.frames)))
    t = np.arange(1, SHOWN + 1) * DT
    for (_, run), shade in zip(camera.frames, shades, strict=True):
        x = array(run)
        plane.plot(x[:, 0], x[:, 2], color=shade, linewidth=0.35)
        over.plot(t, x[:, 0], color=shade, linewidth=0.35)
    over.plot(t, array(truth[:, 0]), color=TRUTH, linewidth=1.0, label="Lorenz 63")
    plane.set(xlabel="x", ylabel="z", xlim=(-25, 25), ylim=(-5, 55))
    over.set(xlabel="Time", ylabel="x", ylim=(-25, 25))
    over.legend(loc="upper right")
    note(
        figure,
        f"Free runs of one network over its training, {len(camera.frames)} of them: early ones "
        "dark, late ones bright. Right: the same, beside the truth.",
    )
    return figure


def _film(camera: Camera, truth: Tensor, path: Path) -> None:
    with style():
        figure = Figure(figsize=(4.2, 3.6), layout="constrained")
        axes = figure.subplots()
        shades = colormaps["inferno"](np.linspace(0.05, 0.95, len(camera.frames)))
        x = array(truth)

        def frame(number: int) -> list[Any]:
            axes.clear()
            axes.plot(x[:, 0], x[:, 2], color="#c8c8c8", linewidth=0.5)
            step, run = camera.frames[number]
            axes.plot(*array(run)[:, ::2].T, color=shades[number], linewidth=0.8)
            axes.set(xlim=(-25, 25), ylim=(-5, 55), xlabel="x", ylabel="z")
            axes.set_title(f"Free run after {step:,} updates")
            return []

        last = len(camera.frames) - 1
        frames = [*range(last + 1), *[last] * 8]
        save_animation(FuncAnimation(figure, frame, frames=frames), path, frames_per_second=6)


def reproduce(folder: Path) -> Section:
    """Train, judge, draw and film."""
    data = lorenz(0)
    fit, camera = trained(data)
    truth = lorenz(1, steps=10_000)
    scores = takens.evaluate(
        fit.members,
        truth,
        METRICS,
        truth=takens.systems.create("lorenz63"),
        runs=4,
        starts=32,
    )
    after = takens.simulate(
        takens.systems.create("lorenz63"), dt=DT, steps=SHOWN + 1, initial=data.x[14]
    ).x[1:]
    with style():
        save(_drawn(camera, after), folder / "reproductions_recurrent_blog.png")
    _film(camera, after, folder / "reproductions_recurrent_blog.gif")
    taught = ("0.8 to 1.4", "1.4 to 3.8 (short series)", "")
    names = (
        "valid prediction time (Lyapunov times, median over starts)",
        "state-space divergence (nats)",
        "error after 20 steps (root mean square, standard deviations)",
    )
    rows = [
        (name, before, members(scores[metric]))
        for name, before, metric in zip(names, taught, METRICS, strict=True)
    ]
    rows.append(("training of all (s)", "44", f"{fit.seconds:.0f}"))
    return Section(
        "A recurrent network with a context of 15",
        (
            "figure",
            "the same network elsewhere, five seeds",
            f"{SEEDS} seeds, by size",
        ),
        tuple(rows),
        (
            "Judged on 10,000 other samples. The floor of the divergence at this length is "
            f"{scores['state_space_divergence'].floor:.2f}.",
        ),
    )
