"""The scores of a subject, by the names of their metrics."""

from __future__ import annotations

from typing import final

from takens._judging.score_table import COLUMNS, score_rows
from takens._printed import aligned, table
from takens._protocols.score import Score


@final
class Scores(dict[str, Score]):
    """Scores by the names of their metrics, which print as a table."""

    def __repr__(self) -> str:
        """Show a row for each score, without its convention."""
        return aligned([COLUMNS[:-1], *(row[:-1] for row in score_rows(self))])

    def _repr_html_(self) -> str:
        return table("Scores", score_rows(self), COLUMNS)
