"""How much the runs would change if time went backwards."""

from __future__ import annotations

import itertools
import math
from typing import Final, final

import torch
from torch import Tensor

import takens
from takens_metrics.effects.block_errors import Comparison, compare_blocks, cut, doubt
from takens_metrics.effects.effect_score import Effect, EffectMetric
from takens_metrics.effects.samples import Samples
from takens_metrics.settings import TimeAsymmetrySettings

# Lags, in mean periods.
_LAGS: Final = (1 / 8, 1 / 4, 1 / 2)
# Samples of a period that are looked at; neighbours tell the same.
_SAMPLES: Final = 16
# Each variable is paired with itself and with those that follow it, so many in all.
_PAIRED: Final = 6
# The asymmetry of the truth is a unit to measure in where it is so many times its standard
# error, which counts with its upper bound: what seems clear was partly lucky.
_CLEAR: Final = 5.0
# The standard deviation of x(t)^2 y(t + h) - x(t + h)^2 y(t) for independent normal numbers.
_UNIT: Final = math.sqrt(6)
_STILL: Final = 1e-12


@final
class TimeAsymmetry(TimeAsymmetrySettings, EffectMetric):
    """How asymmetric in time the free runs are: 1 is as the truth, -1 the truth reversed.

    The means of `x(t)^2 y(t + h) - x(t + h)^2 y(t)` over pairs of variables and lags h of
    1/8, 1/4 and 1/2 mean period change their sign with the direction of time, and vanish for
    linear Gaussian processes. The value is their component along those of the truth, as a
    share of these. Where the truth has no clear asymmetry, it is instead the difference, mean
    over the lags and of the pair where that is largest, in units of what the product of
    independent normal numbers varies by, and 0 is right. Runs that diverged do not count.

    Source: Ramsey, Rothman (1996), Time irreversibility and business cycle asymmetry, J. Money
    Credit Bank. 28, 1-21, eq. 3.
    """

    # A fifth of the asymmetry: rho 26 for 28 in the Lorenz system changes it by 0.12.
    name = "time_asymmetry"
    evidence = takens.plugin.Evidence("time asymmetry", "estimate", "asymmetry", 0.2)

    def effect(self, samples: Samples, names: tuple[str, ...]) -> Effect:
        """Return the share of the truth's asymmetry, or differences where it has none."""
        n, period = len(names), samples.period
        lags = sorted({max(1, round(period * part)) for part in _LAGS})
        pairs = [
            (i, (i + j) % n) for i, j in itertools.product(range(n), range(min(n, _PAIRED)))
        ]
        stride = max(1, int(period / _SAMPLES))
        of_truth, of_runs = samples.measure(
            lambda x, count: _products(x, count, lags, pairs, stride)
        )
        own, theirs = (
            compare_blocks(each, each, lambda _, left: _moments(left, lags, pairs))
            for each in (of_truth, of_runs)
        )
        noise, most = _noise(own), doubt(own.over) ** 2
        # Few blocks seem to vary little by luck; runs, where they vary more, say how much.
        longer = samples.runs[..., 0].numel() / samples.truth[..., 0].numel()
        noise = max(noise, min(longer * _noise(theirs), most * noise))
        size = float(own.value.square().sum())
        if size > _CLEAR**2 * most * noise:

            def share(of_truth: Tensor, of_runs: Tensor) -> Tensor:
                along, found = (_moments(x, lags, pairs) for x in (of_truth, of_runs))
                # Noise lengthens what is projected on.
                length = along.square().sum(-1, keepdim=True) - noise
                return (along * found).sum(-1, keepdim=True) / length

            return Effect(
                names=("all pairs",),
                found=compare_blocks(of_truth, of_runs, share),
                reference=1.0,
                unit="1",
                convention="asymmetry in time along that of the truth",
                details={"lags": lags, "truth": own.value.reshape(len(lags), -1).T.tolist()},
            )

        def difference(of_truth: Tensor, of_runs: Tensor) -> Tensor:
            apart = _moments(of_runs, lags, pairs) - _moments(of_truth, lags, pairs)
            return apart.reshape(*apart.shape[:-1], len(lags), len(pairs)).mean(-2) / _UNIT

        return Effect(
            names=tuple(f"{names[i]} and {names[j]}" for i, j in pairs),
            found=compare_blocks(of_truth, of_runs, difference),
            reference=0.0,
            unit="1",
            convention="difference of asymmetries in time",
            details={"lags": lags},
        )


def _noise(found: Comparison) -> float:
    return math.inf if found.error is None else float(found.error.square().sum())


def _products(
    x: Tensor, count: int, lags: list[int], pairs: list[tuple[int, int]], stride: int
) -> Tensor:
    """Return what moments are made of, `(blocks, 2 n + 2 lags pairs)`, of `(records, T, n)`."""
    first, second = (list(each) for each in zip(*pairs, strict=True))
    last = x.shape[1] - lags[-1]
    now = cut(x[:, :last:stride], count)
    parts = [now.mean(1), now.square().mean(1)]
    for h in lags:
        later = cut(x[:, h : last + h : stride], count)
        cubes = now.square().mT @ later - later.square().mT @ now
        squares = now.mT @ later - later.mT @ now
        parts += [each[:, first, second] / now.shape[1] for each in (cubes, squares)]
    return torch.cat(parts, 1)


def _moments(means: Tensor, lags: list[int], pairs: list[tuple[int, int]]) -> Tensor:
    """Return `(..., lags pairs)` about the means and in units of the standard deviations."""
    n = 1 + max(i for i, _ in pairs)
    mean, square = means[..., :n], means[..., n : 2 * n]
    deviation = (square - mean.square()).clamp(min=_STILL).sqrt()
    products = means[..., 2 * n :].reshape(*means.shape[:-1], len(lags), 2, len(pairs))
    cubes, squares = products[..., 0, :], products[..., 1, :]
    first, second = (list(each) for each in zip(*pairs, strict=True))
    about = cubes - 2 * mean[..., None, first] * squares
    unit = deviation[..., first].square() * deviation[..., second]
    return (about / unit[..., None, :]).flatten(-2)
