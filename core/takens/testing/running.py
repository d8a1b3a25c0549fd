"""Running checks without pytest."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, final

import attrs

from takens._near import near
from takens._plugins.catalogue import catalogue
from takens._plugins.component import Kind
from takens._plugins.plugin import Plugin
from takens.errors import InputError
from takens.testing.asking import CheckFailedError
from takens.testing.check import Check
from takens.testing.making import Subject, registered
from takens.testing.selection import checks_for, kind_of


@final
@attrs.frozen
class Outcome:
    """What became of a check; ``message`` says what failed, or why it is excused.

    ``questions`` counts those that were answered as they should be.
    """

    component: str
    kind: Kind | Literal["plugin"]
    check: str
    state: Literal["passed", "failed", "excused"]
    message: str = ""
    seconds: float = 0.0
    questions: int = 0


def run_checks(
    component: object,
    *,
    name: str | None = None,
    kind: Kind | None = None,
    excused: Mapping[str, str] | None = None,
    slow: bool = False,
) -> Iterator[Outcome]:
    """Run every check that applies to a component, a ``Subject`` or a ``takens.plugin.Plugin``.

    ``excused`` gives reasons by the name of a check, as in ``{"integrator_gradient": "scipy
    is not differentiable"}``; an excused check must fail. ``slow`` adds those that take long.

    Raises: InputError where an excused check does not apply.
    """
    reasons = dict(excused or {})
    if isinstance(component, Subject):
        name, kind = component.name, component.kind
        reasons = dict(component.excused) | reasons
        component = component.component
    label = name or (
        component.name if isinstance(component, Plugin) else type(component).__name__
    )
    checks = list(checks_for(component, kind))
    refuse_unknown(reasons, checks, label)
    what = "plugin" if isinstance(component, Plugin) else kind or kind_of(component)
    for check in checks:
        if slow or not check.slow:
            began = time.perf_counter()
            questions, failure = _asked(check, component)
            seconds = round(time.perf_counter() - began, 3)
            state, message = _state(failure, reasons.get(check.name))
            yield Outcome(label, what, check.name, state, message, seconds, questions)


def examine(plugin: str, *, slow: bool = False) -> Iterator[Outcome]:
    """Check a plugin as a whole, and each of its components.

    Raises: InputError where no plugin has that name.
    """
    plugins = catalogue().plugins
    found = [each for each in plugins if each.name == plugin]
    if not found:
        names = sorted({each.name for each in plugins})
        raise InputError(
            f"No installed plugin is called {plugin!r}.{near(plugin, names)} "
            f"There are {', '.join(names)}."
        )
    for each in found:
        yield from run_checks(each)
        for subject in registered([each]):
            yield from run_checks(subject, slow=slow)


def refuse_unknown(excused: Iterable[str], checks: Iterable[Check], label: str) -> None:
    """Refuse excuses for checks that a component does not have.

    Raises: InputError.
    """
    known = {check.name for check in checks}
    for name in excused:
        if name not in known and known != {"can_be_made"}:
            raise InputError(f"{label} has no check {name!r} to excuse.{near(name, known)}")


def _asked(check: Check, component: object) -> tuple[int, str]:
    """Run a check; give how many questions it asked, or what is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return check(component), ""
        except CheckFailedError as error:
            return 0, str(error)
        except Exception as error:
            return 0, " ".join(f"{type(error).__name__}: {error}".split())


def _state(
    failure: str, reason: str | None
) -> tuple[Literal["passed", "failed", "excused"], str]:
    if reason is None:
        return ("failed", failure) if failure else ("passed", "")
    if failure:
        return "excused", reason
    return "failed", f"It passes and is excused ({reason}); take the excuse away."
