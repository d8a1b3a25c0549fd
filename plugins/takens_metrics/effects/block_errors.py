"""Standard errors by blocks of time."""

import math
from collections.abc import Callable
from typing import Final, final

import attrs
from scipy.special import gammaincinv
from torch import Tensor

# So many records, and each of them is a block; fewer are cut.
_RECORDS: Final = 6
_FEWEST: Final = 8
_MOST: Final = 16
_ENOUGH: Final = 4
# A block is to be longer than what is remembered by the one factor, and is by the other.
_LONG: Final = 10
_SHORT: Final = 2


@final
@attrs.frozen(eq=False)
class Comparison:
    """What a statistic makes of truth and runs, `value: (parts,)`.

    ``error`` is the standard error that comes from the runs, over ``over`` blocks, and
    ``reference_error`` that from the truth, over ``reference_over``; None where there are too
    few blocks.
    """

    value: Tensor
    error: Tensor | None
    over: int
    reference_error: Tensor | None
    reference_over: int


def pieces(records: int, samples: int, memory: int) -> int:
    """Return into how many blocks of time each of some records is to be cut.

    Six records or more are blocks themselves. Fewer are cut into 8 to 16 blocks in all, as
    many as are ten times as long as ``memory``, in samples; where 8 would be shorter than
    twice the memory into as many as are that long, at least 4 in all or none.
    """
    if records >= _RECORDS:
        return 1
    wanted = max(samples // (_LONG * memory), -(-_FEWEST // records))
    count = min(wanted, _MOST // records, samples // (_SHORT * memory))
    return count if count * records >= _ENOUGH else 1


def cut(x: Tensor, count: int) -> Tensor:
    """Cut each of `x: (records, T, n)` into ``count`` blocks of time, `(blocks, L, n)`."""
    length = x.shape[1] // count
    return x[:, : count * length].reshape(-1, length, x.shape[2])


def compare_blocks(
    truth: Tensor, runs: Tensor, statistic: Callable[[Tensor, Tensor], Tensor]
) -> Comparison:
    """Compute a statistic of the means of `truth: (blocks, ...)` and `runs: (blocks, ...)`.

    ``statistic`` takes those means, with any leading dimensions, and returns `(..., parts)`.
    Its errors are by the jackknife: each block of the one is left out, with the other whole.
    No error comes from fewer than two blocks.

    Source: Kuensch (1989), The jackknife and the bootstrap for general stationary
    observations, Ann. Statist. 17, 1217-1241.
    """
    of_truth, of_runs = truth.mean(0), runs.mean(0)
    return Comparison(
        value=statistic(of_truth, of_runs),
        error=_jackknife(runs, lambda left: statistic(of_truth, left)),
        over=len(runs),
        reference_error=_jackknife(truth, lambda left: statistic(left, of_runs)),
        reference_over=len(truth),
    )


def _jackknife(each: Tensor, statistic: Callable[[Tensor], Tensor]) -> Tensor | None:
    count = len(each)
    if count < 2:
        return None
    left_out = (each.sum(0) - each) / (count - 1)
    values = statistic(left_out)
    return (values - values.mean(0)).square().sum(0).mul((count - 1) / count).sqrt()


def doubt(over: int) -> float:
    """Return by what factor an error over so many blocks may be too small, in 1 of 20 cases."""
    if over < 2:
        return math.inf
    # The lower quantile of a chi-squared law.
    return math.sqrt((over - 1) / (2 * float(gammaincinv((over - 1) / 2, 0.05))))
