"""Searches: which candidates are given more time, from what became of them so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, final, runtime_checkable

import attrs


@final
@attrs.frozen
class Request:
    """A wish to train a candidate for some seconds more, of one worker."""

    candidate: str
    seconds: float


@final
@attrs.frozen
class Trial:
    """What became of a request; the lower the ``score``, the better, None where it failed."""

    request: Request
    score: float | None


@runtime_checkable
class Search(Protocol):
    """Shares a budget of time among candidates.

    It has no memory: what was tried is given again each time, so that a search which was
    interrupted goes on where it was.
    """

    def ask(
        self, candidates: Sequence[str], trials: Sequence[Trial], seconds: float, /
    ) -> Sequence[Request]:
        """Return what is to be tried next, side by side; nothing where the search is over.

        ``trials`` are those so far, in their order; ``seconds`` is the whole budget, counted
        over all workers.
        """
        ...
