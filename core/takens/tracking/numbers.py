"""Numbers of a run by the name under which they are logged."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from takens._protocols.score import Score

_CHECKS: Final = ("divergence", "divergence_floor", "free_runs_lost")
_PARTS: Final = ("value", "error", "reference", "floor")


def of_record(record: Mapping[str, Any]) -> dict[str, float]:
    """Name the numbers of a line of the history.

    What a check by free runs found is under ``free_runs``, a list with a number for each
    member under the name of the list, everything else under ``training``.
    """
    found: dict[str, float] = {}
    for key, value in record.items():
        if isinstance(value, (list, tuple)):
            for i, number in enumerate(cast("list[Any]", value)):
                if _is_number(number):
                    found[f"{key}/{i}"] = float(number)
        elif key != "step" and _is_number(value):
            found[f"{'free_runs' if key in _CHECKS else 'training'}/{key}"] = float(value)
    return found


def stored(folder: Path | None) -> list[dict[str, Any]]:
    """Return the history that an earlier part of a run has left, cut to what is still true."""
    path = folder and folder / "history.jsonl"
    if path is None or not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def of_scores(scores: Mapping[str, Score]) -> dict[str, float]:
    """Name the value, error, reference and floor of each score; what is None is left out."""
    return {
        f"scores/{name.replace(':', '.')}/{part}": float(value)
        for name, score in scores.items()
        for part in _PARTS
        if (value := getattr(score, part)) is not None
    }


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    )
