"""Running checks, with pytest and without."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, final

import attrs

from takens._near import near
from takens._plugins.catalogue import catalogue
from takens._plugins.component import Kind
from takens.errors import InputError
from takens.testing.asking import CheckFailedError
from takens.testing.check import Check
from takens.testing.selection import Subject, checks_for, registered

if TYPE_CHECKING:
    import pytest


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
    given = Subject.of(component, name, kind)
    reasons = {**given.excused, **(excused or {})}
    checks = {check.name: check for check in checks_for(given.component, given.kind)}
    for each in () if "can_be_made" in checks else reasons.keys() - checks.keys():
        says = f"{given.name} has no check {each!r} to excuse."
        raise InputError(f"{says}{near(each, checks)}")
    for check in checks.values():
        if slow or not check.slow:
            began = time.perf_counter()
            questions, failure = _asked(check, given.component)
            seconds = round(time.perf_counter() - began, 3)
            state, message = _state(failure, reasons.get(check.name))
            what = given.name, given.kind, check.name
            yield Outcome(*what, state, message, seconds, questions)


def examine(plugin: str, *, slow: bool = False) -> Iterator[Outcome]:
    """Check a plugin as a whole, and each of its components.

    Raises: InputError where no plugin has that name.
    """
    plugins = catalogue().plugins
    found = [each for each in plugins if each.name == plugin]
    if not found:
        names = sorted({each.name for each in plugins})
        says = f"No installed plugin is called {plugin!r}.{near(plugin, names)}"
        raise InputError(f"{says} There are {', '.join(names)}.")
    for each in found:
        yield from run_checks(each)
        for subject in registered([each]):
            yield from run_checks(subject, slow=slow)


def parametrize_with_checks(
    components: Iterable[object],
    *,
    excused: Mapping[str, str] | None = None,
    slow: bool | None = False,
) -> pytest.MarkDecorator:
    """Make a test of each check that applies to each component; arguments are both.

    ``components`` are components, ``Subject`` or ``takens.plugin.Plugin``. ``excused`` gives
    reasons by the id of a test, as in ``{"scipy-integrator_gradient": "not differentiable"}``;
    such a test must fail. ``slow`` chooses the checks that take long, None all.

    Raises: InputError where an excuse is for no test.
    """
    import pytest

    reasons = dict(excused or {})
    cases: list[Any] = []
    known: set[str] = set()
    for given in map(Subject.of, components):
        for check in checks_for(given.component, given.kind):
            label = f"{given.name}-{check.name}"
            known.add(label)
            why = reasons.get(label) or given.excused.get(check.name)
            if slow is None or check.slow == slow:
                marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
                cases.append(pytest.param(given.component, check, id=label, marks=marks))
    for label in reasons.keys() - known:
        raise InputError(f"No check is called {label!r}, to be excused.{near(label, known)}")
    return pytest.mark.parametrize(("component", "check"), cases)


def _asked(check: Check, component: object) -> tuple[int, str]:
    """Run a check; return how many questions it asked, or what is wrong."""
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
