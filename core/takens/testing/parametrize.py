"""Running checks with pytest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from takens._near import near
from takens.errors import InputError
from takens.testing.selection import checks_for
from takens.testing.subject import Subject

if TYPE_CHECKING:
    import pytest


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
