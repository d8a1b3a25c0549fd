"""Truth and runs, ready to be compared as samples of two processes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final, final

import attrs
import torch
from torch import Tensor

import takens
from takens_metrics.effects.block_errors import pieces
from takens_metrics.records import remembered
from takens_metrics.spectra.time_scales import mean_frequencies, theiler_window

_SHORTEST: Final = 16
# In standard deviations: farther out everything is equally wrong, and cubes are still finite.
_FARTHEST: Final = 1e12
# So many numbers at once stay in a processor's cache.
_AT_ONCE: Final = 100_000


@final
@attrs.frozen(eq=False)
class Samples:
    """Records `truth: (segments, T, n)`, and `runs: (finite, T', n)` in the data's units.

    The truth is in units in which each variable has mean 0 and standard deviation 1;
    `mean: (n,)` and `deviation: (n,)` lead to them. ``runs`` are those that stayed finite,
    `alive: (runs,)` says which. ``memory`` is how long the truth remembers and `periods:
    (n,)` are the mean periods of its variables, in samples.
    """

    truth: Tensor
    runs: Tensor
    alive: Tensor
    memory: int
    periods: Tensor
    mean: Tensor
    deviation: Tensor

    @property
    def period(self) -> float:
        """The mean period over all variables, in samples."""
        return 1 / float((1 / self.periods).mean())

    def each(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Return the runs in units of the truth, `(some, T', n)`, and which of all they are."""
        runs, length, n = self.runs.shape
        some = max(1, _AT_ONCE // (length * n))
        # Spread out, since a last dimension of few numbers is slow to broadcast over.
        mean, unit = (x.expand(length, n).contiguous() for x in (self.mean, self.deviation))
        places = self.alive.nonzero().squeeze(1)
        for i in range(0, runs, some):
            x = self.runs[i : i + some]
            x = ((x - mean) / unit).clamp_(-_FARTHEST, _FARTHEST)
            yield places[i : i + some], x

    def measure(self, features: Callable[[Tensor, int], Tensor]) -> tuple[Tensor, Tensor]:
        """Return features of blocks of time, `(blocks, ...)` each, of the truth and the runs.

        ``features`` takes records in units of the truth, `(records, T, n)`, and the number of
        blocks that each is to be cut into.
        """
        (segments, length, _), (runs, steps, _) = self.truth.shape, self.runs.shape
        count = pieces(runs, steps, self.memory)
        return (
            features(self.truth, pieces(segments, length, self.memory)),
            torch.cat([features(x, count) for _, x in self.each()]),
        )

    @classmethod
    def of(cls, metric: str, truth: takens.TimeSeries, runs: takens.TimeSeries) -> Samples:
        """Take truth and runs as a metric is given them.

        Raises: DataError, naming the metric, where they have different variables or are
        shorter than 16 samples, or a variable of the truth does not vary.
        """
        x, y = (each.x.detach().to("cpu", torch.float64).contiguous() for each in (truth, runs))
        if x.ndim != 3 or y.ndim != 3 or x.shape[-1] != y.shape[-1]:
            raise takens.errors.DataError(
                f"{metric} compares records (segments, T, n) with runs (runs, T', n) of the "
                f"same variables; got {tuple(x.shape)} and {tuple(y.shape)}."
            )
        if min(x.shape[1], y.shape[1]) < _SHORTEST:
            raise takens.errors.DataError(
                f"{metric} needs at least {_SHORTEST} samples in time; got {x.shape[1]} of the "
                f"truth and {y.shape[1]} of the runs."
            )
        known = _of_truth(truth)
        units = map(float, known.deviation)
        for name, unit in zip(truth.columns, units, strict=True):
            if not 0 < unit < math.inf:
                raise takens.errors.DataError(
                    f"{metric} measures in standard deviations of the truth, and that of "
                    f"column {name!r} is {unit:g}; leave the column out, or rescale it."
                )
        # A sum of finite terms is finite, and is found in one pass.
        alive = y.sum((1, 2)).isfinite()
        return cls(
            truth=known.x,
            runs=y if bool(alive.all()) else y[alive],
            alive=alive,
            memory=known.memory,
            periods=known.periods,
            mean=known.mean,
            deviation=known.deviation,
        )


@final
@attrs.frozen(eq=False)
class _Truth:
    """A truth in its own units, `x: (segments, T, n)`, and what is known of it."""

    x: Tensor
    mean: Tensor
    deviation: Tensor
    memory: int
    periods: Tensor


@remembered
def _of_truth(truth: takens.TimeSeries) -> _Truth:
    x = truth.x.detach().to("cpu", torch.float64).contiguous()
    mean = x.mean((0, 1))
    deviation = (x - mean).square().mean((0, 1)).sqrt()
    deviation = torch.where(x.amax((0, 1)) == x.amin((0, 1)), 0.0, deviation)
    x = (x - mean) / torch.where(deviation > 0, deviation, 1.0)
    return _Truth(x, mean, deviation, theiler_window(x[0].numpy()), mean_periods(x))


def mean_periods(x: Tensor) -> Tensor:
    """Return the mean period of each variable of `x: (records, T, n)`, in samples: `(n,)`."""
    each = [torch.from_numpy(mean_frequencies(record.numpy())) for record in x]
    return 1 / torch.stack(each).mean(0)
