"""What every figure of a run keeps to."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure as Picture

from takens._protocols.figure import Figure, SupportsSample
from takens.testing.asking import require, require_instance, require_same, unanswered
from takens.testing.check import Checks
from takens.testing.samples import results, tensors

CHECKS = Checks(Figure)


@CHECKS.add
def check_figure_protocol(figure: Figure) -> None:
    """Check that ``title`` is one line, and ``draw`` is there."""
    require_instance(figure, Figure)
    require_one_line(figure.title)


@CHECKS.add
def check_figure_draws(figure: Figure) -> None:
    """Check that results of any dimension, also diverged ones, give a picture or None."""
    for dim, diverged in ((1, False), (3, False), (2, True)):
        draws(figure.draw, results(dim, diverged=diverged))
    if isinstance(figure, SupportsSample):
        draws(figure.draw, figure.sample(results(2)))


def require_one_line(title: Any) -> None:
    """Fail unless a title is one line of text."""
    one = isinstance(title, str) and bool(title) and "\n" not in title
    require(one, f"title is {title!r}.")


def draws(draw: Callable[..., Any], *given: Any) -> None:
    """Draw into memory, and look at what became of what was given."""
    copies = copy.deepcopy(given)
    picture = draw(*given)
    if picture is None:
        unanswered("nothing was ever drawn")
        return
    require(isinstance(picture, Picture), f"draw() gives {picture!r}.")
    picture.savefig(io.BytesIO(), format="png", dpi=40)
    for found, before in zip(tensors(given), tensors(copies), strict=True):
        require_same(found, before, "A series was changed in place")
