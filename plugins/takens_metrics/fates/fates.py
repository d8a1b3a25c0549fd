"""What becomes of runs: they diverge, leave, come to rest, or end on a cycle."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, final

import attrs
import torch
from torch import Tensor

from takens_metrics.effects.samples import Samples
from takens_metrics.fates.ending import Ending, endings
from takens_metrics.fates.recurrence import Recurrence

# What is farther out than so many standard deviations has diverged.
_DIVERGED: Final = 1e6
# The fewest samples of a window; in fewer even chaotic maps stand still by chance.
_FEWEST: Final = 8
# At rest is what moves less than so much of the least that the truth ever does.
_SHARE: Final = 0.1


@final
@attrs.frozen(eq=False)
class Fates:
    """Which runs meet which end, `(runs,)` each; no run meets two.

    `at: (runs, n)` is where they are on average over the last mean period, in the units of
    the data, and `length: (runs,)` that of the cycle, in samples.
    """

    diverged: Tensor
    left: Tensor
    rest: Tensor
    cycle: Tensor
    at: Tensor
    length: Tensor

    @classmethod
    def of(cls, samples: Samples) -> Fates:
        """Compare the runs with what the truth does.

        Runs leave where they are outside the box around the truth, widened by its range on
        each side; see ``Rest`` and ``Recurrence`` for the others.
        """
        truth, count = samples.truth, len(samples.alive)
        rest = Rest.of(truth, samples.period)
        recurrence = Recurrence.of(
            truth, samples.runs.shape[1], samples.periods, samples.memory
        )
        low, high = truth.amin((0, 1)), truth.amax((0, 1))
        low, high = 2 * low - high, 2 * high - low
        # Runs with numbers that are not finite have diverged.
        none = torch.zeros(count, dtype=torch.bool)
        found = cls(
            diverged=~samples.alive,
            left=none.clone(),
            rest=none.clone(),
            cycle=none.clone(),
            at=samples.mean.repeat(count, 1),
            length=none.double(),
        )
        for which, x in samples.each():
            bottom, top = x.amin(1), x.amax(1)
            diverged = torch.maximum(-bottom, top).amax(1) > _DIVERGED
            left = ((bottom < low) | (top > high)).any(-1)
            still = rest.found(x)
            cycle, length = recurrence.found(x)
            found.diverged[which] = diverged
            found.left[which] = left & ~diverged
            found.rest[which] = still & ~left
            found.cycle[which] = cycle & ~left & ~still
            found.at[which] = x[:, -rest.window :].mean(1) * samples.deviation + samples.mean
            found.length[which] = length.double()
        return found

    @property
    def dead(self) -> Tensor:
        """Which runs meet one of these ends: `(runs,)`."""
        return self.diverged | self.left | self.rest | self.cycle

    def endings(self, deviation: Tensor, dt: float) -> Iterator[Ending]:
        """Say how many meet which end, in words."""
        yield from endings("come to rest", self.at[self.rest], deviation)
        if count := int(self.cycle.sum()):
            length = float(self.length[self.cycle].median()) * dt
            yield Ending(f"end on a cycle of {length:.3g} time units", count)
        for what, which in (
            ("leave the region of the data", self.left),
            ("diverge", self.diverged),
        ):
            if count := int(which.sum()):
                yield Ending(what, count)


@final
@attrs.frozen
class Rest:
    """What counts as rest: a spread below ``bound`` over the last ``window`` samples."""

    window: int
    bound: float

    @classmethod
    def of(cls, truth: Tensor, period: float) -> Rest:
        """Look for the quietest mean period of the truth `(segments, T, n)`, which is 10 times
        as active as what counts as rest.
        """
        window = min(max(math.ceil(period), _FEWEST), truth.shape[1])
        windows = truth.unfold(1, window, max(1, window // 4))
        return cls(window, _SHARE * float(windows.var(-1).mean(-1).min().sqrt()))

    def found(self, runs: Tensor) -> Tensor:
        """Return which of `(runs, T, n)` are at rest at their end: `(runs,)`."""
        return runs[:, -self.window :].var(1).mean(-1).sqrt() < self.bound
