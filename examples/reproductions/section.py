"""A table of the page of results."""

from __future__ import annotations

import io
from pathlib import Path
from typing import final

import attrs
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.figure import Figure


@final
@attrs.frozen
class Section:
    """A table with a heading, one row for each result, and sentences below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"A row of {self.title!r} has {len(row)} cells for "
                    f"{len(self.columns)} columns: {row}."
                )

    def markdown(self) -> str:
        """Write it as a page of its own, which another page can include."""
        lines = [f"# {self.title}", ""]
        lines += [f"| {' | '.join(self.columns)} |", "|---" * len(self.columns) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        for sentence in self.notes:
            lines += ["", sentence]
        return "\n".join(lines) + "\n"


def save(figure: Figure, path: Path) -> None:
    """Write a picture whole, so that none is left half written."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    path.write_bytes(picture.getvalue())


def save_animation(animation: FuncAnimation, path: Path, *, frames_per_second: int) -> None:
    """Write an animation as a GIF."""
    animation.save(path, writer=PillowWriter(fps=frames_per_second), dpi=70)


def plus_minus(value: float, error: float) -> str:
    """Write a number to the second digit of its error."""
    if not error > 0:
        return f"{value:.4g}"
    digits = max(0, 1 - int(f"{error:.0e}".partition("e")[2]))
    return f"{value:.{digits}f} ± {error:.{digits}f}"
