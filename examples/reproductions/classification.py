"""Half moons and circles, told apart by neural ordinary differential equations.

Points of the plane move by a learned field from depth 0 to 1, until a linear rule tells the
two classes apart. Orbits of a field in the plane cannot cross, so the inner of two circles
cannot leave the outer one; with a third, augmented dimension it can. The field of the moons is
trained a second time with torchdiffeq's adjoint, in turns with ours, for the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, cast, final

import attrs
import numpy as np
import torch
import torchdiffeq  # pyright: ignore[reportMissingTypeStubs]
from examples.reproductions.section import Section, save, save_animation
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor, nn

from takens_datasets import Points, circles, half_moons
from takens_figures.style import MODEL, TRUTH, array, canvas, colours, grid, note, style
from takens_models import NeuralODELayer
from takens_schemes import Classification
from takens_schemes.classification import judged

POINTS: Final = 1000
LEARNING_RATE: Final = 5e-3
INTEGRATOR: Final = {"name": "dopri5", "rtol": 1e-4, "atol": 1e-4}
SHADES: Final = (TRUTH, MODEL)
SHOWN: Final = 60
DEPTHS: Final = 41


@final
@attrs.frozen(eq=False)
class Case:
    """A data set, a network and for how long it is trained."""

    title: str
    file: str
    draw: Callable[[int], Points]
    make: Callable[[int], NeuralODELayer]
    epochs: int
    published: str
    final_learning_rate: float = LEARNING_RATE


@final
@attrs.frozen(eq=False)
class Trained:
    """A trained layer and how its training went.

    ``accuracy`` and ``loss`` are those of the points that were held out.
    """

    layer: NeuralODELayer
    points: Points
    accuracy: float
    loss: float
    history: tuple[Mapping[str, float], ...]
    seconds: float

    def curve(self, name: str) -> list[float]:
        """Return a column of the history."""
        return [record[name] for record in self.history]


def train(case: Case, seed: int, epochs: int | None = None) -> Trained:
    """Train on 80 % of the points at once; 10 % choose the weights, and 10 % judge."""
    points = case.draw(seed)
    scheme = Classification(
        epochs=case.epochs if epochs is None else epochs,
        learning_rate=LEARNING_RATE,
        final_learning_rate=case.final_learning_rate,
        validation=1 / 9,
    )
    learned, held_out = points.part(0, 0.9), points.part(0.9, 1)
    layer = case.make(seed)
    done = scheme.train(layer, learned.x, learned.y, seed=seed)
    accuracy, loss = judged(layer, held_out.x, held_out.y)
    return Trained(layer, points, accuracy, loss, done.history, done.seconds)


def _update(
    model: Callable[[Tensor], Tensor], points: Points, optimiser: torch.optim.Optimizer
) -> float:
    optimiser.zero_grad()
    loss = nn.functional.cross_entropy(model(points.x), points.y)
    loss.backward()  # pyright: ignore[reportUnknownMemberType]
    optimiser.step()  # pyright: ignore[reportUnknownMemberType]
    return float(loss.detach())


def _moons(seed: int) -> Points:
    return half_moons(POINTS, noise=0.1, seed=seed)


def _circles(seed: int) -> Points:
    return circles(POINTS, noise=0.05, seed=seed)


def _layer(depth: int, augmentation: int = 0, gradient: str = "direct") -> Callable[..., Any]:
    def make(seed: int) -> NeuralODELayer:
        return NeuralODELayer(
            2,
            2 if augmentation else None,
            width=64,
            depth=depth,
            augmentation=augmentation,
            integrator=INTEGRATOR | {"gradient": gradient},
            seed=seed,
        )

    return make


MOONS: Final = Case(
    "half moons, 2-64-2",
    "moons",
    _moons,
    _layer(1),
    200,
    "1.0, 0.0018; 20 to 50 evaluations",
)
PLAIN: Final = Case(
    "circles, 2-64-64-2",
    "circles",
    _circles,
    _layer(2),
    300,
    "0.99, 0.04; 14 to 62 evaluations",
    LEARNING_RATE / 100,
)
AUGMENTED: Final = Case(
    "circles, augmented by one, 3-64-64-3",
    "circles_augmented",
    _circles,
    _layer(2, augmentation=1),
    100,
    "1.0, 7e-6; 14 to 50 evaluations",
)
CASES: Final = (MOONS, PLAIN, AUGMENTED)


@final
class _Peer(nn.Module):
    """The same network, solved by torchdiffeq with its adjoint."""

    def __init__(self, layer: NeuralODELayer) -> None:
        super().__init__()
        self.field = layer.field

    def forward(self, x: Tensor) -> Tensor:
        """Return where `x: (p, 2)` ends."""
        ends = torch.tensor([0.0, 1.0])
        solve = cast(Any, torchdiffeq).odeint_adjoint
        return solve(self.field, x, ends, rtol=1e-4, atol=1e-4, method="dopri5")[-1]


def times(rounds: int = 8, updates: int = 25) -> dict[str, float]:
    """Return the seconds for the 200 updates of the moons, measured in turns.

    Each contestant goes through the whole training, in ``rounds`` of ``updates``.
    """
    learn = _moons(0).part(0, 0.8)
    layers = {
        "direct": _layer(1)(0),
        "adjoint": _layer(1, gradient="adjoint")(0),
        "torchdiffeq": _layer(1)(0),
    }
    models: dict[str, nn.Module] = {**layers, "torchdiffeq": _Peer(layers["torchdiffeq"])}
    optimisers = {
        name: torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
        for name, model in models.items()
    }
    found = dict.fromkeys(models, 0.0)
    for _ in range(rounds):
        for name, model in models.items():
            began = time.process_time()
            for _ in range(updates):
                _update(model, learn, optimisers[name])
            found[name] += time.process_time() - began
    return found


def _draw_case(trained: Trained, title: str) -> Figure:
    figure = canvas(5.2)
    (over, plane), (field, curves) = grid(figure, 2, 2)
    points = trained.points.part(0.9, 1)
    x, y = points.x[:SHOWN], points.y[:SHOWN]
    with torch.no_grad():
        depths, paths = trained.layer.trajectory(x, DEPTHS)
    walks = array(paths)
    for walk, which in zip(walks, y, strict=True):
        over.plot(depths, walk[:, 0], color=SHADES[int(which)], alpha=0.4, linewidth=0.7)
        plane.plot(walk[:, 0], walk[:, 1], color=SHADES[int(which)], alpha=0.4, linewidth=0.7)
    over.set(xlabel="Depth", ylabel="First variable")
    _dots(plane, walks[:, -1], y)
    plane.set(xlabel="First variable", ylabel="Second variable")
    _streamlines(field, trained, walks)
    epochs = trained.curve("epoch")
    curves.semilogy(epochs, trained.curve("loss"), color=TRUTH)
    curves.set(xlabel="Epoch", ylabel="Loss (nats)")
    beside = curves.twinx()
    beside.plot(epochs, trained.curve("evaluations"), color=MODEL)
    beside.set_ylabel("Evaluations", color=MODEL)
    beside.grid(visible=False)
    note(
        figure,
        f"{title}: {len(x)} held-out points move from depth 0 to 1; dots are where they end. "
        "Below, the learned field where the other variables are zero, and the training.",
    )
    return figure


def _dots(axes: Axes, x: np.ndarray[Any, Any], y: Tensor) -> None:
    for which, shade in enumerate(SHADES):
        chosen = (y == which).numpy()
        axes.plot(*x[chosen, :2].T, ".", color=shade, markersize=5)


def _streamlines(axes: Axes, trained: Trained, walks: np.ndarray[Any, Any]) -> None:
    points = trained.points.part(0.9, 1)
    low, high = array(points.x).min(0) - 1, array(points.x).max(0) + 1
    across = np.linspace(float(low[0]), float(high[0]), 31)
    up = np.linspace(float(low[1]), float(high[1]), 31)
    at = torch.tensor(np.stack(np.meshgrid(across, up), -1), dtype=torch.float32)
    rest = torch.zeros(*at.shape[:-1], walks.shape[-1] - 2)
    with torch.no_grad():
        arrows = array(trained.layer.field(torch.tensor(0.0), torch.cat((at, rest), -1)))
    speed = np.hypot(arrows[..., 0], arrows[..., 1])
    axes.streamplot(
        across,
        up,
        arrows[..., 0],
        arrows[..., 1],
        color="#a6a6a6",
        linewidth=0.3 + 1.2 * speed / speed.max(),
        density=0.9,
        arrowsize=0.6,
    )
    _dots(axes, array(points.x), points.y)
    axes.set(xlabel="First variable", ylabel="Second variable")
    axes.grid(visible=False)


def _draw_space(trained: Trained) -> Figure:
    figure = canvas(3.4)
    points = trained.points.part(0.9, 1)
    with torch.no_grad():
        depths, paths = trained.layer.trajectory(points.x, DEPTHS)
    walks = array(paths)
    space: Any = figure.add_subplot(1, 2, 1, projection="3d")
    over: Any = figure.add_subplot(1, 2, 2)
    for walk, which in zip(walks[:SHOWN], points.y[:SHOWN], strict=True):
        space.plot(*walk.T, color=SHADES[int(which)], alpha=0.5, linewidth=0.7)
        over.plot(depths, walk[:, 2], color=SHADES[int(which)], alpha=0.5, linewidth=0.7)
    space.set(xlabel="First", ylabel="Second", zlabel="Augmented")
    space.set_box_aspect(None, zoom=0.85)
    over.set(xlabel="Depth", ylabel="Augmented variable")
    note(
        figure,
        "In three dimensions the circles part: the inner one leaves in a direction of its own.",
    )
    return figure


def _animate(pairs: Iterable[tuple[str, Trained]], path: Path) -> None:
    chosen = list(pairs)
    with style():
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        panels = grid(figure, 1, len(chosen))[0]
        walks: list[np.ndarray[Any, Any]] = []
        for _, trained in chosen:
            with torch.no_grad():
                _, paths = trained.layer.trajectory(trained.points.part(0.9, 1).x, DEPTHS)
            walks.append(array(paths))

        def frame(number: int) -> list[Any]:
            for axes, (title, trained), walk in zip(panels, chosen, walks, strict=True):
                axes.clear()
                _dots(axes, walk[:, number], trained.points.part(0.9, 1).y)
                low, high = walk[..., :2].min((0, 1)) - 0.2, walk[..., :2].max((0, 1)) + 0.2
                axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
                axes.set_title(f"{title}, depth {number / (DEPTHS - 1):.2f}")
            return []

        frames = [*range(DEPTHS), *[DEPTHS - 1] * 10]
        save_animation(FuncAnimation(figure, frame, frames=frames), path, frames_per_second=12)


def _draw_evaluations(found: Iterable[tuple[Case, Trained]]) -> Figure:
    figure = canvas(2.8)
    losses, counts = grid(figure, 1, 2)[0]
    for (case, trained), shade in zip(found, colours(3), strict=True):
        epochs = trained.curve("epoch")
        losses.semilogy(epochs, trained.curve("loss"), color=shade, label=case.title)
        counts.plot(epochs, trained.curve("evaluations"), color=shade, label=case.title)
    losses.set(xlabel="Epoch", ylabel="Loss (nats)")
    counts.set(xlabel="Epoch", ylabel="Evaluations of the field, forward")
    counts.legend(fontsize=7, loc="lower right")
    return figure


def reproduce(folder: Path) -> Section:
    """Train, time and draw everything."""
    seeds = range(3)
    all_found = {case: [train(case, seed) for seed in seeds] for case in CASES}
    rows: list[tuple[str, ...]] = []
    for case, found in all_found.items():
        counts = [count for one in found for count in one.curve("evaluations")]
        curves = [one.curve("loss") for one in found]
        below = [next((i for i, v in enumerate(curve, 1) if v < 0.05), 0) for curve in curves]
        rows.append(
            (
                case.title,
                str(case.epochs),
                case.published,
                ", ".join(f"{one.accuracy:.2f}" for one in found),
                ", ".join(f"{one.loss:.1e}" for one in found),
                f"{min(counts):.0f} to {max(counts):.0f}",
                ", ".join(str(epoch) if epoch else "never" for epoch in below),
                f"{sorted(one.seconds for one in found)[1]:.1f}",
            )
        )
    first = {case: found[0] for case, found in all_found.items()}
    with style():
        for case, trained in first.items():
            save(_draw_case(trained, case.title), folder / f"reproductions_{case.file}.png")
        save(_draw_space(first[AUGMENTED]), folder / "reproductions_augmented_space.png")
        evaluations = _draw_evaluations(first.items())
        save(evaluations, folder / "reproductions_evaluations.png")
    _animate(
        (("plane", first[PLAIN]), ("augmented", first[AUGMENTED])),
        folder / "reproductions_circles.gif",
    )
    took = times()
    return Section(
        "Half moons and circles",
        (
            "task and field",
            "epochs",
            "taught: accuracy, loss",
            "accuracy",
            "loss (nats)",
            "evaluations",
            "loss below 0.05 from epoch",
            "s",
        ),
        tuple(rows),
        (
            "Accuracy and loss are those of the 100 points held out, of three seeds; seconds "
            "are the median.",
            "The 200 updates of the half moons took "
            f"{took['direct']:.2f} s through the steps and {took['adjoint']:.2f} s with the "
            f"adjoint equation, and {took['torchdiffeq']:.2f} s by torchdiffeq's "
            "`odeint_adjoint` with the same field and tolerance: "
            f"{took['torchdiffeq'] / took['direct']:.1f} and "
            f"{took['torchdiffeq'] / took['adjoint']:.1f} times as long. Measured once, in "
            "turns of 25 updates, by the processor's time of one thread.",
        ),
    )
