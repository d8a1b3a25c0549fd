"""What every figure of a run, and every portrait of a system, keeps to."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from takens._protocols.figure import Figure
from takens._protocols.portrait import Portrait
from takens.testing.failure import require, require_instance
from takens.testing.samples import record, results


def check_figure_protocol(figure: Figure) -> None:
    """Check that ``title`` is one line, and ``draw`` is there."""
    require_instance(figure, Figure)
    _one_line(figure.title)


def check_figure_draws(figure: Figure) -> None:
    """Check that results of any dimension, also diverged ones, give a picture or None."""
    _draws(
        [
            *(lambda dim=dim: figure.draw(results(dim)) for dim in (1, 2, 3)),
            lambda: figure.draw(results(2, diverged=True)),
        ]
    )


def check_portrait_protocol(portrait: Portrait) -> None:
    """Check that ``title`` is one line, and ``draw`` is there."""
    require_instance(portrait, Portrait)
    _one_line(portrait.title)


def check_portrait_draws(portrait: Portrait) -> None:
    """Check that series of any dimension without equations give a picture or None."""
    _draws([lambda dim=dim: portrait.draw(None, record(200, dim)) for dim in (1, 2, 3)])


def _one_line(title: Any) -> None:
    require(
        isinstance(title, str) and bool(title) and "\n" not in title, f"title is {title!r}."
    )


def _draws(ways: list[Callable[[], Any]]) -> None:
    """Draw in every way, into memory, and look at what is left behind."""
    import matplotlib
    from matplotlib.figure import Figure as Picture

    settings = dict(matplotlib.rcParams)
    for draw in ways:
        picture = draw()
        if picture is not None:
            require(isinstance(picture, Picture), f"draw() gives {picture!r}.")
            picture.savefig(io.BytesIO(), format="png", dpi=40)
    changed = [key for key, value in settings.items() if matplotlib.rcParams[key] != value]
    require(not changed, f"It changes matplotlib's settings: {', '.join(changed)}.")
    # Only pyplot keeps figures alive, one for each run, until memory is full.
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    require(
        pyplot is None or not pyplot.get_fignums(),
        "It leaves figures open in pyplot; make a matplotlib.figure.Figure.",
    )


CHECKS = (check_figure_protocol, check_figure_draws)
PORTRAIT_CHECKS = (check_portrait_protocol, check_portrait_draws)
