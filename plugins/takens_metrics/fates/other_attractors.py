"""Where runs end that do not start on the data."""

from __future__ import annotations

import math
from typing import Final, final

import torch

import takens
from takens_metrics.effects.samples import Samples, mean_periods
from takens_metrics.fates.cells import Cells
from takens_metrics.fates.ending import clause, endings
from takens_metrics.fates.fates import Fates
from takens_metrics.fates.neighbourhood import Neighbourhood
from takens_metrics.settings import OtherAttractorsSettings

# Mean periods that are left out, and that are looked at.
_TRANSIENT: Final = 10
_FEWEST: Final = 30
_MOST: Final = 100
# Numbers that all runs have together, which bounds memory and time.
_NUMBERS: Final = 30_000_000
_FEWEST_STARTS: Final = 200


@final
class OtherAttractors(OtherAttractorsSettings):
    """The share of a box around the data from where runs end where the data never are.

    Runs start at random in the box of ``box`` standard deviations on each side of the mean.
    After ten mean periods they are watched for a hundred, or as many as so many starts leave
    time for, thirty at least. They end elsewhere where they do not stay alive (see
    ``stability``), where most of a run is farther from every observation than these are from
    each other, or where a run stays on a part of the data that windows of the data as long as
    it do not stay on. Where the true system is known, its own share is the reference.

    Source: Menck, Heitzig, Marwan, Kurths (2013), How basin stability complements the linear-
    stability paradigm, Nat. Phys. 9, 89-92.
    """

    evidence = takens.plugin.Evidence("other attractors", "share")

    def starts(self, truth: takens.TimeSeries, /) -> takens.plugin.Starts:
        """Return observations in the box around `(segments, T, n)`, always the same."""
        x = truth.x.detach().to("cpu", torch.float64)
        n = x.shape[2]
        mean, deviation = x.mean((0, 1)), x.std((0, 1))
        period = 1 / float((1 / mean_periods(x)).mean())
        steps = min(_MOST * period, max(_FEWEST * period, _NUMBERS / (self.count * n)))
        count = max(
            min(self.count, int(_NUMBERS / (steps * n))), min(_FEWEST_STARTS, self.count)
        )
        generator = torch.Generator().manual_seed(0)
        places = 2 * torch.rand(count, n, generator=generator, dtype=torch.float64) - 1
        return takens.plugin.Starts(
            x=mean + self.box * deviation * places,
            transient=math.ceil(_TRANSIENT * period),
            steps=max(16, math.ceil(steps)),
        )

    def compare_records(
        self, truth: takens.TimeSeries, runs: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare `(segments, T, n)` of the truth with the ends of runs, `(starts, steps, n)`.

        Raises: DataError where they do not fit together.
        """
        samples = Samples.of("other_attractors", truth, runs)
        fates = Fates.of(samples)
        cells = Cells.of(samples.truth, runs.x.shape[1], samples.period)
        data = Neighbourhood.of(samples.truth)
        elsewhere, part = (torch.zeros_like(fates.left) for _ in range(2))
        middle = torch.zeros_like(fates.at)
        for which, x in samples.each():
            elsewhere[which] = data.left(x)
            part[which] = cells.found(x)
            middle[which] = x.mean(1) * samples.deviation + samples.mean
        elsewhere &= ~fates.dead
        part &= ~(fates.dead | elsewhere)
        found = [*fates.endings(samples.deviation, truth.dt)]
        for what, ends in (
            ("stay away from all data", elsewhere),
            ("stay on one part of the data", part),
        ):
            found += endings(what, middle[ends], samples.deviation)
        count = len(part)
        return takens.Score(
            value=sum(ending.count for ending in found) / count,
            unit="1",
            error_unit="starts",
            remark=clause(found, "end where the data never are"),
            reference=0.0,
            trials=count,
            convention=(
                f"share of starts within {self.box:g} standard deviations of the mean, runs of "
                f"{runs.x.shape[1]} samples"
            ),
            details={"endings": [each.to_json(count) for each in found]},
        )
