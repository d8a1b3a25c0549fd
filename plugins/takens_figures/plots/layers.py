"""A layer that moves points: over its depth, and its field."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from takens_figures.plots.drawing import Drawing, shade
from takens_figures.style import array


def _row(figure: Figure, layer: Any, points: Any, /, *more: Any, **options: Any) -> Any:
    figure.set_figheight(2.6)
    count = points.shape[-1] + getattr(layer, "augmentation", 0)
    return figure.subplots(1, count, squeeze=False)[0]


def draw_depth(axes: Any, layer: Any, points: Any, classes: Any = None, /) -> None:
    """Draw the paths of points over the depth of a layer, a panel for each dimension."""
    with torch.no_grad():
        depths, paths = layer.trajectory(points)
    walks = array(paths)
    for i, panel in enumerate(np.ravel(axes)):
        for k, walk in enumerate(walks):
            kind = 0 if classes is None else int(classes[k])
            panel.plot(array(depths), walk[:, i], color=shade(kind), alpha=0.4, linewidth=0.7)
        panel.set(xlabel="Depth", ylabel=f"Dimension {i + 1}")


def draw_layer_field(
    axes: Any, layer: Any, points: Any, classes: Any = None, /, *, depth: float = 0.0
) -> None:
    """Draw a layer's field in the plane of the first two dimensions, speed as colour.

    All others are zero. Points go their way on top, to the dots where they end.
    """
    with torch.no_grad():
        _, paths = layer.trajectory(points)
    walks = array(paths)
    low, high = walks[..., :2].min((0, 1)), walks[..., :2].max((0, 1))
    margin = 0.1 * (high - low)
    ends = zip(low - margin, high + margin, strict=True)
    across, up = (np.linspace(first, last, 31) for first, last in ends)
    at = torch.tensor(np.stack(np.meshgrid(across, up), -1)).to(points)
    rest = at.new_zeros(*at.shape[:-1], walks.shape[-1] - 2)
    with torch.no_grad():
        arrows = array(layer.field(at.new_tensor(depth), torch.cat((at, rest), -1)))
    u, v = arrows[..., 0], arrows[..., 1]
    speed = np.hypot(u, v)
    lines = axes.streamplot(
        across, up, u, v, color=speed, cmap="viridis", linewidth=0.7, arrowsize=0.6, density=1.1
    )
    axes.figure.colorbar(lines.lines, ax=axes, label="Speed")
    for k, walk in enumerate(walks):
        colour = shade(1 if classes is None else int(classes[k]))
        axes.plot(walk[:, 0], walk[:, 1], color=colour, alpha=0.35, linewidth=0.6)
        axes.plot(walk[-1, 0], walk[-1, 1], ".", color=colour, markersize=5)
    axes.grid(visible=False)
    axes.set(xlabel="Dimension 1", ylabel="Dimension 2")


def draw_points(axes: Any, points: Any, classes: Any = None, /) -> None:
    """Draw points of the plane, those of each class in a colour of its own."""
    x = array(points)
    kinds = np.zeros(len(x)) if classes is None else np.asarray(classes)
    for kind in np.unique(kinds):
        chosen = x[kinds == kind]
        axes.plot(
            *chosen[:, :2].T, ".", color=shade(int(kind)), markersize=4, label=f"{kind:g}"
        )
    axes.set(xlabel="Dimension 1", ylabel="Dimension 2")
    axes.set_aspect("equal")


class _Turns:
    """A layer that turns the plane, to show what a plot looks like."""

    augmentation = 0

    def field(self, s: Any, x: torch.Tensor) -> torch.Tensor:
        return torch.stack((-x[..., 1], x[..., 0]), -1)

    def trajectory(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        s = torch.linspace(0, 1, 20)
        sine, cosine = s.sin(), s.cos()
        turned = torch.stack(
            (x[:, :1] * cosine - x[:, 1:] * sine, x[:, :1] * sine + x[:, 1:] * cosine), -1
        )
        return s, turned


def _sample() -> tuple[Any, ...]:
    angles = torch.linspace(0, 6, 24)
    return _Turns(), torch.stack((angles.cos(), angles.sin()), -1), torch.arange(24) % 2


depth = partial(Drawing, draw_depth, _sample, panels=_row)
layer_field = partial(Drawing, draw_layer_field, _sample)
points = partial(Drawing, draw_points, lambda: _sample()[1:])
