"""What a reconstruction gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import attrs

from takens._examining.examination import Examination
from takens._judging.verdict import Verdict
from takens._printed import Printed
from takens._run.forecast import Forecast
from takens._run.job import Run


@final
@attrs.frozen(eq=False, repr=False)
class Reconstruction(Printed):
    """What was made of data: what they are like, who was tried, and the run of the best.

    ``candidates`` holds for each what became of it, or why it was not tried.
    """

    folder: Path
    examination: Examination
    candidates: Mapping[str, Mapping[str, Any]]
    chosen: str
    run: Run
    forecast: Forecast | None
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """Whether the model is right, as far as the scores tell."""
        return self.run.results.verdict
