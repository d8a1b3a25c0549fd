"""Intervals of exponents that were estimated from records hold the known values."""

import functools

import pytest

import takens
from takens_metrics import exponent_from_data
from takens_metrics.settings import Method

# Benettin's method on the equations, over 10^6 time units or 10^7 steps.
KNOWN = {"lorenz63": 0.9056, "rossler": 0.0714, "henon": 0.41922}
INTERVALS = {"lorenz63": 0.05, "rossler": 0.1, "henon": None}
LEAST = 0.9


def held(system: str, samples: int, draws: int, method: Method) -> list[bool]:
    """Say of each record that has an exponent whether both intervals hold the true one."""
    found: list[bool] = []
    for seed in range(draws):
        record = takens.simulate(system, dt=INTERVALS[system], steps=samples, seed=seed)
        score = exponent_from_data(record, method=method)
        if score.value is None:
            continue
        low, high = score.details["interval"]
        inside = low <= KNOWN[system] <= high
        # The error is that of a normal law that reaches as far.
        assert abs(score.value - KNOWN[system]) <= 2 * (score.error or 0) or not inside
        found.append(inside)
    return found


@pytest.mark.parametrize(("system", "samples"), [("rossler", 5_000), ("henon", 2_000)])
def test_intervals_know_of_the_bias(system: str, samples: int) -> None:
    inside = held(system, samples, 8, "rosenstein")
    assert len(inside) >= 5
    assert sum(inside) >= len(inside) - 1


@pytest.mark.slow
@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
@pytest.mark.parametrize("system", KNOWN)
def test_coverage_over_many_records(system: str, method: Method) -> None:
    count = functools.partial(held, system, draws=40, method=method)
    every = [one for samples in (2_000, 5_000, 20_000) for one in count(samples=samples)]
    assert len(every) >= 30
    assert sum(every) >= LEAST * len(every)
