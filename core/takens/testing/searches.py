"""What every search keeps to."""

from __future__ import annotations

from takens._protocols.search import Request, Search, Trial
from takens.testing.asking import require, require_instance
from takens.testing.check import Checks

CHECKS = Checks(Search)

_NAMES = ("a", "b", "c", "d", "e")
_SECONDS = 100.0
_MOST = 1_000


@CHECKS.add
def check_search_protocol(search: Search) -> None:
    """Check that ``ask`` is there."""
    require_instance(search, Search)


@CHECKS.add
def check_search_ends(search: Search) -> None:
    """Check that it tries candidates it was given, within the budget, and comes to an end."""
    for names in (_NAMES[:1], _NAMES):
        trials = _all(search, names)
        require(bool(trials), "It tries nothing.")
        spent = sum(trial.request.seconds for trial in trials)
        require(spent <= _SECONDS * (1 + 1e-9), f"Of {_SECONDS} s it asks for {spent}.")


@CHECKS.add
def check_search_prefers(search: Search) -> None:
    """Check that the best candidate is given as much time as any other."""
    given: dict[str, float] = dict.fromkeys(_NAMES, 0.0)
    for trial in _all(search, _NAMES):
        given[trial.request.candidate] += trial.request.seconds
    best = given[_NAMES[-1]]
    require(best >= max(given.values()), f"The best is given {best} s of {given}.")


@CHECKS.add
def check_search_failures(search: Search) -> None:
    """Check that it comes to an end where every candidate fails."""
    require(bool(_all(search, _NAMES, fail=True)), "It tries nothing.")


@CHECKS.add
def check_search_repeats(search: Search) -> None:
    """Check that it asks for the same when it is asked again, so that it can go on."""
    trials = _all(search, _NAMES)
    for count in range(len(trials)):
        first, again = (search.ask(_NAMES, trials[:count], _SECONDS) for _ in range(2))
        require(list(first) == list(again), f"After {count} trials it asks for other things.")
        require(
            trials[count].request in first,
            f"After {count} trials it no longer asks for what it asked for before.",
        )


def _all(search: Search, names: tuple[str, ...], *, fail: bool = False) -> list[Trial]:
    """Search among candidates of which each later one is better."""
    trials: list[Trial] = []
    while wanted := search.ask(names, trials, _SECONDS):
        for request in wanted:
            require_instance(request, Request)
            name = request.candidate
            require(name in names, f"It asks for {name!r}, which is no candidate.")
            require(request.seconds > 0, f"It asks for {request.seconds} s.")
            trials.append(Trial(request, None if fail else 1.0 - names.index(name) / 10))
        require(len(trials) < _MOST, f"It goes on after {_MOST} trials.")
    return trials
