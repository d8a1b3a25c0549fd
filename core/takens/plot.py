"""Pictures from Python: each function takes axes or makes them, draws, and returns them.

``takens.plot.series(data)`` is the component ``series`` of the kind ``plot``; others can add
theirs. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Inches of one and two columns of a journal.
_WIDTHS: Final = {1: 3.5, 2: 7.2}
# Okabe and Ito's palette: told apart with every form of colour vision.
_LIGHT: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_DARK: Final = ("#56B4E9", "#E69F00", "#2BC49A", "#E39AC4", "#F0E442", "#D55E00")
_SETTINGS: Final[dict[str, Any]] = {
    "axes.grid": True,
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "figure.dpi": 150,
    "font.size": 8,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.5,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
}
_INK: Final = "#e8e8e8"
_NIGHT: Final[dict[str, Any]] = {
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "#14171a"),
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    ),
    "grid.color": "#353a40",
    **dict.fromkeys([f"axes3d.{axis}axis.panecolor" for axis in "xyz"], "#20252a"),
}


def style(*, dark: bool = False, columns: int = 2) -> AbstractContextManager[None]:
    """Look the same whatever the user's own settings are, as a context that leaves those.

    A figure is as wide as one or two ``columns`` of a journal, 3.5 or 7.2 inches; colours are
    told apart with every form of colour vision; ``dark`` is for a dark page.

    Raises: InputError for another number of columns.
    """
    import cycler
    import matplotlib.style

    from takens.errors import InputError

    if columns not in _WIDTHS:
        raise InputError(f"A picture is one or two columns wide; got columns = {columns!r}.")
    size = {"figure.figsize": (_WIDTHS[columns], 0.62 * _WIDTHS[columns])}
    cycle: Any = cycler.cycler(color=_DARK if dark else _LIGHT)
    parts = {**_SETTINGS, **size, "axes.prop_cycle": cycle, **(_NIGHT if dark else {})}
    return matplotlib.style.context(["default", parts])


def save(axes: Any, path: str | Path) -> Path:
    """Write the figure that axes are part of as PDF, SVG or PNG, as its name ends.

    Letters stay letters, as journals ask.
    """
    import matplotlib as mpl

    first: Any = axes.flat[0] if hasattr(axes, "flat") else axes
    with mpl.rc_context({"pdf.fonttype": 42, "svg.fonttype": "none"}):
        first.figure.savefig(path, dpi=300)
    return Path(path)


def film(
    figure: Figure,
    draw: Callable[[Any], object],
    frames: Iterable[Any],
    path: str | Path,
    *,
    frames_per_second: int = 12,
) -> Path:
    """Write a film as GIF, or as MP4 where ffmpeg is there: ``draw(frame)`` changes a figure.

    Raises: InputError for another ending of the name, or without ffmpeg for MP4.
    """
    from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter

    from takens.errors import InputError

    path = Path(path)
    writers: dict[str, Any] = {".gif": PillowWriter, ".mp4": FFMpegWriter}
    writer = writers.get(path.suffix.lower())
    if writer is None or not writer.isAvailable():
        why = "MP4 needs ffmpeg, which is not found" if writer else "a film is .gif or .mp4"
        raise InputError(f"{path} cannot be written: {why}; a name that ends in .gif can.")

    def changed(frame: Any) -> list[Any]:
        draw(frame)
        return []

    shown: Any = FuncAnimation(figure, changed, frames=list(frames), cache_frame_data=False)
    shown.save(path, writer=writer(fps=frames_per_second))
    return path


def on(
    plot: Any,
    *given: Any,
    axes: Any = None,
    dark: bool = False,
    columns: int = 2,
    **options: Any,
) -> Any:
    """Draw by a component on axes, or on new ones in the ``style``; return them."""
    if axes is not None:
        plot.draw(axes, *given, **options)
        return axes
    import matplotlib.pyplot as plt

    with style(dark=dark, columns=columns):
        made = plt.figure(layout="constrained")
        try:
            axes = plot.panels(made, *given, **options)
            plot.draw(axes, *given, **options)
        except BaseException:
            plt.close(made)
            raise
    return axes


def of(thing: Any, **options: Any) -> Any:
    """Draw a fit, a free run, scores or a verdict as its ``plot`` does; return the axes."""
    from takens._defaults import PLOTS
    from takens._plugins.registry import registry

    return on(registry("plot").create(PLOTS[type(thing).__name__]), thing, **options)


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from takens._plugins.registry import registry
    from takens.errors import ComponentError

    try:
        plot = registry("plot").create(name)
    except ComponentError as error:
        raise AttributeError(str(error)) from error
    drawn = functools.partial(on, plot)
    drawn.__doc__ = plot.draw.__doc__
    return drawn


def __dir__() -> list[str]:
    from takens._plugins.registry import registry

    return sorted(["film", "save", "style", *registry("plot").names()])
