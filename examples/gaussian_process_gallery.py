"""Gaussian-process regression in pictures.

    python examples/gaussian_process_gallery.py --out DIR

Five measurements at x = 0, 0.3, 1, 3.1 and 4.7 are seen one after the other; then
hyperparameters are turned, kernels are compared, and the evidence is drawn as a surface.
Writes gaussian_process_points.png, gaussian_process_parameters.png,
gaussian_process_kernels.png and gaussian_process_evidence.png, and prints the numbers.
"""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import torch
from matplotlib.figure import Figure

import takens_gp as gp
from takens_figures.style import canvas, colours, grid, note, style
from takens_gp import Kernel, figures

X: Final = torch.tensor([0.0, 0.3, 1.0, 3.1, 4.7], dtype=torch.float64)
Y: Final = torch.tensor([1.0, 0.0, 1.4, 0.0, -0.9], dtype=torch.float64)
AT: Final = torch.linspace(-1, 7, 400, dtype=torch.float64)


def points() -> Figure:
    """Draw what is known after 0 to 5 measurements."""
    figure = canvas(5.6)
    process = gp.GaussianProcess(gp.SquaredExponential(), noise_variance=0.0)
    panels = [panel for row in grid(figure, 2, 3) for panel in row]
    for count, axes in enumerate(panels):
        found = process.fit(X[:count], Y[:count], optimise=False)
        figures.draw_bands(axes, found, AT)
        figures.draw_samples(axes, found, AT, 3, seed=count)
        axes.set(title=f"{count} measurements", xlim=(-1, 7), ylim=(-5, 6))
    note(
        figure,
        "Mean (blue), 1, 2 and 3 standard deviations of the function, three functions drawn "
        "from it (orange), and the measurements, taken without noise. Squared exponential "
        "kernel, variance 1 and lengthscale 1.",
    )
    there = process.fit(X, Y, optimise=False)
    two = there.predict(torch.tensor([2.0, 5.0]))
    print(f"unit hyperparameters: log evidence {there.log_evidence:.4f}")
    for x, mean, deviation in zip((2, 5), two.mean, two.deviation, strict=True):
        print(f"  at {x}: {float(mean):.4f} with standard deviation {float(deviation):.4f}")
    return figure


def parameters() -> Figure:
    """Draw what each hyperparameter does, and what maximum evidence chooses."""
    figure = canvas(8.4)
    panels = grid(figure, 3, 3)
    rows = (
        ("variance", (0.1, 1.0, 10.0)),
        ("lengthscale", (0.3, 1.0, 3.0)),
        ("noise variance", (0.01, 0.1, 1.0)),
    )
    for row, (name, values) in zip(panels, rows, strict=True):
        for axes, value in zip(row, values, strict=True):
            kernel = gp.SquaredExponential(
                value if name == "variance" else 1.0, value if name == "lengthscale" else 1.0
            )
            noise = value if name == "noise variance" else 0.1
            found = gp.GaussianProcess(kernel, noise).fit(X, Y, optimise=False)
            figures.draw_bands(axes, found, AT)
            axes.set(
                title=f"{name} {value:g}\nlog evidence {found.log_evidence:.1f}",
                xlim=(-1, 7),
                ylim=(-5, 6),
            )
    note(
        figure,
        "Mean and bands of 1, 2 and 3 standard deviations of the function. The other "
        "hyperparameters are 1, the noise variance 0.1.",
    )
    return figure


def kernels() -> Figure:
    """Draw kernels, and functions from the prior of each."""
    figure = canvas(6.8)
    shown: tuple[tuple[str, Kernel], ...] = (
        ("squared exponential", gp.SquaredExponential()),
        ("Matérn 1/2", gp.Matern12()),
        ("Matérn 5/2", gp.Matern52()),
        ("rational quadratic", gp.RationalQuadratic(shape=0.3)),
        ("periodic", gp.Periodic(period=2.0)),
        ("linear", gp.Linear(0.2)),
        ("Brownian", gp.Brownian()),
        (
            "periodic * sq. exponential",
            gp.Periodic(period=2.0) * gp.SquaredExponential(1.0, 3.0),
        ),
    )
    panels = grid(figure, 4, 4)
    shades = colours(2)
    for i, (name, kernel) in enumerate(shown):
        left, right = panels[i // 2][i % 2 * 2 : i % 2 * 2 + 2]
        for at, colour in zip((0.0, 2.5), shades, strict=True):
            figures.draw_kernel(left, kernel, AT, at, color=colour)
        left.set(title=name)
        figures.draw_samples(right, gp.GaussianProcess(kernel), AT, 4, seed=i)
        right.set(title="drawn functions")
    note(figure, "Left: the covariance of x with 0 (blue) and with 2.5 (orange).")
    return figure


def evidence() -> Figure:
    """Draw the evidence over lengthscale and noise, and the fit at its maximum."""
    figure = canvas(3.6)
    ((surface, fit),) = grid(figure, 1, 2)
    found = gp.GaussianProcess(noise_variance=0.1).fit(X, Y)
    at = gp.GaussianProcess(found.kernel, float(found.noise_variance))
    names = ("lengthscale", "noise_variance")
    figures.draw_evidence(surface, at, X, Y, names, ((0.1, 30.0), (1e-3, 10.0)))
    surface.set(title="log evidence, signal variance at its optimum")
    figures.draw_bands(fit, found, AT, noise=True)
    fit.set(title=f"log evidence {found.log_evidence:.4f}", xlim=(-1, 7))
    note(
        figure,
        "Lines are 0.5, 1, 2, 4, ... below the maximum (cross). Right: bands of a measurement "
        "at the optimum.",
    )
    print(found)
    return figure


def main() -> None:
    """Draw everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path())
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        for draw in (points, parameters, kernels, evidence):
            path = folder / f"gaussian_process_{draw.__name__}.png"
            draw().savefig(path)
            print(path)


if __name__ == "__main__":
    main()
