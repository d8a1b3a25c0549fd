"""Whether runs have come to rest."""

from __future__ import annotations

import math
from typing import Final, final

import attrs
from torch import Tensor

# The fewest samples of a window; in fewer even chaotic maps stand still by chance.
_FEWEST: Final = 8
# At rest is what moves less than so much of the least that the truth ever does.
_SHARE: Final = 0.1


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
