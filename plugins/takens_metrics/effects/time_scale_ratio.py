"""How much slower or faster the runs are."""

from __future__ import annotations

import math
from typing import Final, final

import numpy as np
import torch
from torch import Tensor

import takens
from takens_metrics.effects.block_errors import compare_blocks, cut, doubt
from takens_metrics.effects.effect_score import Effect, EffectMetric
from takens_metrics.effects.samples import Samples
from takens_metrics.settings import TimeScaleRatioSettings

# Maxima are counted of means over so much of a period, which noise does not split.
_SMOOTHING: Final = 8
# Below so many samples, a lag says where samples are rather than how long a record remembers.
_SHORTEST_LAG: Final = 3
# Lags are looked at from half to twice that of the truth.
_LAGS: Final = np.linspace(0.5, 2.0, 16)
_LEVEL: Final = math.exp(-1)
_SLOWEST: Final = 1e3
# What the truth itself does not give to within so much tells nothing of a run.
_KNOWN: Final = 0.05 / 3


@final
class TimeScaleRatio(TimeScaleRatioSettings, EffectMetric):
    """The time scales of the free runs over those of the truth: above 1 the runs are slower.

    Of each variable, the mean time between two maxima, or the lag at which its
    autocorrelation falls to 1/e, whichever the truth itself tells better. Variables of which
    the truth tells neither to within 1.7 % are left out, all but the best. The value is that
    which is farthest from 1; ``parts`` holds all. Runs that diverged do not count.

    Source: Kuensch (1989), The jackknife and the bootstrap for general stationary
    observations, Ann. Statist. 17, 1217-1241 (for the errors).
    """

    name = "time_scale_ratio"
    evidence = takens.plugin.Evidence("time scales", "estimate", "ratios", 0.05)

    def effect(self, samples: Samples, names: tuple[str, ...]) -> Effect:
        """Return the ratios of the time scales that the truth tells well."""
        stride = max(1, int(samples.periods.min() / _SMOOTHING))
        lags = [_memory(samples.truth[..., i]) for i in range(len(names))]

        def features(x: Tensor, count: int) -> Tensor:
            # (blocks, 2 + 2 + lags, n)
            maxima = _between_maxima(x, stride, count)
            return torch.cat((maxima, _covariances(x, lags, count)), 1)

        def scales(means: Tensor) -> Tensor:
            # (..., 2 n): first the times between maxima, then the lags.
            count, span, *rest = means.unbind(-2)
            return torch.cat((span / count, _crossing(torch.stack(rest, -2), lags)), -1)

        def statistic(of_truth: Tensor, of_runs: Tensor) -> Tensor:
            # A run that rests has no maximum.
            return (scales(of_runs) / scales(of_truth)).nan_to_num(_SLOWEST).clamp(max=_SLOWEST)

        of_truth, of_runs = samples.measure(features)
        usable = scales(of_truth.mean(0)).isfinite()
        if not bool(usable.any()):
            raise takens.errors.DataError(
                "time_scale_ratio found no maximum and no memory in the truth: its variables "
                "have no time scale at this sampling interval. Leave the metric out."
            )
        own = compare_blocks(of_truth, of_truth, statistic)
        errors = torch.zeros(usable.shape) if own.error is None else own.error
        errors = torch.where(usable, errors, math.inf).double()
        kept = _kept(errors.reshape(2, -1), own.over)
        about = [f"{name}, time between maxima" for name in names]
        about += [f"{name}, memory" for name in names]
        found = compare_blocks(of_truth, of_runs, lambda t, r: statistic(t, r)[..., kept])
        return Effect(
            names=tuple(about[i] for i in kept),
            found=found,
            reference=1.0,
            unit="1",
            convention="ratio of times between maxima or of memories",
            details={
                "known_to": {
                    name: error
                    for name, error in zip(about, map(float, errors), strict=True)
                    if math.isfinite(error)
                }
            },
        )


def _kept(errors: Tensor, over: int) -> list[int]:
    """Choose of `errors: (2, n)` those that the truth tells well, or the one it tells best.

    What seems best among errors that are uncertain themselves was partly lucky: memories are
    chosen where they seem twice as good, and an error counts with its upper bound.
    """
    variables = errors.shape[1]
    lowest, which = (errors * torch.tensor([[1.0], [2.0]])).min(0)
    bound = lowest * doubt(over)
    chosen = [int(scale) * variables + i for i, scale in enumerate(which)]
    good = [i for i, error in zip(chosen, map(float, bound), strict=True) if error <= _KNOWN]
    return good or [chosen[int(lowest.argmin())]]


def _between_maxima(x: Tensor, stride: int, count: int) -> Tensor:
    """Return the number and sum of the times between maxima of `x: (records, T, n)` by blocks.

    `(blocks, 2, n)`, in samples, of ``count`` blocks in each record, by the block that a time
    ends in. All of a record add up to the time from its first maximum to its last: of what
    oscillates regularly, that is known far better than the times within blocks.
    """
    records, length, n = x.shape
    y = x[:, : length // stride * stride].reshape(records, -1, stride, n).mean(2)
    before, middle, after = y[:, :-2], y[:, 1:-1], y[:, 2:]
    highest = (middle > before) & (middle >= after)
    each = -(-highest.shape[1] // count)
    blank = highest.new_zeros(records, each * count - highest.shape[1], n)
    blocks = torch.cat((highest, blank), 1).reshape(records, count, each, n)
    found = blocks.any(2).byte().cummax(1).values.bool()
    last = each - 1 - blocks.flip(2).byte().argmax(2)
    last = torch.where(blocks.any(2), last + each * torch.arange(count)[:, None], 0)
    first = highest.byte().argmax(1, keepdim=True)
    at = torch.cat((first, torch.where(found, last.cummax(1).values, first)), 1)
    a, b, c = (part.gather(1, at) for part in (before, middle, after))
    # The summit of the parabola through three points.
    places = at + 0.5 * (a - c) / (a - 2 * b + c).clamp(max=-1e-300)
    known = blocks.sum(2).cumsum(1).sub(1).clamp(min=0)
    intervals = known.diff(dim=1, prepend=torch.zeros_like(known[:, :1]))
    span = torch.where(intervals > 0, places.diff(dim=1), 0.0) * stride
    return torch.stack((intervals.double(), span), 2).reshape(-1, 2, n)


def _memory(x: Tensor) -> float:
    """Return the lag where the autocorrelation of `x: (segments, T)` falls to 1/e, or NaN."""
    curve = takens.plugin.autocorrelation(x.T.numpy(), x.shape[1] // 10).mean(1)
    below = np.flatnonzero(curve < _LEVEL)
    if not len(below):
        return math.nan
    i = int(below[0])
    lag = i - (_LEVEL - curve[i]) / (curve[i - 1] - curve[i])
    return float(lag) if lag >= _SHORTEST_LAG else math.nan


def _places(lag: float) -> list[int]:
    return [] if math.isnan(lag) else [round(lag * factor) for factor in _LAGS]


def _covariances(x: Tensor, lags: list[float], count: int) -> Tensor:
    """Return means of `x: (records, T, n)` and of its products with itself at lag 0 and others.

    `(blocks, 2 + lags, n)`, of ``count`` blocks in each record.
    """
    found: list[Tensor] = []
    for i, lag in enumerate(lags):
        column = x[..., i : i + 1]
        places = _places(lag)
        if not places:
            shape = (len(x) * count, 2 + len(_LAGS))
            found.append(column.new_full(shape, math.nan))
            continue
        # Neighbours tell the same.
        stride = max(1, int(lag / 6))
        last = x.shape[1] - places[-1]
        now = cut(column[:, :last:stride], count)
        products = [
            (now * cut(column[:, h : last + h : stride], count)).mean((1, 2))
            for h in (0, *places)
        ]
        found.append(torch.stack((now.mean((1, 2)), *products), 1))
    return torch.stack(found, -1)


def _crossing(means: Tensor, lags: list[float]) -> Tensor:
    """Return where the autocorrelation of `means: (..., 2 + lags, n)` first falls to 1/e.

    `(..., n)`, from the first lag that was looked at to the last.
    """
    square, variance, covariance = means[..., 0, :] ** 2, means[..., 1, :], means[..., 2:, :]
    curve = (covariance - square[..., None, :]) / (variance - square)[..., None, :]
    below = curve < _LEVEL
    below[..., -1, :] = True
    at = below.byte().argmax(-2, keepdim=True)
    before = (at - 1).clamp(min=0)
    high, low = curve.gather(-2, before), curve.gather(-2, at)
    part = ((high - _LEVEL) / (high - low).clamp(min=1e-300)).clamp(0, 1)
    grid = torch.tensor([_places(lag) or [math.nan] * len(_LAGS) for lag in lags]).T
    grid = grid.to(curve).expand(curve.shape)
    left, right = grid.gather(-2, before), grid.gather(-2, at)
    return (left + part * (right - left)).squeeze(-2)
