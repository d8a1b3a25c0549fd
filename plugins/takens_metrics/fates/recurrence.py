"""Whether runs come back to where they were, as on a cycle."""

from __future__ import annotations

import math
from typing import Final, final

import attrs
import torch
from torch import Tensor

from takens_metrics.fates.noise_level import noise_variance

# Of a record, and in mean periods, the window that has to come back, whichever is less.
_PART: Final = 8
_PERIODS: Final = 20
# Ends of windows that are looked at in each record of the truth.
_ENDS: Final = 16
# Samples that are compared in two windows after each other, and those that lags are tried at.
_PLACES: Final = 48
_FIRST: Final = 12
# Lags are tried so many times in the shortest mean period, and then looked at closely.
_TRIED: Final = 16
# A cycle comes back so much closer than the truth ever does, and within so many standard
# deviations: in a short record the truth has few chances to.
_CLOSER: Final = 0.1
_CLOSE: Final = 0.003
# Truth that comes back closer than this is on a cycle itself.
_SAME: Final = 0.01
# Of the squared distance that noise makes, for its sampling error.
_MARGIN: Final = 1.5
# Samples on each side of a fraction, which a polynomial goes through.
_SIDE: Final = 3
_FRACTIONS: Final = 21
_GOLDEN: Final = (math.sqrt(5) - 1) / 2


@final
@attrs.frozen
class Recurrence:
    """What counts as a cycle: two windows in a row that come back closer than ``bound``.

    Both are ``window`` samples long, lags begin with ``shortest`` and are first tried at
    multiples of ``stride``; where ``bound`` is 0 the truth is on a cycle itself.
    """

    window: int
    shortest: int
    stride: int
    bound: float = 0.0

    @classmethod
    def of(cls, truth: Tensor, samples: int, periods: Tensor, memory: int) -> Recurrence:
        """Look how closely the truth `(segments, T, n)` ever comes back.

        Runs are ``samples`` long, and the truth's variables have the mean `periods: (n,)`.
        Noise in the truth is taken off.
        """
        period = 1 / float((1 / periods).mean())
        length = truth.shape[1]
        window = int(min(min(length, samples) / _PART, _PERIODS * period))
        stride = max(1, int(float(periods.min()) / _TRIED))
        plain = cls(max(window, 1), max(2, math.ceil(period)), stride)
        apart = max(1, plain.window // 2, length // (2 * _ENDS))
        ends = range(length, length // 2 + plain.window, -apart)
        found = [float(d) for end in ends for d in plain.nearest(truth[:, :end])[0]]
        nearest = min((d for d in found if math.isfinite(d)), default=0.0)
        noise = 2 * _MARGIN * noise_variance(truth, memory)
        clean = math.sqrt(max(nearest**2 - noise, 0.0))
        bound = min(_CLOSER * clean, _CLOSE) if clean > _SAME else 0.0
        return attrs.evolve(plain, bound=bound)

    def found(self, runs: Tensor) -> tuple[Tensor, Tensor]:
        """Return which of `(runs, T, n)` end on a cycle, and its length in samples.

        Both `(runs,)`.
        """
        if not self.bound:
            none = torch.zeros(len(runs))
            return none.bool(), none
        apart, lag = self.nearest(runs)
        return apart < self.bound, lag

    def nearest(self, runs: Tensor) -> tuple[Tensor, Tensor]:
        """Return how closely the ends of `(runs, T, n)` come back, and after how long.

        Both `(runs,)`, the distance as root mean square over places and variables, infinite
        where the runs are too short, or clearly come back no closer than ``bound``.
        """
        count, samples, _ = runs.shape
        s, last = self.stride, samples - 1 - _SIDE
        # Places in both windows at unequal distances, all on the grid that lags are tried on.
        reach = 2 * self.window // s
        steps = [round((i * _GOLDEN % 1) * reach) for i in range(_PLACES)]
        first, most = -(-self.shortest // s), (last - s * (reach + 1)) // s
        most -= -(-_SIDE // s)
        if most <= first or reach < 1:
            return torch.full((count,), math.inf), torch.zeros(count)
        grid = runs[:, last % s : last + 1 : s].mT.contiguous()
        end = grid.shape[-1] - 1
        tried = grid.new_zeros(count, most - first)
        moved = grid.new_zeros(count)
        for step in steps[:_FIRST]:
            at = end - step
            moved += (grid[..., at] - grid[..., at - 1]).square().sum(1)
            earlier = grid[..., at - most + 1 : at - first + 1]
            tried += (earlier - grid[..., at : at + 1]).square().sum(1)
        # From the shortest lag to the longest.
        tried = tried.flip(-1)
        least = tried.min(-1)
        # A lag may lie between two of the grid.
        allowed = 2 * least.values + moved / 3
        shortest = (tried <= allowed[:, None]).byte().argmax(-1)
        places = torch.tensor([last - s * step for step in steps])
        apart, lag = grid.new_full((count,), math.inf), grid.new_zeros(count)
        # What comes back is on the grid at most half a step away.
        reachable = moved / 2 + 2 * _FIRST * grid.shape[1] * self.bound**2
        near = (least.values <= reachable) | (not self.bound)
        for tried_at in (shortest, least.indices):
            open_ = (near & (apart > self.bound)).nonzero().squeeze(1)
            if not len(open_):
                break
            other, other_lag = self._closely(runs[open_], places, (first + tried_at[open_]) * s)
            better = other < apart[open_]
            apart[open_] = torch.where(better, other, apart[open_])
            lag[open_] = torch.where(better, other_lag.to(lag), lag[open_])
        return apart, lag

    def _closely(self, runs: Tensor, places: Tensor, lag: Tensor) -> tuple[Tensor, Tensor]:
        """Look at fractions of a sample about each run's `lag: (runs,)`."""
        count, _, n = runs.shape
        around = torch.arange(-self.stride - _SIDE, self.stride + _SIDE + 1)
        # (runs, places, around)
        at = places[:, None] - lag[:, None, None] + around
        wanted = at.clamp(0, runs.shape[1] - 1).reshape(count, -1, 1).expand(-1, -1, n)
        earlier = runs.gather(1, wanted).reshape(count, len(places), len(around), n)
        now = runs[:, places][:, :, None]
        whole = (earlier - now).square().mean((1, 3))
        inner = whole[:, _SIDE:-_SIDE].argmin(-1) + _SIDE
        near = inner[:, None] + torch.arange(-_SIDE, _SIDE + 1)
        picked = near[:, None, :, None].expand(-1, len(places), -1, n)
        samples = earlier.gather(2, picked)
        fractions = torch.einsum("fs,rpsn->rpfn", _weights(runs), samples)
        squares = (fractions - now).square().mean((1, 3))
        least = squares.min(-1)
        shift = around[inner] + _at(runs)[least.indices]
        return least.values.sqrt(), lag - shift


def _at(like: Tensor) -> Tensor:
    return torch.linspace(-0.5, 0.5, _FRACTIONS).to(like)


def _weights(like: Tensor) -> Tensor:
    """Return how samples weigh in the polynomial through them: `(fractions, samples)`."""
    nodes = torch.arange(-_SIDE, _SIDE + 1).to(like)
    at = _at(like)[:, None, None]
    others = ~torch.eye(len(nodes), dtype=torch.bool)
    factors = (at - nodes) / (nodes[:, None] - nodes)
    return torch.where(others, factors, 1.0).prod(-1)
