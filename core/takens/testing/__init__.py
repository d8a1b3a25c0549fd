"""Checks that tell whether a component keeps what its kind promises.

``parametrize_with_checks`` makes tests of them for pytest, ``run_checks`` runs them without,
and ``takens check PLUGIN`` does so on the command line. Each is a ``Check``: called with a
component it asks questions, returns how many, and raises where a promise is not kept. All are
here under their names, as ``check_system_facts``; so are ``require`` and the like, by which
the checks of a new kind ask.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Final

from takens._plugins.catalogue import catalogue
from takens._protocols.metric import SupportsBest as SupportsBest
from takens.testing import plugins, selection
from takens.testing.asking import (
    CheckFailedError as CheckFailedError,
    NothingAskedError as NothingAskedError,
    require as require,
    require_close as require_close,
    require_instance as require_instance,
    require_same as require_same,
    unanswered as unanswered,
)
from takens.testing.check import Check as Check, Checks as Checks
from takens.testing.datasets import check_reading as check_reading
from takens.testing.running import (
    Outcome as Outcome,
    examine as examine,
    parametrize_with_checks as parametrize_with_checks,
    run_checks as run_checks,
)
from takens.testing.selection import (
    Subject as Subject,
    checks_for as checks_for,
    kind_of as kind_of,
    registered as registered,
)

# What was a check of its own, and is asked by another now.
_RENAMED: Final = {
    "check_backend_iterates": "check_backend_answers",
    "check_backend_solves": "check_backend_answers",
    "check_integrator_goes_back": "check_integrator_follows_time",
    "check_dynamics_metric_probes": "check_metric_is_repeatable",
    "check_dynamics_metric_survives_divergence": "check_metric_survives_divergence",
}


def every_check() -> Iterator[Check]:
    """Return all checks of takens' own kinds, and of plugins."""
    yield selection.check_can_be_made
    theirs = {kind.name for each in catalogue().plugins if not each.ours for kind in each.kinds}
    for kind in catalogue().kinds:
        if kind not in theirs:
            yield from selection.checks_of(kind)
    yield from plugins.CHECKS


def __getattr__(name: str) -> Check:
    if name in _RENAMED:
        text = f"takens.testing.{name} is part of {_RENAMED[name]} now."
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        name = _RENAMED[name]
    for check in () if name.startswith("__") else every_check():
        if check.__name__ == name:
            return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *(check.__name__ for check in every_check())})
