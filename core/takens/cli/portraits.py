"""Portraits, drawn as PNG."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takens._data.time_series import TimeSeries
    from takens._protocols.portrait import Portrait
    from takens._protocols.system import System


def draw_portraits(system: System | None, series: TimeSeries) -> dict[str, bytes]:
    """Draw every portrait; one that fails is left out with a warning."""
    from takens._plugins.registry import portraits

    def draw(portrait: Portrait) -> bytes | None:
        drawn = portrait.draw(system, series)
        if drawn is None:
            return None
        buffer = io.BytesIO()
        drawn.savefig(buffer, format="png", dpi=150)
        return buffer.getvalue()

    found = portraits.candidates(draw, asked_for=True)
    return {each.name.replace(":", "-"): each.answer for each in found if each.answer}


def write_portraits(series: TimeSeries, folder: Path) -> list[Path]:
    """Draw every portrait of measured series into a folder; give their files.

    Raises: InputError where the folder cannot be made.
    """
    from takens._files import write_whole
    from takens.errors import InputError

    drawn = draw_portraits(None, series)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made a folder: {error.strerror}.") from None
    written = {folder / f"{name}.png": png for name, png in drawn.items()}
    for path, png in written.items():
        write_whole(path, png)
    return [*written]
