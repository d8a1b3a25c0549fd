import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import takens
from takens._data.sampling import equal_steps, rises_evenly


def place(i: int) -> str:
    return f"sample {i}"


@settings(max_examples=100, deadline=None)
@given(
    dt=st.floats(1e-3, 10),
    start=st.floats(-100, 100),
    samples=st.integers(3, 200),
    decimals=st.integers(0, 6),
)
def test_rounded_times_go_back_to_their_grid(
    dt: float, start: float, samples: int, decimals: int
) -> None:
    exact = start + dt * np.arange(samples)
    rounded = np.round(exact, decimals).astype(np.float64)
    if 10.0**-decimals > dt / 12:
        return
    found = equal_steps(rounded, place)
    assert np.ptp(np.diff(found)) <= 2e-3 * dt
    assert np.abs(found - exact).max() <= 10.0**-decimals


@settings(max_examples=100, deadline=None)
@example(dt=0.001953125, samples=8, decimals=4, missing=1, length=3)
@given(
    dt=st.floats(1e-3, 10),
    samples=st.integers(4, 200),
    decimals=st.integers(0, 6),
    missing=st.integers(1, 198),
    length=st.integers(1, 5),
)
def test_a_gap_is_never_taken_for_rounding(
    dt: float, samples: int, decimals: int, missing: int, length: int
) -> None:
    if 10.0**-decimals > dt / 12 or missing + length > samples - 2:
        return
    t = np.round(dt * np.arange(samples), decimals).astype(np.float64)
    cut = np.delete(t, slice(missing, missing + length))
    with pytest.raises(takens.errors.DataError) as caught:
        equal_steps(cut, place)
    # With half of the rows gone there is no telling which step is the right one.
    if len(cut) > 4:
        rows = "1 row is" if length == 1 else f"{length} rows are"
        assert f"sample {missing} jumps from" in str(caught.value)
        assert f"so {rows} missing" in str(caught.value)


def test_jitter_is_no_rounding() -> None:
    rng = np.random.default_rng(0)
    t = (np.arange(100) * 0.01 + rng.normal(scale=2e-4, size=100)).astype(np.float64)
    with pytest.raises(takens.errors.DataError, match="resample the series to equal steps"):
        equal_steps(t, place)


def test_equal_times_are_left_as_they_are() -> None:
    t = np.linspace(1e6, 1e6 + 10, 1001)
    assert np.array_equal(equal_steps(t, place), t)


def test_ramps() -> None:
    assert rises_evenly(np.arange(5.0))
    assert not rises_evenly(-np.arange(5.0))
    assert not rises_evenly(np.zeros(5))
    assert not rises_evenly(np.arange(5.0) ** 2)
