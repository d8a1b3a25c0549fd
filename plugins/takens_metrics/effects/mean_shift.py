"""How far the means are shifted."""

from typing import final

import takens
from takens_metrics.effects.block_errors import compare_blocks, cut
from takens_metrics.effects.effect_score import Effect, EffectMetric
from takens_metrics.effects.samples import Samples
from takens_metrics.settings import MeanShiftSettings


@final
class MeanShift(MeanShiftSettings, EffectMetric):
    """How far the mean of each variable is shifted, in standard deviations of the truth.

    The value is that of the variable that is farthest from 0; ``parts`` holds all. Runs that
    diverged do not count.

    Source: Kuensch (1989), The jackknife and the bootstrap for general stationary
    observations, Ann. Statist. 17, 1217-1241 (for the errors).
    """

    name = "mean_shift"
    evidence = takens.plugin.Evidence("means", "estimate", "means", 0.15)

    def effect(self, samples: Samples, names: tuple[str, ...]) -> Effect:
        """Return the differences of means."""
        # The standard deviation that is the unit is known far better than the mean.
        return Effect(
            names=names,
            found=compare_blocks(
                *samples.measure(lambda x, count: cut(x, count).mean(1)),
                lambda of_truth, of_runs: of_runs - of_truth,
            ),
            reference=0.0,
            unit="standard deviations",
            convention="difference of means",
        )
