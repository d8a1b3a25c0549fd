"""Scores in columns and in words, alike in the terminal and in the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

import attrs

from takens._printed import aligned, digits, table
from takens._protocols.score import Score

COLUMNS: Final = ("metric", "value", "unit", "reference", "floor", "convention")
_BESIDE: Final = (
    "metric",
    "error_from",
    "reference_error",
    "truth",
    "truth_error",
    "floors",
    "baselines",
    "resolution",
    "members",
    "runs",
)
NONE: Final = "\N{EN DASH}"


def score_rows(scores: Mapping[str, Score]) -> list[tuple[str, ...]]:
    """Return a row of texts for each score, in the order of ``COLUMNS``."""
    return [
        (
            name,
            "none" if score.value is None else measured(score.value, score.error),
            score.unit or NONE,
            _given(score.reference),
            _given(score.floor, digits=3),
            score.convention or NONE,
        )
        for name, score in scores.items()
    ]


def score_words(score: Score) -> str:
    """Say what a score found, to follow the name of its metric."""
    if score.value is None:
        return f"has no value: {score.reason.removesuffix('.') or 'no reason was given'}"
    words = f"is {measured(score.value, score.error)}{_unit(score.unit)}"
    if score.reference is not None:
        words += f", {_distance(score.value, score.error, score.reference)}"
    if score.floor is not None:
        words += f"; its floor is {_given(score.floor, digits=3)}"
        if score.floor_from:
            words += f" ({score.floor_from})"
    return words


def score_details(score: Score) -> dict[str, Any]:
    """Return all that the table has no column for, to be shown."""
    fields = attrs.asdict(score, filter=lambda field, value: field.name in _BESIDE and value)
    runs = {} if score.runs is None else {"runs": score.runs.count, **fields.pop("runs")}
    return fields | runs | dict(score.details)


def measured(value: float, error: float | None) -> str:
    """Write a value, with its standard error to two digits and no digit beyond those.

    Without an error it has three significant digits.
    """
    if error is None:
        return f"{value:.3g}"
    if error == 0:
        return f"{value:.4g} ± 0"
    size, last = _exponent(max(abs(value), error)), _exponent(error) - 1
    if size - last > 10:
        return f"{value:.10g} ± {error:.1e}"
    if -4 <= size < 5:
        places = max(-last, 0)
        return f"{round(value, -last):z.{places}f} ± {round(error, -last):.{places}f}"
    scale, digits = 10.0**size, size - last
    return f"({value / scale:z.{digits}f} ± {error / scale:.{digits}f})e{size:+03d}"


def _exponent(number: float) -> int:
    # Of the number as it is written with two digits: 0.0996 is written 0.10.
    return int(f"{number:.1e}".partition("e")[2])


def _given(number: float | None, digits: int = 4) -> str:
    return NONE if number is None else f"{number:.{digits}g}"


def _unit(unit: str) -> str:
    one, slash, below = unit.partition("/")
    if slash and one.strip() == "1":
        return f" per {below.strip()}"
    return f" {unit}" if unit not in ("", "1") else ""


def _distance(value: float, error: float | None, reference: float) -> str:
    if value == reference:
        return f"equal to the reference of {_given(reference)}"
    parts: list[str] = []
    if error:
        count = f"{abs(value - reference) / error:.1f}"
        parts.append(f"{count} standard error{'' if count == '1.0' else 's'}")
    if reference:
        parts.append(f"{digits(100 * abs(value / reference - 1), 2)} %")
    far = f"{parts[0]} ({parts[1]}) " if len(parts) == 2 else f"{parts[0]} " if parts else ""
    return (
        f"{far}{'above' if value > reference else 'below'} the reference of {_given(reference)}"
    )


@final
class Scores(dict[str, Score]):
    """Scores by the names of their metrics, which print as a table.

    Where every recording was judged against by itself, ``recordings`` are their scores, and
    ``left_out`` says of those that were too short why.
    """

    def plot(self, **options: Any) -> Any:
        """Draw them, as ``takens.plot.scores`` does; return the axes."""
        import takens

        return takens.plot.of(self, **options)

    def __init__(
        self,
        scores: Mapping[str, Score] = {},
        *,
        recordings: Mapping[str, Scores] | None = None,
        left_out: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scores)
        self.recordings = dict(recordings or {})
        self.left_out = dict(left_out or {})

    def __repr__(self) -> str:
        """Show a row for each score, without its convention, or for each recording."""
        if not self.recordings:
            return aligned([COLUMNS[:-1], *(row[:-1] for row in score_rows(self))])
        rows = [("recording", *self)]
        for name, scores in (*self.recordings.items(), ("all", self)):
            values = [scores[metric].value for metric in self]
            rows.append((name, *("none" if v is None else f"{v:.3g}" for v in values)))
        return aligned(rows)

    def _repr_html_(self) -> str:
        return table("Scores", score_rows(self), COLUMNS)
