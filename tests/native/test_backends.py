"""The core asks backends in order, and can say what they answered."""

# pyright: basic

import logging

import attrs
import pytest
import torch

import takens
from takens._backends import asking, explanations

from .fields import RK4, Lorenz

QUESTION = takens.FixedSolve(
    field=Lorenz(),
    method=RK4,
    x0=torch.ones((2, 3), dtype=torch.float64),
    ts=torch.linspace(0, 0.1, 3, dtype=torch.float64),
)


@attrs.frozen
class Fixed:
    """Always gives the same answer."""

    given: object
    preference: int = 0

    def answer(self, question):
        return self.given


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(explanations, "_ANSWERS", {})


@pytest.fixture
def installed(monkeypatch):
    def install(**backends):
        found = sorted(backends.items(), key=lambda pair: -pair[1].preference)
        monkeypatch.setattr(asking, "_preferred", lambda: tuple(found))
        monkeypatch.setattr(asking, "_made", backends.__getitem__)

    return install


def test_the_preferred_backend_is_asked_first(installed):
    installed(slow=Fixed("slow", 1), quick=Fixed("quick", 2))
    assert takens.accelerated_solve(QUESTION) == "quick"
    assert takens.accelerated_solve(QUESTION, backend="slow") == "slow"
    assert takens.accelerated_solve(QUESTION, backend="eager") is None


def test_the_next_is_asked_where_one_declines(installed):
    installed(slow=Fixed("slow", 1), quick=Fixed(takens.Declined("it is a Monday"), 2))
    assert takens.accelerated_solve(QUESTION) == "slow"
    text = takens.explain(Lorenz())
    assert "slow" in text
    assert "quick declined because it is a Monday" in text


def test_without_an_answer_eager_torch_has_to_run(installed, caplog):
    installed(quick=Fixed(takens.Declined("it is a Monday")))
    with caplog.at_level(logging.INFO, "takens"):
        for _ in range(3):
            assert takens.accelerated_solve(QUESTION) is None
    assert "eager torch, because quick declined because it is a Monday" in takens.explain(
        Lorenz()
    )
    assert len(caplog.records) == 1


def test_all_answers_are_told_the_latest_first(installed):
    installed(quick=Fixed(takens.Declined("it is a Monday")))
    for _ in range(3):
        takens.accelerated_solve(QUESTION)
    installed(quick=Fixed("quick"))
    takens.accelerated_solve(QUESTION)
    assert takens.explain(Lorenz()).endswith(
        "(float64, 3 variables): quick (1 times); before: eager torch, because quick declined "
        "because it is a Monday (3 times)."
    )


def test_whole_solves_get_the_threads_that_single_steps_do_not(installed):
    from takens._threads import threads_for

    seen = []

    @attrs.frozen
    class Counting:
        preference: int = 0

        def answer(self, question):
            seen.append(torch.get_num_threads())
            return "counted"

    installed(counting=Counting())
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with threads_for(10):
            assert torch.get_num_threads() == 1
            takens.accelerated_solve(QUESTION)
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        takens.accelerated_solve(QUESTION)
    finally:
        torch.set_num_threads(before)
    assert seen == [2, 2]


def test_what_was_never_asked_is_said_so():
    assert "not asked" in takens.explain(lambda t, x: x)


def test_native_is_a_backend(native, installed):
    assert isinstance(native, takens.Backend)
    installed(native=native)
    answer = takens.accelerated_solve(QUESTION)
    assert answer is not None
    assert answer.shape == (2, 3, 3)
    assert "FixedSolve of Lorenz (float64, 3 variables): native." in takens.explain(Lorenz())
