"""Local and global truncation errors of every explicit method, and their measured orders.

    python examples/truncation_errors.py --out DIR

Two problems: the harmonic oscillator, whose solution is known in closed form, and the predators
and prey of Lotka and Volterra (x' = x - x y, y' = x y - y from (1, 2)), compared with dop853
at the tightest tolerance. Steps are halved four times from h = 0.2 (from h = 0.8 for dop853,
whose errors would else drown in rounding).

The global error is the largest of any variable at any step up to t = 12, the local error the
largest of any variable after one step. Orders are measured where errors are above 1e-12, from
where on rounding shows. Writes truncation_errors.png and truncation_errors.md.
"""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
import io
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, final

import attrs
import torch
from matplotlib.figure import Figure
from torch import Tensor

import takens
from takens_figures.style import canvas, colours, note, style
from takens_integrators import RK4, Bosh3, Dop853, Dopri5, Euler, Tsit5, solve_fixed
from takens_systems import HarmonicOscillator, LotkaVolterra

END: Final = 12.0
HALVINGS: Final = 4
ROUNDING: Final = 1e-12
OSCILLATOR: Final = HarmonicOscillator()
PREY: Final = LotkaVolterra(1.0, 1.0, 1.0, 1.0)
START: Final = torch.tensor([1.0, 2.0], dtype=torch.float64)
FIXED: Final = ("euler", "midpoint", "heun", "leapfrog", "rk4", "rk38")
PAIRS: Final[Mapping[str, takens.plugin.Tableau]] = {
    "bosh3": Bosh3.tableau,
    "dopri5": Dopri5.tableau,
    "tsit5": Tsit5.tableau,
    "dop853": Dop853.tableau,
}
METHODS: Final = (*FIXED, *PAIRS)

Solve: TypeAlias = Callable[[takens.plugin.VectorField, Tensor, Tensor], Tensor]


@final
@attrs.frozen
class Problem:
    """A field with a start and its true states `(n, 2)` at times `(n,)`.

    In the logarithms of its states the field of Lotka and Volterra falls into two halves,
    as leapfrog needs it.
    """

    name: str
    field: takens.plugin.VectorField
    start: Tensor
    truth: Callable[[Tensor], Tensor]
    in_logarithms: bool = False


@final
@attrs.frozen
class Errors:
    """Errors of one method on one problem for each of its steps `h`, longest first."""

    problem: str
    method: str
    order: int
    h: tuple[float, ...]
    local: tuple[float, ...]
    total: tuple[float, ...]

    @property
    def local_orders(self) -> list[float]:
        """The measured order from each step to the next, as far as rounding allows."""
        return _orders(self.local)

    @property
    def total_orders(self) -> list[float]:
        """The measured order from each step to the next, as far as rounding allows."""
        return _orders(self.total)


def circle(t: Tensor) -> Tensor:
    """Return the solution of the oscillator from a unit deflection at rest."""
    return torch.stack((t.cos(), -t.sin()), -1)


def tight(t: Tensor) -> Tensor:
    """Return the solution of Lotka and Volterra to rounding."""
    return takens.integrators.create("dop853", rtol=1e-13, atol=1e-14).solve(PREY, START, t)


def logarithmic(t: Tensor, x: Tensor, /) -> Tensor:
    """Return the velocity of the logarithms of prey and predators."""
    return PREY(t, x.exp()) / x.exp()


PROBLEMS: Final = (
    Problem(
        "harmonic oscillator", OSCILLATOR, circle(torch.zeros((), dtype=torch.float64)), circle
    ),
    Problem("Lotka-Volterra", PREY, START, tight, in_logarithms=True),
)


def measure(problem: Problem, method: str) -> Errors:
    """Solve with each step, and compare with the truth."""
    order, solve = _method(method, problem)
    first = 0.2 if order < 8 else 0.8
    steps = tuple(first / 2**i for i in range(HALVINGS + 1))
    local, total = list[float](), list[float]()
    for h in steps:
        ts = torch.linspace(0, END, round(END / h) + 1, dtype=torch.float64)
        error = (solve(problem.field, problem.start, ts) - problem.truth(ts)).abs().amax(-1)
        local.append(float(error[1]))
        total.append(float(error.max()))
    return Errors(problem.name, method, order, steps, tuple(local), tuple(total))


def measure_all() -> list[Errors]:
    """Measure every method on every problem."""
    return [measure(problem, method) for problem in PROBLEMS for method in METHODS]


def invariants() -> dict[str, float]:
    """Return what Lotka and Volterra's system conserves, at the start and after h = 0.2."""
    ts = torch.linspace(0, END, 61, dtype=torch.float64)
    ends = {"start": START} | {
        name: method.solve(PREY, START, ts)[-1]
        for name, method in {"euler": Euler(), "rk4": RK4()}.items()
    }
    return {name: float(PREY.invariant(end)) for name, end in ends.items()}


def table(found: Sequence[Errors]) -> str:
    """Write the errors and orders as a page in Markdown."""
    lines = [
        "# Truncation errors",
        "",
        "By `python examples/truncation_errors.py`; orders are measured from each step to its "
        "half, where errors are above rounding.",
        "",
        "| problem | method | order | h | local error | its order | global error | its order |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {e.problem} | {e.method} | {e.order} | {e.h[0]:g} to {e.h[-1]:g} "
        f"| {e.local[0]:.1e} to {e.local[-1]:.1e} | {_between(e.local_orders)} "
        f"| {e.total[0]:.1e} to {e.total[-1]:.1e} | {_between(e.total_orders)} |"
        for e in found
    ]
    kept = invariants()
    lines += [
        "",
        f"The invariant of Lotka and Volterra's system is {kept['start']:.5f}; with h = 0.2 it "
        f"is {kept['euler']:.3f} at t = 12 by euler, and {kept['rk4']:.5f} by rk4.",
    ]
    return "\n".join(lines) + "\n"


def draw(found: Sequence[Errors]) -> Figure:
    """Draw local and global errors against the step, a row of panels for each problem."""
    with style():
        figure = canvas(6.4)
        panels: Any = figure.subplots(2, 2, sharex=True, sharey="col")
        # A colour for each order.
        orders = sorted({errors.order for errors in found})
        shades = dict(zip(orders, colours(len(orders)), strict=True))
        for errors in found:
            row = [problem.name for problem in PROBLEMS].index(errors.problem)
            rank = [e.method for e in found if e.order == errors.order].index(errors.method)
            for axes, values in zip(panels[row], (errors.local, errors.total), strict=True):
                axes.loglog(
                    errors.h,
                    values,
                    marker="osD"[rank],
                    markersize=3.5,
                    markerfacecolor="white" if rank else None,
                    linestyle=("-", "--", ":")[rank],
                    color=shades[errors.order],
                    label=f"{errors.method} ({errors.order})",
                )
        for problem, row in zip(PROBLEMS, panels, strict=True):
            for axes, what in zip(row, ("Local", "Global"), strict=True):
                axes.set_title(problem.name)
                axes.set_ylabel(f"{what} error")
        panels[0, 0].set_ylim(bottom=1e-16)
        panels[0, 1].set_ylim(bottom=1e-14)
        for axes in panels[1]:
            axes.set_xlabel("Step h")
            axes.set_xticks([0.0125, 0.05, 0.2, 0.8], ["0.0125", "0.05", "0.2", "0.8"])
            axes.minorticks_off()
        handles, labels = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=5, fontsize=8)
        note(
            figure,
            "In brackets the order p: the local error falls like h to the p + 1, the global "
            "error like h to the p, down to rounding. Leapfrog solves for the logarithms of "
            "prey and predators.",
        )
    return figure


def _method(name: str, problem: Problem) -> tuple[int, Solve]:
    if name in PAIRS:
        tableau = PAIRS[name]
        return tableau.order, lambda f, x0, ts: solve_fixed(tableau, f, x0, ts)
    stepper = takens.create("integrator", name)
    if not isinstance(stepper, takens.plugin.Stepper):
        raise takens.errors.ComponentError(f"{name} takes no fixed steps.")
    if name == "leapfrog" and problem.in_logarithms:
        return stepper.order, lambda _, x0, ts: stepper.solve(logarithmic, x0.log(), ts).exp()
    return stepper.order, stepper.solve


def _orders(errors: Sequence[float]) -> list[float]:
    pairs = itertools.pairwise(errors)
    return [math.log2(long / short) for long, short in pairs if short > ROUNDING]


def _between(orders: Sequence[float]) -> str:
    return f"{min(orders):.2f} to {max(orders):.2f}"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(), help="the folder to write to")
    out: Path = parser.parse_args().out
    torch.set_num_threads(1)
    found = measure_all()
    text = table(found)
    print(text, end="")
    picture = io.BytesIO()
    draw(found).savefig(picture, format="png", dpi=150)
    out.mkdir(parents=True, exist_ok=True)
    (out / "truncation_errors.md").write_text(text)
    (out / "truncation_errors.png").write_bytes(picture.getvalue())


if __name__ == "__main__":
    main()
