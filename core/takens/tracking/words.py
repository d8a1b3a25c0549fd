"""What was found, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from takens._protocols.score import Score
from takens._run.results import Results

_NONE: Final = "\N{EN DASH}"


def of_verdict(results: Results) -> str:
    """Return the verdict with a line for each aspect, and the remarks of the training."""
    found = results.verdict
    lines = [f"**{found.sentence}**", "", *(f"- {line}" for line in found.lines())]
    return "\n".join([*lines, "", *results.remarks]).strip()


def of_scores(scores: Mapping[str, Score]) -> str:
    """Return a table of all scores, those without a value with the reason."""
    rows = [
        "| metric | value | error | reference | floor | unit | convention |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, score in scores.items():
        value = _number(score.value)
        if score.value is None:
            value = f"none: {score.reason or 'no reason was given'}"
        numbers = [_number(n) for n in (score.error, score.reference, score.floor)]
        cells = [name, value, *numbers, score.unit or _NONE, score.convention or _NONE]
        rows.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(rows)


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.4g}"
