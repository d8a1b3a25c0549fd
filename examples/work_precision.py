"""Error against work: what a digit costs with each adaptive method.

    python examples/work_precision.py --out DIR

Van der Pol's oscillator (mu = 3, x'' = mu (1 - x^2) x' - x) from (2, 0) to t = 20, one sample
in float64, saved at 100 times. The error is the largest of any variable at any of these times,
against dop853 at the tightest tolerance. Work is counted in evaluations of the field, which do
not depend on the machine; times are medians of interleaved rounds after one to warm up, of
``solve`` as installed, so that a compiled backend shows where there is one. Evaluations of the
solvers of takens are those of the eager loop, which takes the same steps.

Writes work_precision.png, and prints the numbers.
"""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, final

import attrs
import torch
from matplotlib.figure import Figure
from torch import Tensor

import takens
from takens_figures.style import canvas, colours, note, style
from takens_integrators import Bosh3, Dop853, Dopri5, SciPy, TorchDiffEq, Tsit5
from takens_integrators.adaptive.integrator import AdaptiveBase
from takens_systems import VanDerPol

OSCILLATOR: Final = VanDerPol(3.0, form="textbook")
START: Final = torch.tensor([2.0, 0.0], dtype=torch.float64)
TIMES: Final = torch.linspace(0, 20, 101, dtype=torch.float64)
TOLERANCES: Final = tuple(10.0**-k for k in range(3, 12))
# An order-3 method needs very many steps for many digits.
LOOSE: Final = TOLERANCES[:7]


@final
@attrs.frozen
class Contestant:
    """A method of some project, made for a tolerance by ``make(rtol, atol)``."""

    name: str
    make: Callable[[float, float], takens.plugin.Integrator]
    tolerances: Sequence[float] = TOLERANCES
    ours: bool = True


CONTESTANTS: Final = (
    Contestant("bosh3", Bosh3, LOOSE),
    Contestant("dopri5", Dopri5),
    Contestant("tsit5", Tsit5),
    Contestant("dop853", Dop853),
    Contestant("torchdiffeq dopri5", partial(TorchDiffEq, "dopri5"), ours=False),
    Contestant("torchdiffeq dopri8", partial(TorchDiffEq, "dopri8"), ours=False),
    Contestant("scipy DOP853", partial(SciPy, "DOP853"), ours=False),
)


@final
@attrs.frozen
class Point:
    """What one solve gave: the error, and what it cost."""

    name: str
    tolerance: float
    error: float
    evaluations: int
    seconds: float


class Counted:
    """The field, with its calls counted; it has one sample."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity."""
        self.calls += 1
        return OSCILLATOR(t, x)


def reference() -> tuple[Tensor, float]:
    """Return the true states, and how far another solver at its tightest is from them."""
    truth = Dop853(1e-14, 1e-15).solve(OSCILLATOR, START, TIMES)
    other = SciPy("DOP853", 1e-13, 1e-14).solve(OSCILLATOR, START, TIMES)
    return truth, float((truth - other).abs().max())


def evaluations(solver: takens.plugin.Integrator) -> int:
    """Count the evaluations of the field in one solve."""
    if isinstance(solver, AdaptiveBase):
        return int(solver.solve_with_statistics(OSCILLATOR, START, TIMES).evaluations)
    field = Counted()
    solver.solve(field, START, TIMES)
    return field.calls


def measure(rounds: int) -> list[Point]:
    """Solve with every method and tolerance, in ``rounds`` interleaved rounds."""
    truth, _ = reference()
    work = [(c.name, tol, c.make(tol, tol)) for c in CONTESTANTS for tol in c.tolerances]
    errors = [
        float((solver.solve(OSCILLATOR, START, TIMES) - truth).abs().max())
        for _, _, solver in work
    ]
    seconds: list[list[float]] = [[] for _ in work]
    for _ in range(rounds):
        for (_, _, solver), taken in zip(work, seconds, strict=True):
            start = time.perf_counter()
            solver.solve(OSCILLATOR, START, TIMES)
            taken.append(time.perf_counter() - start)
    return [
        Point(name, tol, error, evaluations(solver), statistics.median(taken))
        for (name, tol, solver), error, taken in zip(work, errors, seconds, strict=True)
    ]


def draw(points: Sequence[Point], about: str) -> Figure:
    """Draw work against error, in evaluations and in seconds."""
    with style():
        figure = canvas(4.2)
        left, right = figure.subplots(1, 2, sharex=True)
        ours = [c.name for c in CONTESTANTS if c.ours]
        shades = dict(zip(ours, colours(len(ours)), strict=True))
        for contestant in CONTESTANTS:
            line = [point for point in points if point.name == contestant.name]
            method = contestant.name.split()[-1].lower().replace("dopri8", "dop853")
            for axes, work in (
                (left, [point.evaluations for point in line]),
                (right, [point.seconds for point in line]),
            ):
                axes.loglog(
                    [point.error for point in line],
                    work,
                    color=shades[method],
                    linestyle="-" if contestant.ours else "--",
                    marker="o" if contestant.ours else "sD"["scipy" in contestant.name],
                    markersize=3.5,
                    markerfacecolor=None if contestant.ours else "white",
                    label=contestant.name,
                )
        left.invert_xaxis()
        for axes, label in ((left, "Evaluations of the field"), (right, "Time (s)")):
            axes.set_xlabel("Largest error")
            axes.set_ylabel(label)
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=8)
        note(figure, about)
    return figure


def table(points: Sequence[Point]) -> str:
    """Write the numbers as a table in Markdown."""
    lines = ["| method | tolerance | error | evaluations | ms |", "|---|---|---|---|---|"]
    lines += [
        f"| {p.name} | {p.tolerance:.0e} | {p.error:.1e} | {p.evaluations} "
        f"| {1e3 * p.seconds:.2f} |"
        for p in points
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write to")
    parser.add_argument("--rounds", type=int, default=3, help="of which times are medians")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    points = measure(arguments.rounds)
    print(table(points))
    apart = reference()[1]
    print(f"The reference differs from scipy's DOP853 at its tightest by {apart:.0e}.")
    engine = takens.explain(OSCILLATOR)
    print(engine)
    about = (
        "Van der Pol, mu = 3, to t = 20: one sample, float64, one thread. Full lines: takens; "
        "broken: others. torchdiffeq's dopri8 loses digits between its steps, where it "
        "interpolates. Times are medians of interleaved rounds and depend on the machine. "
        f"{engine}"
    )
    picture = io.BytesIO()
    draw(points, about).savefig(picture, format="png", dpi=150)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "work_precision.png").write_bytes(picture.getvalue())


if __name__ == "__main__":
    main()
