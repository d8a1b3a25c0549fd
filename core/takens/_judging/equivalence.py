"""Equivalence tests: within a tolerance, outside it, or not to be told."""

from __future__ import annotations

import math
from typing import final

import attrs
from scipy import special


@final
@attrs.frozen
class Remedy:
    """What would decide a test, in words; it asks for so many ``times`` what there is."""

    words: str
    times: float


@final
@attrs.frozen(kw_only=True)
class EquivalenceTest:
    """Whether a quantity is as near to what is right as the tolerance asks.

    ``interval`` holds its true value at a confidence of 1 - 2 ``level``; it is right where
    the whole interval is between ``bounds``, of which one may be open. ``p`` is the chance of
    a value so far out, were the true one within them. ``sentence`` has no outcome, and
    ``remedy`` says what would decide a test that is undecided.

    Source: Schuirmann (1987), A comparison of the two one-sided tests procedure and the power
    approach for assessing the equivalence of average bioavailability, J. Pharmacokinet.
    Biopharm. 15, 657-680.
    """

    name: str
    value: float
    interval: tuple[float, float]
    bounds: tuple[float | None, float | None]
    tolerance: float
    p: float
    sentence: str
    remedy: Remedy | None = None

    @property
    def within(self) -> bool:
        """Whether the whole interval is within the bounds."""
        low, high = self.bounds
        return (low is None or self.interval[0] >= low) and (
            high is None or self.interval[1] <= high
        )


def quantile(level: float, over: float | None) -> float:
    """Return Student's one-sided quantile for what an error is over, or the normal one."""
    if over is None or math.isinf(over):
        return float(special.ndtri(1 - level))
    return float(special.stdtrit(max(over - 1, 1), 1 - level))


def chance(distance: float, error: float, over: float | None) -> float:
    """Return the chance that an estimate is off by ``distance`` or more to one side."""
    if error == 0:
        return float(distance <= 0)
    if over is None or math.isinf(over):
        return float(special.ndtr(-distance / error))
    return float(special.stdtr(max(over - 1, 1), -distance / error))


def joined(*errors: tuple[float | None, int | None]) -> tuple[float, float | None]:
    """Add independent errors, each over so many; return the sum and what it is over.

    Source: Welch (1947), The generalization of 'Student's' problem when several different
    population variances are involved, Biometrika 34, 28-35.
    """
    parts = [(error, over) for error, over in errors if error]
    total = math.hypot(*(error for error, _ in parts))
    weights = [(error / total) ** 4 / max(over - 1, 1) for error, over in parts if over]
    return total, 1 + 1 / sum(weights) if sum(weights) > 0 else None


def share_interval(count: int, trials: int, level: float) -> tuple[float, float]:
    """Return the interval of a share of which ``count`` in ``trials`` were counted.

    Source: Clopper, Pearson (1934), The use of confidence or fiducial limits illustrated in
    the case of the binomial, Biometrika 26, 404-413.
    """
    low = special.betaincinv(count, trials - count + 1, level) if count else 0.0
    rest = trials - count
    high = special.betaincinv(count + 1, rest, 1 - level) if rest else 1.0
    return float(low), float(high)


def share_chance(count: int, trials: int, share: float) -> float:
    """Return the chance to count so many or more where the true share is ``share``."""
    return float(special.bdtrc(count - 1, trials, share)) if count else 1.0


def trials_to_tell(tolerance: float, level: float) -> int:
    """Return of how many trials none must fail, so that the share is within the tolerance."""
    return math.ceil(math.log(level) / math.log1p(-tolerance))


def holm(chances: list[float], level: float) -> list[bool]:
    """Say which of several hypotheses are rejected, the level being that of them all.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J.
    Stat. 6, 65-70.
    """
    rejected = [False] * len(chances)
    for rank, i in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        if chances[i] > level / (len(chances) - rank):
            break
        rejected[i] = True
    return rejected
