import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor

import takens
from takens_integrators import RK4
from takens_metrics import (
    KaplanYorkeDimension,
    KolmogorovSinaiEntropy,
    LyapunovSpectrum,
    MaxLyapunov,
    kaplan_yorke,
    positive_sum,
)
from takens_metrics.lyapunov.orbit_lengths import (
    FEWEST,
    LOOK,
    MOST,
    aligning,
    forgetting,
    mean_period,
    measuring,
)
from takens_systems import Henon, Lorenz63, Rossler

QUICK = LyapunovSpectrum(steps=500, transient=100)


def starts(count: int, *state: float, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    x0 = torch.tensor(state, dtype=torch.float64).expand(count, -1)
    return x0 + 0.01 * torch.rand(x0.shape, generator=generator, dtype=x0.dtype)


def diagonal(*factors: float) -> takens.plugin.Map:
    matrix = torch.tensor(factors, dtype=torch.float64)
    return lambda x, /: x * matrix


def lorenz_map(dt: float = 0.01, **parameters: float) -> takens.plugin.FlowMap:
    return takens.plugin.flow_map(Lorenz63(**parameters), RK4(), dt)


@pytest.fixture(scope="module")
def lorenz() -> takens.Score:
    metric = LyapunovSpectrum(steps=5_000)
    return metric.measure(lorenz_map(), starts(32, 1.0, 1.0, 25.0), 0.01)


# Closed forms.


@settings(max_examples=15, deadline=None)
@given(
    factors=st.lists(st.floats(0.05, 0.99), min_size=1, max_size=4),
    angle=st.floats(0, 3),
    dt=st.floats(1e-2, 10),
)
def test_the_spectrum_does_not_depend_on_the_coordinates(
    factors: list[float], angle: float, dt: float
) -> None:
    matrix = torch.tensor(factors, dtype=torch.float64).diag()
    turn = torch.eye(len(factors), dtype=torch.float64)
    if len(factors) > 1:
        c, s = math.cos(angle), math.sin(angle)
        turn[:2, :2] = torch.tensor([[c, -s], [s, c]], dtype=torch.float64)
    turned = turn @ matrix @ turn.mT
    score = QUICK.measure(lambda x, /: x @ turned.mT, starts(4, *(1.0 for _ in factors)), dt)
    truth = sorted((math.log(factor) / dt for factor in factors), reverse=True)
    # Equal factors leave the vectors undecided for long.
    assert score.details["spectrum"] == pytest.approx(truth, abs=0.05 / dt)
    assert score.details["sum"] == pytest.approx(sum(truth), abs=1e-8 / dt)
    assert score.value == score.details["spectrum"][0]


def test_a_flow_is_per_unit_of_time_and_a_map_per_step() -> None:
    def field(t: Tensor, x: Tensor, /) -> Tensor:
        return torch.stack((-0.3 * x[..., 0], -1.1 * x[..., 1]), -1)

    flow = takens.plugin.flow_map(field, RK4(), 0.05)
    score = QUICK.measure(flow, starts(3, 1.0, 1.0), 0.05)
    assert score.details["spectrum"] == pytest.approx([-0.3, -1.1], rel=1e-4)
    assert score.unit == "1 / time unit"


def test_fewer_exponents_can_be_asked_for() -> None:
    score = LyapunovSpectrum(steps=200, transient=50, count=2).measure(
        diagonal(0.9, 0.5, 0.1), starts(3, 1.0, 1.0, 1.0), 1.0
    )
    assert score.details["spectrum"] == pytest.approx([math.log(0.9), math.log(0.5)])
    assert "checked_divergence" not in score.details
    with pytest.raises(
        takens.errors.DataError, match="4 exponents were asked for, and the state has 3"
    ):
        LyapunovSpectrum(count=4).measure(diagonal(1, 1, 1), starts(2, 1.0, 1.0, 1.0), 1.0)


# A chaotic flow and its checks.


def test_lorenz_within_three_errors(lorenz: takens.Score) -> None:
    details = lorenz.details
    for known, found, error in zip(
        (0.9056, 0.0, -14.5723), details["spectrum"], details["spectrum_error"], strict=True
    ):
        assert abs(found - known) < 3 * error + 2 * details["step_error"]
        assert error < 0.02
    assert lorenz.error == details["spectrum_error"][0]
    assert details["sum"] == pytest.approx(-41 / 3, abs=1e-3)
    assert details["sum_error"] < 1e-5
    assert details["checked_divergence"] == pytest.approx(-41 / 3, rel=1e-12)
    json.dumps(dict(details), allow_nan=False)


def test_lorenz_passes_its_checks(lorenz: takens.Score) -> None:
    assert set(lorenz.details["checks"]) == {
        "aligned",
        "halved_qr_interval",
        "halved_step",
        "long_enough",
        "settled",
        "stationary",
        "sum_is_log_determinant",
        "sum_is_mean_divergence",
        "two_trajectories",
        "zero_exponent",
    }
    assert lorenz.details["checks_passed"] is True


def failed(score: takens.Score) -> set[str]:
    assert score.details["checks_passed"] is False
    return {name for name, check in score.details["checks"].items() if not check["passed"]}


def test_a_step_too_long_is_noticed() -> None:
    score = QUICK.measure(lorenz_map(0.05), starts(16, 1.0, 1.0, 25.0), 0.05)
    assert {"halved_step", "sum_is_mean_divergence"} <= failed(score)


def test_vectors_that_are_made_orthonormal_too_rarely_are_noticed() -> None:
    # The fastest vector takes all others with it, long before lengths overflow.
    metric = LyapunovSpectrum(steps=6_000, transient=500, qr_interval=600)
    score = metric.measure(lorenz_map(), starts(16, 1.0, 1.0, 25.0), 0.01)
    assert {"halved_qr_interval", "sum_is_log_determinant"} <= failed(score)


def test_a_wrong_jacobian_is_noticed() -> None:
    class Wrong:
        """The Henon map, with the derivative of another."""

        # What looks at a number cannot be compiled.
        def __call__(self, x: Tensor, /) -> Tensor:
            assert float(x.sum()) < 1e9
            return Henon()(x)

        def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
            return self(x), Henon(a=1.3).tangent(x, v)[1]

    score = QUICK.measure(Wrong(), starts(8, 0.1, 0.1), 1.0)
    assert "two_trajectories" in failed(score)


def test_an_orbit_on_its_way_is_noticed() -> None:
    # Slower and slower: the slope of the map tends to 1.
    def creeping(x: Tensor, /) -> Tensor:
        return x - 0.05 * x * x

    score = LyapunovSpectrum(steps=2_000, transient=10).measure(creeping, starts(16, 1.0), 1.0)
    assert failed(score) == {"stationary", "settled"}


def test_rest_is_no_flow_without_a_zero() -> None:
    metric = LyapunovSpectrum(steps=3_000, transient=3_000)
    score = metric.measure(lorenz_map(rho=20.0), starts(8, 1.0, 1.0, 25.0), 0.01)
    assert score.value is not None
    assert score.value < 0
    assert "zero_exponent" not in score.details["checks"]


def test_eager_torch_gives_what_compiled_code_gives() -> None:
    def looked_at(x: Tensor, /) -> Tensor:
        assert float(x.sum()) < 1e9
        return Henon()(x)

    # Few enough steps that rounding does not part the orbits.
    metric = LyapunovSpectrum(steps=20, transient=10)
    slow = metric.measure(looked_at, starts(8, 0.1, 0.1), 1.0)
    quick = metric.measure(Henon(), starts(8, 0.1, 0.1), 1.0)
    assert slow.details["spectrum"] == pytest.approx(quick.details["spectrum"], rel=1e-6)


# Lengths that follow from the dynamics.


@pytest.mark.parametrize(("dt", "seeds"), [(0.01, 10), (0.1, 30)])
def test_rossler_is_within_its_errors_at_every_step(dt: float, seeds: int) -> None:
    # Tangents need 1 / 0.07 time units for each factor e, and steps of 0.1 are too long.
    rossler = Rossler()
    known = np.array(rossler.facts().lyapunov_spectrum)
    off: list[float] = []
    for seed in range(seeds):
        score = takens.evaluate(rossler, metrics=["lyapunov_spectrum"], dt=dt, seed=seed)
        details = score["lyapunov_spectrum"].details
        assert details["checks_passed"]
        assert details["step_size"] < 0.06
        assert details["settling"] * details["step_size"] > 3 / 0.0714
        errors = np.hypot(details["spectrum_error"], 5e-5)
        off.append(float(np.max(np.abs(details["spectrum"] - known) / errors)))
        assert score["lyapunov_spectrum"].resolution < 0.05 * known[0]
    # All three are within two errors in 0.88 of all cases, each of them in 0.95.
    assert np.mean(np.array(off) < 2) >= (0.9 if seeds == 10 else 0.8)
    assert max(off) < 3


def test_the_largest_alone_is_that_of_the_spectrum() -> None:
    scores = takens.evaluate(
        Rossler(), metrics=["max_lyapunov", "lyapunov_spectrum"], dt=0.1, seed=1
    )
    largest, spectrum = scores["max_lyapunov"], scores["lyapunov_spectrum"]
    assert largest.value == pytest.approx(spectrum.value, rel=1e-6)
    assert largest.details["settling"] == spectrum.details["settling"]


def test_tangents_that_have_not_aligned_are_noticed() -> None:
    early = LyapunovSpectrum(steps=10_000, transient=1_000)
    score = takens.evaluate(Rossler(), metrics={"early": early})["early"]
    assert "aligned" in failed(score)
    # Directions that begin all alike grow differently at first.
    sheared = torch.tensor([[1.03, 0.5], [0.0, 1.0]], dtype=torch.float64)

    class Skew:
        # What looks at a number cannot be compiled.
        def __call__(self, x: Tensor, /) -> Tensor:
            assert float(x.sum()) < 1e9
            return x.remainder(1)

        def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
            # What is the same everywhere has the exponents of its eigenvalues.
            return self(x), sheared @ v * (1 + 1e-7 * x.mean(-1))[..., None, None]

    x0 = starts(200, 0.1, 0.1)
    score = LyapunovSpectrum(steps=500, transient=10).measure(Skew(), x0, 1.0)
    assert "settled" in failed(score)
    score = LyapunovSpectrum(steps=500).measure(Skew(), x0, 1.0)
    assert score.details["checks"]["settled"]["passed"]
    assert score.details["spectrum"] == pytest.approx([math.log(1.03), 0], abs=1e-5)


def test_records_of_less_than_ten_periods_are_noticed() -> None:
    # A turn takes 100,000 steps.
    def field(t: Tensor, x: Tensor, /) -> Tensor:
        a, b = x.unbind(-1)
        pull = 1 - a * a - b * b
        turn = 2 * math.pi / 1e5
        return torch.stack((pull * a - turn * b, pull * b + turn * a), -1)

    flow = takens.plugin.flow_map(field, RK4(), 1.0)
    score = LyapunovSpectrum(steps=10_000).measure(flow, starts(2, 1.0, 0.0), 1.0)
    assert "long_enough" in failed(score)


def test_a_default_call_is_bounded_whatever_the_dynamics() -> None:
    assert measuring(0.0, 2.0) == measuring(0.5, 2.0) == FEWEST
    assert measuring(0.00714, 600.0) == 60_000
    assert measuring(0.000714, 600.0) == MOST
    assert measuring(0.009, 70.0) == pytest.approx(100 / 0.009, abs=1)
    assert aligning(np.array([0.009, 0.0, -0.14]), 70.0, 11_000) == LOOK
    assert aligning(np.array([7e-4, 0.0, -0.05]), 600.0, MOST) == pytest.approx(5 / 7e-4, abs=1)
    assert aligning(np.zeros(2), 600.0, MOST) == MOST // 2
    assert aligning(np.array([0.3]), 2.0, FEWEST) == LOOK
    assert forgetting(1.0) == LOOK
    assert forgetting(1e6) == FEWEST


def test_the_mean_period_is_that_of_the_orbit() -> None:
    turn = torch.tensor(2 * math.pi / 300, dtype=torch.float64)
    rows = torch.stack((turn.cos(), -turn.sin(), turn.sin(), turn.cos())).reshape(2, 2)
    assert mean_period(lambda x: x @ rows.mT, starts(3, 1.0, 0.0)) == pytest.approx(
        300, rel=0.05
    )
    assert mean_period(lambda x: x, starts(3, 1.0, 0.0)) == 1.0
    assert mean_period(lambda x: x * torch.inf, starts(3, 1.0, 0.0)) == 1.0


# Errors, and when to stop.


def test_orbits_are_followed_until_a_verdict_can_be_given() -> None:
    lorenz96 = takens.systems.create("lorenz96", dim=5)
    found = takens.evaluate(lorenz96, metrics=["max_lyapunov"], dt=0.016)["max_lyapunov"]
    assert found.value is not None
    assert found.error is not None
    assert found.details["steps"] > 1.5 * FEWEST
    assert found.error <= 0.012 * found.value
    # What is not chaotic has no exponent that a share of could be known.
    cycle = takens.systems.create("van_der_pol", form="textbook")
    found = takens.evaluate(cycle, metrics=["max_lyapunov"], dt=0.09)["max_lyapunov"]
    assert found.details["steps"] == FEWEST


def test_it_stops_at_the_precision_that_was_asked_for() -> None:
    x0 = starts(16, 0.1, 0.1)
    loose = LyapunovSpectrum(steps=500, precision=0.05).measure(Henon(), x0, 1.0)
    tight = LyapunovSpectrum(steps=500, precision=0.003).measure(Henon(), x0, 1.0)
    assert loose.details["steps"] < tight.details["steps"]
    for score, precision in ((loose, 0.05), (tight, 0.003)):
        assert score.value is not None
        assert score.error is not None
        assert score.error <= precision * score.value
    assert (tight.details["steps"] / 500).is_integer()


def test_it_stops_where_it_must() -> None:
    metric = LyapunovSpectrum(steps=500, precision=1e-6, most_steps=1_700)
    score = metric.measure(Henon(), starts(8, 0.1, 0.1), 1.0)
    assert 1_600 < score.details["steps"] <= 1_700


def deviations(metric: MaxLyapunov, count: int, times: int) -> list[float]:
    found: list[float] = []
    for seed in range(times):
        score = metric.measure(Henon(), starts(count, 0.1, 0.1, seed=seed), 1.0)
        assert score.value is not None
        assert score.error is not None
        found.append((score.value - 0.41922) / score.error)
    return found


@pytest.mark.parametrize(("count", "steps"), [(32, 1_000), (1, 20_000)])
def test_standard_errors_are_right_by_repetition(count: int, steps: int) -> None:
    # The root mean square of 60 normal deviations has a standard error of 0.09.
    found = deviations(MaxLyapunov(steps=steps), count, 60)
    assert 0.7 < np.sqrt(np.mean(np.square(found))) < 1.35


# What follows from a spectrum.


def test_the_kaplan_yorke_dimension_of_known_spectra() -> None:
    assert kaplan_yorke((0.9056, 0.0, -14.5723)) == pytest.approx(2.0621, abs=1e-4)
    assert kaplan_yorke((-14.5723, 0.9056, 0.0)) == kaplan_yorke((0.9056, 0.0, -14.5723))
    assert kaplan_yorke((0.41922, -1.62319)) == pytest.approx(1.2583, abs=1e-4)
    assert kaplan_yorke((-1.0, -2.0)) == 0.0
    assert kaplan_yorke((0.0, -1.0)) == 1.0
    assert kaplan_yorke((1.0, -1.0)) == 2.0
    assert kaplan_yorke((0.5,)) == 1.0


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=8), st.floats(0.1, 10))
def test_the_dimension_does_not_depend_on_the_unit_of_time(
    spectrum: list[float], unit: float
) -> None:
    found = kaplan_yorke(spectrum)
    assert 0 <= found <= len(spectrum)
    scaled = [unit * exponent for exponent in spectrum]
    assert (
        kaplan_yorke(scaled) == pytest.approx(found, abs=1e-6)
        or min(abs(float(total)) for total in np.sort(spectrum)[::-1].cumsum()) < 1e-9
    )


def test_positive_sums() -> None:
    assert positive_sum((1.5, 0.5, 0.0, -3.0)) == 2.0
    assert positive_sum((-1.0,)) == 0.0


def test_dimension_and_entropy_of_henon_with_errors() -> None:
    x0 = starts(32, 0.1, 0.1)
    dimension = KaplanYorkeDimension(steps=3_000).measure(Henon(), x0, 1.0)
    entropy = KolmogorovSinaiEntropy(steps=3_000).measure(Henon(), x0, 1.0)
    for score, truth in ((dimension, 1 + 0.41922 / 1.62319), (entropy, 0.41922)):
        assert score.value is not None
        assert score.error is not None
        assert abs(score.value - truth) < 3 * score.error
        assert 0 < score.error < 2e-3
        assert score.error_from.startswith("jackknife over 32 starts")
        assert (score.error_over, score.error_unit) == (32, "starts")
        assert score.details["checks_passed"]
    # l1 + l2 = log 0.3, so that d D = (1 / |l2| - l1 / l2^2) d l1.
    slope = 1 / 1.62319 - 0.41922 / 1.62319**2
    assert dimension.error == pytest.approx(slope * (entropy.error or 0), rel=0.05)
    assert (dimension.unit, entropy.unit) == ("1", "nats / time unit")


def test_references_follow_from_published_spectra() -> None:
    facts = Lorenz63().facts()
    assert LyapunovSpectrum().reference(facts) == 0.9056
    assert KaplanYorkeDimension().reference(facts) == pytest.approx(2.0621, abs=1e-4)
    assert KolmogorovSinaiEntropy().reference(facts) == 0.9056
    for metric in (LyapunovSpectrum(), KaplanYorkeDimension(), KolmogorovSinaiEntropy()):
        assert metric.reference(takens.plugin.Facts()) is None


def test_no_data_are_needed() -> None:
    scores = takens.evaluate(
        takens.systems.create("henon"), metrics=["lyapunov_spectrum"], starts=8
    )
    score = scores["lyapunov_spectrum"]
    assert score.reference == 0.41922
    assert len(score.details["spectrum"]) == len(score.details["spectrum_error"]) == 2
    assert score.floor == pytest.approx(2**0.5 * (score.error or 0))


def test_a_known_system_is_measured_once() -> None:
    probed: list[takens.plugin.Map] = []

    class Counting:
        def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
            probed.append(step)
            return takens.Score(value=1.0, error=0.1)

    scores = takens.evaluate(Henon(), metrics=[Counting()])
    assert len(probed) == 1
    assert scores["Counting"].floor == pytest.approx(0.1 * 2**0.5)
    takens.evaluate(Henon(), metrics=[Counting()], truth=Henon(a=1.3))
    assert len(probed) == 3


def test_where_all_diverge_there_is_no_value() -> None:
    for metric in (QUICK, KaplanYorkeDimension(steps=100), KolmogorovSinaiEntropy(steps=100)):
        score = metric.measure(lambda x: 2 * x + x**3, starts(3, 1.0, 1.0), 1.0)
        assert score.value is None
        assert score.reason == "All 3 starts diverged."
        assert score.details["spectrum"] is None


class Linear:
    """The field x' = A x, of which no orbit stays where it can be followed."""

    def __init__(self, *rows: tuple[float, ...]) -> None:
        self.matrix = torch.tensor(rows, dtype=torch.float64)

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return x @ self.matrix.T + 0.1


@pytest.mark.parametrize(
    ("field", "dt", "rates"),
    [
        (Linear((0.3,)), 0.1, [0.3]),
        (Linear((2.0, 0.0), (0.0, -1.0)), 0.05, [2.0, -1.0]),
        (Linear((0.2, 3.0), (-3.0, 0.2)), 0.05, [0.2, 0.2]),
        (Linear((-1.0, 0.0), (0.0, -1000.0)), 1e-3, [-1.0, -1000.0]),
        (Linear((-1.0, 0.0), (0.0, -1000.0)), 0.1, [-1.0, -1000.0]),
    ],
)
def test_linear_fields_have_the_exponents_of_their_eigenvalues(
    field: Linear, dt: float, rates: list[float]
) -> None:
    step = takens.plugin.flow_map(field, takens.integrators.create("rk4"), dt)
    score = QUICK.measure(step, starts(3, *rates), dt)
    assert score.details["spectrum"] == pytest.approx(rates, rel=1e-6)
    assert (score.error, score.error_over) == (0.0, None)
    assert "eigenvalues of linear dynamics" in score.error_from
    largest = MaxLyapunov(steps=100, transient=100).measure(step, starts(3, *rates), dt)
    assert largest.value == pytest.approx(rates[0], rel=1e-4)


def test_linear_maps_have_the_exponents_of_their_eigenvalues() -> None:
    score = QUICK.measure(diagonal(2.0, 0.5), starts(3, 1.0, 1.0), 0.5)
    assert score.details["spectrum"] == pytest.approx([math.log(4), -math.log(4)])
    # One that is linear on either side of a kink is not.
    kinked = QUICK.measure(lambda x: 2 * x + x.abs(), starts(3, 1.0, 1.0), 1.0)
    assert kinked.reason == "All 3 starts diverged."


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"count": 0}, "count is at least 1, or 'all'; got 0"),
        ({"steps": 0}, "steps is at least 1 .*; got 0"),
        ({"most_steps": 0}, "most_steps is at least 1 .*; got 0"),
        ({"precision": 0.0}, "above 0 and below 1 .*; got 0.0"),
        ({"precision": 1.0}, "above 0 and below 1 .*; got 1.0"),
    ],
)
def test_settings_that_are_none_are_refused(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        LyapunovSpectrum(**parameters)
