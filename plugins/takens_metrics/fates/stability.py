"""How many free runs do not stay alive."""

from __future__ import annotations

from typing import final

import takens
from takens_metrics.effects.samples import Samples
from takens_metrics.fates.ending import clause
from takens_metrics.fates.fates import Fates
from takens_metrics.settings import StabilitySettings


@final
class Stability(StabilitySettings):
    """The share of all free runs that do not stay alive.

    Those that diverge, that leave the box around the data, widened by its range on each side,
    that come to rest, or that end on a cycle which the data are not on. At rest is what moves,
    over the last mean period, less than a tenth of what the data do at their quietest. On a
    cycle is what comes back ten times closer than the data ever do, and to 0.3 % of a standard
    deviation, for two windows in a row, each of 20 mean periods or an eighth of the record.

    Source: Eckmann, Kamphorst, Ruelle (1987), Recurrence plots of dynamical systems, Europhys.
    Lett. 4, 973-977 (for returns).
    """

    evidence = takens.plugin.Evidence("stability", "share")

    def compare_records(
        self, truth: takens.TimeSeries, runs: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare `(segments, T, n)` of the truth with `(runs, T', n)`.

        Raises: DataError where they do not fit together.
        """
        samples = Samples.of("stability", truth, runs)
        fates = Fates.of(samples)
        found = list(fates.endings(samples.deviation, truth.dt))
        count = len(fates.dead)
        return takens.Score(
            value=float(fates.dead.double().mean()),
            unit="1",
            error_unit="free runs",
            remark=clause(found, "do not stay alive"),
            reference=0.0,
            trials=count,
            convention=f"share of free runs of {runs.x.shape[1]} samples",
            details={"endings": [each.to_json(count) for each in found]},
        )
