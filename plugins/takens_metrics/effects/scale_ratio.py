"""How much more or less the variables fluctuate."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_metrics.effects.block_errors import compare_blocks, cut
from takens_metrics.effects.effect_score import Effect, EffectMetric
from takens_metrics.effects.samples import Samples
from takens_metrics.settings import ScaleRatioSettings


@final
class ScaleRatio(ScaleRatioSettings, EffectMetric):
    """The standard deviation of each variable in the free runs, over that in the truth.

    The value is that of the variable that is farthest from 1; ``parts`` holds all. Runs that
    diverged do not count.

    Source: Kuensch (1989), The jackknife and the bootstrap for general stationary
    observations, Ann. Statist. 17, 1217-1241 (for the errors).
    """

    name = "scale_ratio"
    evidence = takens.plugin.Evidence("scales", "estimate", "ratios", 0.05)

    def effect(self, samples: Samples, names: tuple[str, ...]) -> Effect:
        """Return the ratios of standard deviations."""
        return Effect(
            names=names,
            found=compare_blocks(
                *samples.measure(_moments),
                lambda of_truth, of_runs: _deviation(of_runs) / _deviation(of_truth),
            ),
            reference=1.0,
            unit="1",
            convention="ratio of standard deviations",
        )


def _moments(x: Tensor, count: int) -> Tensor:
    # (blocks, 2, n): about the truth's mean and in its units, so that little cancels.
    x = cut(x, count)
    return torch.stack((x.mean(1), x.square().mean(1)), 1)


def _deviation(moments: Tensor) -> Tensor:
    mean, square = moments.unbind(-2)
    return (square - mean.square()).clamp(min=0).sqrt()
