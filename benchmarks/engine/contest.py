"""Timing contestants in turns, so that what else the machine does meets all of them alike."""

# pyright: basic

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Contestant = Callable[[], Any]


def medians(
    contestants: Mapping[str, Contestant], rounds: int = 7, least: float = 2e-2
) -> dict[str, tuple[float, float]]:
    """Return the median time of a call in seconds, and the time of the first call.

    The median is of processor time, which other programs on the machine disturb least; the
    first call, which waits for a compiler, is measured by the clock on the wall.
    """
    first: dict[str, float] = {}
    calls: dict[str, int] = {}
    for name, run in contestants.items():
        start = time.perf_counter()
        run()
        first[name] = time.perf_counter() - start
        calls[name] = max(1, min(200, int(least / max(_time(run), 1e-9))))
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            run()
            times[name].append(_time(run, calls[name]))
    return {name: (statistics.median(each), first[name]) for name, each in times.items()}


def _time(run: Contestant, calls: int = 1) -> float:
    """Return the shorter of the processor's time and that of the clock on the wall.

    Other programs lengthen the second, and threads that wait for work of others the first.
    """
    wall, start = time.perf_counter(), time.process_time()
    for _ in range(calls):
        run()
    return min(time.process_time() - start, time.perf_counter() - wall) / calls
