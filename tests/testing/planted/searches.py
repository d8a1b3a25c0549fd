"""Searches with one fault each."""

# pyright: basic

from __future__ import annotations

import itertools
from collections.abc import Sequence

from takens.plugin import Request, Trial

from .fault import Fault, faulty


class Once:
    """Every candidate once, all equally long."""

    def ask(
        self, candidates: Sequence[str], trials: Sequence[Trial], seconds: float, /
    ) -> Sequence[Request]:
        done = {trial.request.candidate for trial in trials}
        share = seconds / len(candidates)
        return [Request(name, share) for name in candidates if name not in done]


class Nameless:
    """Asks for nothing."""


def worst_again(
    candidates: Sequence[str], trials: Sequence[Trial], seconds: float, /
) -> Sequence[Request]:
    first = Once().ask(candidates, trials, seconds / 2)
    if first or len(trials) > len(candidates):
        return first
    scored = [trial for trial in trials if trial.score is not None] or list(trials)
    worst = max(scored, key=lambda trial: trial.score or 0.0)
    return [Request(worst.request.candidate, seconds / 2)]


def unless_failed(
    candidates: Sequence[str], trials: Sequence[Trial], seconds: float, /
) -> Sequence[Request]:
    return [
        Request(name, 1.0) for name in candidates if trials and trials[0].score is None
    ] or (Once().ask(candidates, trials, seconds))


_COUNT = itertools.count(1)

GOOD = (Once(),)
FAULTS = (
    Fault("there is no ask()", "search_protocol", Nameless()),
    Fault("nothing is tried", "search_ends", faulty(Once(), ask=lambda c, t, s, /: [])),
    Fault(
        "it never ends",
        "search_ends",
        faulty(Once(), ask=lambda c, t, s, /: [Request(c[0], s / 1e9)]),
    ),
    Fault(
        "the whole budget is given to each",
        "search_ends",
        faulty(Once(), ask=lambda c, t, s, /: Once().ask(c, t, s * len(c) * 1.5)),
    ),
    Fault(
        "what was never named is tried",
        "search_ends",
        faulty(Once(), ask=lambda c, t, s, /: [] if t else [Request("another", s)]),
    ),
    Fault("the worst goes on", "search_prefers", faulty(Once(), ask=worst_again)),
    Fault(
        "it goes on for ever where the first one fails",
        "search_failures",
        faulty(Once(), ask=unless_failed),
    ),
    Fault(
        "it remembers how often it was asked",
        "search_repeats",
        faulty(Once(), ask=lambda c, t, s, /: Once().ask(c, t, s / next(_COUNT))),
    ),
)
