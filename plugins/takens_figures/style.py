"""What the figures share: colours, type, and the words under a picture."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.signal import find_peaks  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from torch import Tensor

import takens

# Okabe and Ito's palette: told apart with every form of colour vision.
TRUTH: Final = "#0072B2"
MODEL: Final = "#D55E00"
INK: Final = "#000000"
FAINT: Final = "#6b6b6b"
_APART: Final = (TRUTH, MODEL, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

WIDTH: Final = 7.0
DPI: Final = 150

_SETTINGS: Final[dict[str, Any]] = {
    "axes.grid": True,
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "font.size": 8,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.5,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
}


def colours(count: int) -> list[str]:
    """Return ``count`` colours: told apart where few, else from dark to light."""
    if count <= len(_APART):
        return list(_APART[:count])
    shades = matplotlib.colormaps["viridis"](np.linspace(0, 0.9, count))
    return [to_hex(shade) for shade in shades]


def style() -> AbstractContextManager[None]:
    """Look the same whatever the user's own settings are, and leave those as they were."""
    return matplotlib.style.context(["default", _SETTINGS])


def canvas(height: float) -> Figure:
    """Make an empty figure, ``height`` inches high."""
    return Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")


def grid(
    figure: Figure, rows: int, columns: int = 1, *, heights: Sequence[float] | None = None
) -> list[list[Axes]]:
    """Divide a figure into rows of panels; those of a single column share a horizontal axis."""
    panels = figure.subplots(
        rows, columns, sharex=columns == 1, squeeze=False, height_ratios=heights
    )
    return panels.tolist()


def note(figure: Figure, *sentences: str) -> None:
    """Write what a reader must know to read the picture right, under it."""
    lines = _lines(sentences)
    if lines:
        text = "\n".join(lines)
        figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color=FAINT, linespacing=1.4)


def room_for(*sentences: str) -> float:
    """Return the height in inches that a note of these sentences needs."""
    return 0.15 + 0.16 * len(_lines(sentences))


def _lines(sentences: Sequence[str]) -> list[str]:
    return textwrap.wrap(" ".join(sentence for sentence in sentences if sentence), 115)


def plain(text: str) -> str:
    """Make a name from a file fit for a label: short, and not taken for mathematics."""
    return (text if len(text) <= 24 else f"{text[:23]}…").replace("$", r"\$")


def quantity(series: takens.TimeSeries, variable: int) -> str:
    """Label an axis of a variable with its unit."""
    name, unit = series.columns[variable], series.units[variable] if series.units else ""
    return plain(f"{name} ({unit})" if unit else name)


def time_label(series: takens.TimeSeries, what: str = "Time") -> str:
    """Label an axis of time with its unit."""
    return f"{what} ({plain(series.time_unit) or 'time units'})"


def per_time(series: takens.TimeSeries) -> str:
    """Return the unit of a frequency or a rate."""
    return f"1/{plain(series.time_unit) or 'time unit'}"


def array(x: Tensor) -> NDArray[np.float64]:
    """Copy to the host, in float64."""
    return x.detach().cpu().double().numpy()


def first_run(free: takens.FreeRun) -> tuple[NDArray[np.float64], str]:
    """Return the first free run, `(T, n)`, as far as it is the model's, and what to note of it.

    A run that diverged is cut at the last good state, which it repeats from there on.
    """
    runs = array(free.x).reshape(-1, *free.x.shape[-2:])
    x, at = runs[0], free.diverged_at[0]
    sentences: list[str] = []
    if len(runs) > 1:
        gone = sum(step is not None for step in free.diverged_at)
        others = f", of which {gone} diverged" if gone else ""
        sentences.append(f"First of {len(runs)} free runs{others}.")
    if at is not None:
        moving = np.flatnonzero((x != x[-1]).any(-1))
        x = x[: moving[-1] + 2] if len(moving) else x[:1]
        sentences.append(
            f"This run diverged at step {at:,} and was frozen from there on; "
            "it is shown up to that step."
        )
    return x, " ".join(sentences)


def bounds(
    truth: NDArray[np.float64], model: NDArray[np.float64], diverged: bool
) -> tuple[float, float]:
    """Return the limits of an axis that holds both.

    The last steps of a run that diverged would leave nothing of the truth to be seen: then
    the truth decides.
    """
    low, high = float(truth.min()), float(truth.max())
    if diverged:
        margin = 0.25 * (high - low) or 1.0
    else:
        low, high = min(low, float(model.min())), max(high, float(model.max()))
        margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


_OSCILLATIONS: Final = 15


def shown_range(x: NDArray[np.float64]) -> int:
    """Return how many samples of `x: (T, n)` hold 15 oscillations of the fastest variable."""
    stops = [len(x)]
    for column in x.T:
        # The ripple of noise is not prominent.
        found: Any = find_peaks(  # pyright: ignore[reportUnknownVariableType]
            column, prominence=0.5 * column.std()
        )
        peaks: NDArray[np.intp] = found[0]
        stops += peaks[_OSCILLATIONS : _OSCILLATIONS + 1].tolist()
    return min(stops)
