"""Each check catches the faults that were planted for it, and passes what has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

from takens import testing
from takens.testing import plugins, samples

from .planted import PLANTED, Fault, datasets, systems

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "checking.md"
# Faults of whole plugins are planted in distributions, in tests of their own.
ELSEWHERE = {"can_be_made", *(check.name for check in plugins.CHECKS)}


def faults() -> Iterator[tuple[str, Fault]]:
    for kind, (_, planted) in PLANTED.items():
        for fault in planted:
            yield kind, fault


def cases(*, slow: bool) -> list[Any]:
    """Return each fault with the check that is to catch it, where it applies."""
    found: list[Any] = []
    for kind, fault in faults():
        checks = {check.name: check for check in testing.checks_for(fault.component, kind)}
        if not fault.missed and checks[fault.caught_by].slow == slow:
            label = f"{kind}-{fault.what.replace(' ', '_')}"
            found.append(pytest.param(checks[fault.caught_by], fault.component, id=label))
    return found


def caught(check: testing.Check, component: Any) -> None:
    with pytest.raises(Exception, match=r".") as error:
        check(component)
    # A check that stumbles over a typing error of ours has caught nothing.
    assert not isinstance(error.value, NameError | ImportError)


@pytest.mark.parametrize(("check", "component"), cases(slow=False))
def test_a_planted_fault_is_caught(check: testing.Check, component: Any) -> None:
    caught(check, component)


@pytest.mark.slow
@pytest.mark.parametrize(("check", "component"), cases(slow=True))
def test_a_planted_fault_is_caught_at_length(check: testing.Check, component: Any) -> None:
    caught(check, component)


@pytest.mark.parametrize("kind", PLANTED)
def test_what_the_faults_were_planted_in_has_none(kind: str) -> None:
    for good in PLANTED[kind][0]:
        outcomes = list(testing.run_checks(good, kind=kind))
        assert [each for each in outcomes if each.state != "passed"] == []
        assert all(each.questions > 0 for each in outcomes)


@pytest.mark.parametrize("kind", PLANTED)
def test_kinds_follow_from_what_components_can_do(kind: str) -> None:
    assert {testing.kind_of(good) for good in PLANTED[kind][0]} == {kind}


@pytest.mark.parametrize(
    ("kind", "fault"), [pair for pair in faults() if pair[1].missed], ids=lambda x: str(x)[:20]
)
def test_what_is_said_to_be_missed_is_missed(kind: str, fault: Fault) -> None:
    outcomes = list(testing.run_checks(fault.component, kind=kind))
    assert [each for each in outcomes if each.state != "passed"] == []


def test_every_check_has_a_fault() -> None:
    names = {check.name for check in testing.every_check()}
    assert names == {fault.caught_by for _, fault in faults() if not fault.missed} | ELSEWHERE


def test_the_guide_lists_what_is_planted() -> None:
    by_check: dict[str, list[str]] = {}
    for _, fault in faults():
        by_check.setdefault(fault.caught_by, []).append(fault.what)
    missed = [f"| {kind} | {f.what} | {f.missed} |" for kind, f in faults() if f.missed]
    rows = [
        f"| `{check.name}` | {'; '.join(by_check[check.name])} |"
        for check in testing.every_check()
        if check.name in by_check
    ]
    page = PAGE.read_text().splitlines()
    assert [line for line in page if line in rows or line in missed] == rows + missed


def test_a_check_that_asks_nothing_fails() -> None:
    @testing.Check.of
    def check_nothing(component: object) -> None:
        testing.unanswered("it is Sunday")

    with pytest.raises(testing.NothingAskedError, match="Nothing was asked: it is Sunday"):
        check_nothing(1)


def test_a_check_says_how_many_questions_it_asked() -> None:
    assert testing.check_jacobian(systems.lorenz) == 3
    (outcome,) = [
        each for each in testing.run_checks(systems.lorenz) if each.check == "jacobian"
    ]
    assert (outcome.state, outcome.questions) == ("passed", 3)


def test_what_was_changed_for_everyone_is_put_back() -> None:
    @testing.Check.of
    def check_changes(component: object) -> None:
        testing.require(True, "")
        torch.set_default_dtype(torch.float64)

    with pytest.raises(testing.CheckFailedError, match="It changes torch's default dtype"):
        check_changes(1)
    assert torch.get_default_dtype() == torch.float32


def test_names_of_old_checks_are_warned_of() -> None:
    with pytest.warns(DeprecationWarning, match="is part of check_backend_answers now"):
        assert testing.check_backend_solves.name == "backend_answers"
    with pytest.raises(AttributeError, match="no attribute 'check_sistems'"):
        _ = testing.check_sistems


def test_a_file_that_is_read_wrongly_is_caught(tmp_path: Path) -> None:
    reader = datasets.ReadsAnything()
    right = samples.record(10)
    testing.check_reading(reader, tmp_path, right)
    with pytest.raises(testing.CheckFailedError, match="The numbers differ"):
        testing.check_reading(reader, tmp_path, attrs.evolve(right, x=right.x + torch.ones(2)))
