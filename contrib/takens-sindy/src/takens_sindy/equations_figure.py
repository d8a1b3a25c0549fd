"""The equations of a run, and how sure their coefficients are."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import textwrap
from typing import Final, final

import attrs
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import takens
from takens_sindy.terms import Equations, Term

_WIDTH: Final = 7.0
_LINE: Final = 0.19
_LETTERS: Final = 88
# Okabe and Ito's palette: told apart with every form of colour vision.
_COLOUR: Final = "#D55E00"
_FAINT: Final = "#6b6b6b"
_MOST_TERMS: Final = 40


@final
@attrs.frozen
class EquationsFigure:
    """The equations as text, and below them each coefficient with its standard error."""

    title = "Equations that were found"

    def draw(self, results: takens.plugin.Results, /) -> Figure | None:
        """Draw, or give None where the model is no sparse one."""
        learned = results.learned
        if "equations" not in learned or "terms" not in learned:
            return None
        found = Equations.from_table(learned)
        found = found.renamed(results.training.columns)
        text = [
            line
            for equation in found.lines(errors=True)
            for line in textwrap.wrap(
                _plain(equation), _LETTERS, subsequent_indent=" " * 10, break_long_words=False
            )
        ]
        terms = [(name, term) for name, own in found.terms.items() for term in own]
        sure = [pair for pair in terms if pair[1].error is not None][:_MOST_TERMS]
        above = 0.25 + _LINE * len(text)
        below = 0.8 + _LINE * len(sure) if sure else 0.0
        figure = Figure(figsize=(_WIDTH, above + below), dpi=150, layout="constrained")
        parts = figure.subplots(
            2 if sure else 1, 1, squeeze=False, height_ratios=[above, below][: 2 if sure else 1]
        )[:, 0]
        head: Axes = parts[0]
        head.axis("off")
        head.text(
            0, 1, "\n".join(text), family="monospace", fontsize=8, va="top", linespacing=1.5
        )
        if sure:
            _intervals(parts[1], sure)
        return figure

    def sample(self, results: takens.plugin.Results, /) -> takens.plugin.Results:
        """Add equations to the results of a run."""
        terms = {name: (Term("x1", -0.5, 0.01),) for name in results.training.columns}
        learned = Equations(takens.plugin.Time.CONTINUOUS, terms).table()
        return attrs.evolve(results, learned=learned)


def _intervals(axes: Axes, terms: list[tuple[str, Term]]) -> None:
    """Draw each coefficient's error, in per cent of the coefficient."""
    places = range(len(terms))
    shares = [200 * (term.error or 0.0) / abs(term.coefficient) for _, term in terms]
    axes.errorbar(
        [0.0] * len(terms), list(places), xerr=shares, fmt="o", color=_COLOUR, markersize=3
    )
    axes.axvline(0, color=_FAINT, linewidth=0.6, zorder=0)
    axes.set_yticks(
        list(places),
        [_plain(f"{name}: {term.coefficient:.4g} {term.function}") for name, term in terms],
        fontsize=7,
    )
    axes.invert_yaxis()
    axes.set_xlabel("two standard errors, in per cent of the coefficient", fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _plain(text: str) -> str:
    """Make a name from a file fit for a picture: not taken for mathematics."""
    return text.replace("$", r"\$")
