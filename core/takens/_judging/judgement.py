"""What a judgement is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import attrs

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._judging.criteria import Criteria
from takens._judging.verdict import Verdict, verdict
from takens._printed import Printed
from takens._protocols.score import Score


@final
@attrs.frozen(eq=False, repr=False)
class Judgement(Printed):
    """The scores of a subject, and the free runs that they were taken from.

    ``reference`` is the segment of truth that the runs, equally long, are compared with; of
    several members ``free`` are those of the first. ``criteria`` are what the verdict is held
    to.
    """

    scores: Mapping[str, Score]
    reference: TimeSeries
    free: FreeRun
    criteria: Criteria = attrs.field(factory=Criteria)

    @property
    def verdict(self) -> Verdict:
        """Whether the subject is right, as far as the scores tell."""
        return verdict(self.scores, self.criteria)
