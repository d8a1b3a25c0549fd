"""Sharing the cores out to pieces of work."""

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest
import torch

from takens._threads import side_by_side

SETTING = ContextVar("a setting", default=0)


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_work_is_done_side_by_side_and_the_first_alone() -> None:
    meeting = threading.Barrier(2, timeout=20)
    seen: list[int] = []

    def work(given: int) -> tuple[int, int, bool]:
        if given:
            assert seen[0] == 0
            meeting.wait()
            assert torch.get_num_threads() == 1
        seen.append(given)
        return given, SETTING.get(), torch.is_grad_enabled()

    token = SETTING.set(7)
    with torch.no_grad():
        done = side_by_side(work, range(5), 2)
    SETTING.reset(token)
    assert list(done) == [(i, 7, False) for i in range(5)]
    assert torch.get_num_threads() == 2
    new = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    new.start()
    new.join()
    assert seen[-1] == 2


@pytest.mark.usefixtures("two_threads")
def test_what_is_raised_in_a_thread_is_raised() -> None:
    def work(given: int) -> float:
        return 1 / (3 - given)

    with pytest.raises(ZeroDivisionError):
        side_by_side(work, range(5), 2)
    assert torch.get_num_threads() == 2


def test_one_thread_does_it_all_in_the_thread_that_asks() -> None:
    threads = side_by_side(lambda _: threading.get_ident(), range(4), 1)
    assert set(threads) == {threading.get_ident()}
