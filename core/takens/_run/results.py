"""What a run found, as figures and the report see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import attrs

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun
from takens._examining.examination import Examination
from takens._judging.criteria import Criteria
from takens._judging.verdict import Verdict, verdict
from takens._printed import Printed
from takens._protocols.score import Score
from takens._run.forecast import Forecast
from takens._run.in_units import ForecastErrors, InUnits


@final
@attrs.frozen(eq=False, kw_only=True, repr=False)
class Results(Printed):
    """Everything about one run.

    ``history`` holds a mapping for each logged step, with at least ``step``, ``loss``,
    ``gradient_norm`` and ``learning_rate``. ``training`` is what was learned from, `(T, n)`;
    ``reference`` is the truth that the free runs, `(runs, T, n)`, are judged against.
    ``learned`` is what a scheme found besides the weights, such as parameters and their
    errors, and ``remarks`` are what was seen while training, in words. The verdict is held to
    the ``criteria``. ``examination`` says what the training data can bear, ``forecast`` what
    comes after the record, where that was asked for. Where data were prepared, ``training``,
    ``reference`` and ``free`` are of data as they became, and ``in_units`` brings reference and
    runs back. ``forecast_errors`` are in the units of the data.
    """

    title: str
    history: tuple[Mapping[str, Any], ...]
    training: TimeSeries
    reference: TimeSeries
    free: FreeRun
    scores: Mapping[str, Score]
    learned: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    remarks: tuple[str, ...] = ()
    criteria: Criteria = attrs.field(factory=Criteria)
    examination: Examination | None = None
    forecast: Forecast | None = None
    in_units: InUnits | None = None
    forecast_errors: ForecastErrors | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether the model is right, as far as the scores tell."""
        return verdict(self.scores, self.criteria)
