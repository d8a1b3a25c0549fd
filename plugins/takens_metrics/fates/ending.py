"""How runs end, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, final

import attrs
from torch import Tensor

# Ends that are closer to each other than so many standard deviations are one place.
_NEAR: Final = 0.25
# So many ends and places are named.
_MOST: Final = 3


@final
@attrs.frozen
class Ending:
    """How many runs end in one way, such as ``come to rest``, and where, `at: (n,)`."""

    what: str
    count: int
    at: tuple[float, ...] = ()

    def __str__(self) -> str:
        where = f" at ({', '.join(f'{x:.3g}' for x in self.at)})" if self.at else ""
        return f"{self.what}{where}"

    def to_json(self, total: int) -> dict[str, Any]:
        """Return it as JSON types, with its share of all runs."""
        return {
            "what": self.what,
            "count": self.count,
            "share": self.count / total,
            "at": list(self.at),
        }


def endings(what: str, at: Tensor, deviation: Tensor) -> Iterator[Ending]:
    """Gather ends `at: (runs, n)` that are near each other, the most frequent first.

    Those at rarer places are counted together, without a place.
    """
    found: list[Ending] = []
    while len(at):
        near = ((at - at[0]) / deviation).square().mean(-1).sqrt() < _NEAR
        middle = tuple(float(x) for x in at[near].mean(0))
        found.append(Ending(what, int(near.sum()), middle))
        at = at[~near]
    found.sort(key=lambda ending: -ending.count)
    yield from found[:_MOST]
    if rest := sum(ending.count for ending in found[_MOST:]):
        yield Ending(f"{what} elsewhere", rest)


def clause(found: Sequence[Ending], otherwise: str) -> str:
    """Say how runs end, as what follows ``12 of 160 runs``; the rarer ends are not named.

    ``otherwise`` is what all of these do not, said where there are several or none.
    """
    if len(found) == 1:
        return str(found[0])
    ordered = sorted(found, key=lambda ending: -ending.count)
    told = [f"{ending.count} {ending}" for ending in ordered[:_MOST]]
    if more := sum(ending.count for ending in ordered[_MOST:]):
        told.append(f"{more} in other ways")
    return f"{otherwise}: {', '.join(told)}" if told else otherwise
