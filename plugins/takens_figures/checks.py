"""What every plot keeps to."""

from __future__ import annotations

import copy
import io
from typing import Any

from matplotlib.figure import Figure

from takens.testing import Checks, require, require_instance, require_same
from takens.testing.samples import tensors
from takens_figures.plots.drawing import Plot

CHECKS = Checks(Plot)


@CHECKS.add
def check_plot_protocol(plot: Plot) -> None:
    """Check that ``draw`` is there and says in its docstring what it draws."""
    require_instance(plot, Plot)
    require(bool(plot.draw.__doc__), "draw() has no docstring, which is its help.")


@CHECKS.add
def check_plot_draws(plot: Plot) -> None:
    """Check that the sample is drawn on the plot's own panels, and not changed."""
    given = plot.sample()
    before = copy.deepcopy(given)
    figure = Figure(layout="constrained")
    axes: Any = plot.panels(figure, *given)
    empty = sum(len(one.get_children()) for one in figure.axes)
    plot.draw(axes, *given)
    drawn = sum(len(one.get_children()) for one in figure.axes)
    require(drawn > empty, "Nothing was drawn of the sample.")
    figure.savefig(io.BytesIO(), format="png", dpi=40)
    for found, old in zip(tensors(given), tensors(before), strict=True):
        require_same(found, old, "What is drawn was changed in place")
