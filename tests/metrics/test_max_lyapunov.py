import json
import math
from typing import Any, final

import attrs
import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor, nn

import takens
from takens_integrators import RK4
from takens_metrics import MaxLyapunov
from takens_systems import Lorenz63

QUICK = MaxLyapunov(steps=500, transient=100)


@final
@attrs.frozen(eq=False)
class LinearMap:
    """`x' = A x`, on the torus where ``wrapped``."""

    A: Tensor
    wrapped: bool = False

    def __call__(self, x: Tensor, /) -> Tensor:
        y = x @ self.A.mT
        return y.remainder(1) if self.wrapped else y

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        return self(x), self.A @ v


@final
@attrs.frozen(eq=False)
class LinearField:
    """`dx/dt = A x`."""

    A: Tensor

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return x @ self.A.mT

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        return self.A.expand(*x.shape, -1)


@final
class CircleField:
    """A limit cycle of radius 1."""

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        a, b = x.unbind(-1)
        pull = 1 - a * a - b * b
        return torch.stack((pull * a - b, pull * b + a), -1)

    def jacobian(self, t: Tensor, x: Tensor, /) -> Tensor:
        a, b = x.unbind(-1)
        pull = 1 - a * a - b * b
        rows = (
            torch.stack((pull - 2 * a * a, -2 * a * b - 1), -1),
            torch.stack((-2 * a * b + 1, pull - 2 * b * b), -1),
        )
        return torch.stack(rows, -2)


@final
class Logistic:
    def __call__(self, x: Tensor, /) -> Tensor:
        return 4 * x * (1 - x)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        return self(x), (4 - 8 * x).unsqueeze(-1) * v


@final
class Henon:
    def __call__(self, x: Tensor, /) -> Tensor:
        a, b = x.unbind(-1)
        return torch.stack((1 - 1.4 * a * a + b, 0.3 * a), -1)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        p, q = v.unbind(-2)
        return self(x), torch.stack((q - 2.8 * x[:, :1] * p, 0.3 * p), -2)


@final
class TwoAttractors:
    """A fixed point at -1 for negative starts, the logistic map's chaos for the others."""

    def __call__(self, x: Tensor, /) -> Tensor:
        return torch.where(x < 0, (x - 1) / 2, Logistic()(x))

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        slope = torch.where(x < 0, 0.5, 4 - 8 * x)
        return self(x), slope.unsqueeze(-1) * v


@final
class Flicker:
    """A contraction to 1 that ends in rounding, up and down for ever."""

    def __call__(self, x: Tensor, /) -> Tensor:
        return 1 - 0.5 * (x - 1) - 1e-15 * (x - 1).sign()

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        return self(x), -0.5 * v


def uniform(starts: int, d: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(starts, d, generator=generator, dtype=torch.float64)


def matrix(*rows: list[float]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def lorenz(dt: float = 0.02, **parameters: float) -> takens.plugin.Map:
    return takens.plugin.flow_map(Lorenz63(**parameters), RK4(), dt)


def lorenz_starts(starts: int) -> Tensor:
    return torch.tensor(Lorenz63().initial(), dtype=torch.float64) + uniform(starts, 3)


def within_three_errors(score: takens.Score, truth: float, largest_error: float) -> None:
    assert score.value is not None
    assert score.error is not None
    assert abs(score.value - truth) < 3 * score.error
    assert score.error < largest_error


# Closed forms.


@settings(max_examples=20, deadline=None)
@given(
    factors=st.lists(st.floats(0.01, 0.9), min_size=1, max_size=3),
    largest=st.floats(0.95, 1.0),
    dt=st.floats(1e-3, 10),
)
def test_a_stable_linear_map_has_the_log_of_its_largest_factor(
    factors: list[float], largest: float, dt: float
) -> None:
    diagonal = torch.tensor([*factors, largest], dtype=torch.float64)
    score = QUICK.measure(LinearMap(diagonal.diag()), uniform(4, len(diagonal)) + 0.1, dt)
    assert score.value == pytest.approx(math.log(largest) / dt, abs=1e-4 / dt)


def test_an_unstable_linear_map_has_a_positive_exponent_at_its_fixed_point() -> None:
    unstable = LinearMap(matrix([1.1, 0], [0, 0.8]))
    score = QUICK.measure(unstable, torch.zeros(4, 2, dtype=torch.float64), 1.0)
    assert score.value == pytest.approx(math.log(1.1), rel=1e-12)
    assert score.details["alive"] == 1.0


def test_a_linear_flow_has_the_exponent_of_its_field_whatever_steps_do() -> None:
    flow = takens.plugin.flow_map(LinearField(matrix([-0.4, 0.3], [0, -0.1])), RK4(), 0.5)
    score = MaxLyapunov(steps=50, transient=300).measure(flow, uniform(3, 2), 0.5)
    assert score.value == pytest.approx(-0.1, rel=1e-12)


def test_the_cat_map_is_known_to_the_last_digit() -> None:
    cat = LinearMap(matrix([2, 1], [1, 1]), wrapped=True)
    score = QUICK.measure(cat, uniform(8, 2), 0.1)
    truth = math.log((3 + 5**0.5) / 2) / 0.1
    assert score.value == pytest.approx(truth, rel=1e-12)
    assert score.details["alive"] == 1.0
    assert score.details["exponents"] == pytest.approx([truth] * 8, rel=1e-12)


def test_the_transient_of_the_tangents_is_discarded() -> None:
    # A tangent in a general direction first grows by the shear, 1e6.
    sheared = LinearMap(matrix([1.0, 1e6], [0, 0.5]))
    score = MaxLyapunov(steps=5, transient=100).measure(sheared, uniform(2, 2) * 1e-9, 1.0)
    assert score.value == pytest.approx(0.0, abs=1e-9)


def test_the_transient_of_the_state_is_discarded() -> None:
    # Outside the unit interval the tent is steeper.
    def map_(x: Tensor, /) -> Tensor:
        return torch.where(x > 1, 1 + (x - 1) * 0.9 - 1e-3, (3 * x).remainder(1))

    starts = uniform(4, 1) + 1.5
    score = MaxLyapunov(steps=50, transient=100).measure(map_, starts, 1.0)
    assert score.value == pytest.approx(math.log(3), rel=1e-9)


# Published values, each within three of its own standard errors.


def test_logistic_map() -> None:
    score = MaxLyapunov(steps=3_000).measure(Logistic(), uniform(32, 1), 1.0)
    within_three_errors(score, math.log(2), 1e-3)


def test_henon_map() -> None:
    score = MaxLyapunov(steps=3_000).measure(Henon(), uniform(64, 2) / 10, 1.0)
    within_three_errors(score, 0.4192, 2e-3)


def test_lorenz_63() -> None:
    metric = MaxLyapunov(steps=2_000, transient=500)
    score = metric.measure(lorenz(), lorenz_starts(128), 0.02)
    within_three_errors(score, 0.9056, 6e-3)
    assert score.details["alive"] == 1.0
    assert score.unit == "1 / time unit"


def test_lorenz_63_at_rho_20_comes_to_rest() -> None:
    metric = MaxLyapunov(steps=2_000, transient=800)
    score = metric.measure(lorenz(rho=20.0), lorenz_starts(16), 0.02)
    x, z = (8 / 3 * 19) ** 0.5, 19.0
    at_rest = torch.tensor([x, x, z], dtype=torch.float64)
    jacobian = Lorenz63(rho=20.0).jacobian(torch.zeros(()), at_rest)
    assert score.value == pytest.approx(np.linalg.eigvals(jacobian).real.max(), rel=0.03)
    assert max(score.details["exponents"]) < 0
    assert score.details["alive"] < 0.2


# How it is computed.


def test_forward_mode_gives_what_the_jacobian_gives() -> None:
    system = Lorenz63()

    def field(t: Tensor, x: Tensor, /) -> Tensor:
        return system(t, x)

    metric = MaxLyapunov(steps=60, transient=20)
    analytic = metric.measure(lorenz(), lorenz_starts(3), 0.02)
    forward = metric.measure(takens.plugin.flow_map(field, RK4(), 0.02), lorenz_starts(3), 0.02)
    assert forward.details["exponents"] == pytest.approx(
        analytic.details["exponents"], rel=1e-9
    )


@pytest.mark.parametrize("interval", [1, 7, 15])
def test_the_interval_between_orthogonalisations_does_not_matter(interval: int) -> None:
    # Few enough steps that rounding does not part the orbits.
    x0, rest = uniform(4, 2) / 10, {"steps": 30, "transient": 10}
    auto = MaxLyapunov(**rest).measure(Henon(), x0, 1.0)
    fixed = MaxLyapunov(**rest, qr_interval=interval).measure(Henon(), x0, 1.0)
    assert fixed.details["qr_interval"] == interval
    assert fixed.value == pytest.approx(auto.value, rel=1e-9)


def test_steps_that_fill_no_whole_interval_count_too() -> None:
    cat = LinearMap(matrix([2, 1], [1, 1]), wrapped=True)
    metric = MaxLyapunov(steps=103, transient=50, qr_interval=10)
    score = metric.measure(cat, uniform(2, 2), 1.0)
    assert score.value == pytest.approx(math.log((3 + 5**0.5) / 2), rel=1e-12)
    assert score.curves["convergence"].x[-1] == 103


@pytest.mark.parametrize("factor", [1e60, 1e-60])
def test_the_interval_follows_from_the_growth(factor: float) -> None:
    segment, origin = LinearMap(matrix([factor])), torch.zeros(2, 1, dtype=torch.float64)
    score = QUICK.measure(segment, origin, 1.0)
    assert score.details["qr_interval"] == 1
    assert score.value == pytest.approx(math.log(factor), rel=1e-12)
    fixed = attrs.evolve(QUICK, qr_interval=10).measure(segment, origin, 1.0)
    assert fixed.value is None or fixed.value == pytest.approx(math.log(factor), rel=1e-12)
    assert fixed.value is not None or "within 10 steps" in fixed.reason


def test_a_start_does_not_depend_on_the_others() -> None:
    # Few enough steps that rounding does not part the orbits.
    metric = MaxLyapunov(steps=20, transient=10, qr_interval=5)
    one = metric.measure(Henon(), uniform(5, 2) / 10, 1.0)
    others = torch.cat((uniform(3, 2, 1), uniform(5, 2)[3:4], uniform(1, 2, 2))) / 10
    another = metric.measure(Henon(), others, 1.0)
    assert another.details["exponents"][3] == pytest.approx(one.details["exponents"][3])
    assert another.details["exponents"][2] != pytest.approx(one.details["exponents"][2])


def test_it_is_the_same_every_time() -> None:
    torch.manual_seed(1)  # pyright: ignore[reportUnknownMemberType]
    first = QUICK.measure(Henon(), uniform(4, 2) / 10, 1.0)
    torch.manual_seed(2)  # pyright: ignore[reportUnknownMemberType]
    assert QUICK.measure(Henon(), uniform(4, 2) / 10, 1.0) == first


def test_a_network_is_left_without_gradients() -> None:
    network = nn.Linear(3, 3, dtype=torch.float64)
    nn.init.eye_(network.weight).data.mul_(0.5)

    def step(x: Tensor, /) -> Tensor:
        y = network(x)
        assert not y.requires_grad
        return y

    score = MaxLyapunov(steps=20, transient=20).measure(step, uniform(2, 3), 1.0)
    assert score.value == pytest.approx(math.log(0.5))


# The score.


def test_value_error_and_trace_follow_from_the_exponents() -> None:
    score = MaxLyapunov(steps=1_000, transient=100).measure(Henon(), uniform(16, 2) / 10, 0.5)
    details = score.details
    exponents = np.array(details["exponents"])
    assert score.value == pytest.approx(exponents.mean())
    assert score.error == pytest.approx(exponents.std(ddof=1) / 4)
    assert score.error_from == "standard error over 16 starts"
    assert (score.error_over, score.error_unit) == (16, "starts")
    times, values, errors = (
        getattr(score.curves["convergence"], key) for key in ("x", "y", "error")
    )
    assert 100 < len(times) == len(values) == len(errors) <= 200
    assert list(times) == sorted(times)
    assert times[-1] == 500
    assert (values[-1], errors[-1]) == (score.value, score.error)
    assert errors[-1] < errors[0]
    json.dumps(dict(details), allow_nan=False)


def test_the_error_of_one_start_is_from_stretches_of_its_orbit() -> None:
    score = QUICK.measure(Henon(), uniform(1, 2) / 10, 1.0)
    assert score.value is not None
    assert score.error_from == "standard error over 20 segments of 1 orbit"
    assert set(score.curves["convergence"].error) == {None}


def test_one_start_and_few_steps_have_no_error() -> None:
    score = MaxLyapunov(steps=4, transient=10).measure(Henon(), uniform(1, 2) / 10, 1.0)
    assert score.value is not None
    assert score.error is None
    assert score.error_from == ""


def test_starts_that_diverge_are_left_out_and_counted() -> None:
    outside = torch.tensor([[1.5], [-0.2]], dtype=torch.float64)
    metric = MaxLyapunov(steps=2_000, transient=100)
    score = metric.measure(Logistic(), torch.cat((outside, uniform(6, 1))), 1.0)
    assert score.details["diverged"] == 0.25
    assert score.details["alive"] == 0.75
    assert score.details["exponents"][:2] == [None, None]
    assert score.value == pytest.approx(math.log(2), abs=0.02)
    json.dumps(dict(score.details), allow_nan=False)


def test_an_orbit_that_leaves_for_good_has_no_exponent_though_its_numbers_are_finite() -> None:
    starts = torch.tensor([[1.0], [0.0]], dtype=torch.float64)
    score = QUICK.measure(LinearMap(matrix([1.1])), starts, 1.0)
    assert score.details["exponents"] == [None, pytest.approx(math.log(1.1))]


@pytest.mark.parametrize("factor", [1.05, 2.0, 1e30])
def test_where_all_diverge_there_is_no_value(factor: float) -> None:
    def step(x: Tensor, /) -> Tensor:
        return factor * (x + x**3)

    score = QUICK.measure(step, uniform(3, 1) + 1, 1.0)
    assert score.value is None
    assert score.error is None
    assert score.details["diverged"] == 1.0
    assert score.reason == "All 3 starts diverged."
    json.dumps(dict(score.details), allow_nan=False)


def test_no_step_is_spent_on_orbits_that_all_diverged() -> None:
    steps = 0

    def step(x: Tensor, /) -> Tensor:
        nonlocal steps
        steps += 1
        return 1e30 * (x + x**3)

    MaxLyapunov(steps=500, transient=20).measure(step, uniform(3, 1) + 1, 1.0)
    assert steps < 60


@pytest.mark.parametrize(
    ("frozen", "moving", "truth"), [(2, 6, math.log(2)), (6, 2, math.log(0.5))]
)
def test_the_value_is_that_of_the_attractor_which_more_starts_reach(
    frozen: int, moving: int, truth: float
) -> None:
    starts = torch.cat((-1 - uniform(frozen, 1), uniform(moving, 1)))
    metric = MaxLyapunov(steps=2_000, transient=100)
    score = metric.measure(TwoAttractors(), starts, 1.0)
    assert score.value == pytest.approx(truth, abs=0.02)
    assert score.details["alive"] == moving / 8
    assert score.details["diverged"] == 0.0
    assert score.error_from.endswith("segments of 6 orbits")


def test_a_stable_cycle_is_alive() -> None:
    metric = MaxLyapunov(steps=500, transient=100)
    score = metric.measure(
        takens.plugin.flow_map(CircleField(), RK4(), 0.1), uniform(4, 2) + 0.1, 0.1
    )
    assert score.value == pytest.approx(0.0, abs=1e-3)
    assert score.details["alive"] == 1.0


def test_rounding_is_no_motion() -> None:
    score = QUICK.measure(Flicker(), uniform(3, 1), 1.0)
    assert score.value == pytest.approx(math.log(0.5))
    assert score.details["alive"] == 0.0


def test_an_orbit_may_start_at_the_origin() -> None:
    score = QUICK.measure(Henon(), torch.zeros(2, 2, dtype=torch.float64), 1.0)
    assert score.details["diverged"] == 0.0


def test_slow_growth_is_traced_as_finely() -> None:
    score = QUICK.measure(LinearMap(matrix([0.9999])), uniform(2, 1), 1.0)
    assert len(score.curves["convergence"].y) == 200


def test_a_growth_without_a_logarithm_gives_no_exponent() -> None:
    score = QUICK.measure(LinearMap(matrix([0.0])), uniform(2, 1), 1.0)
    assert score.value is None
    assert "vanish" in score.reason
    json.dumps(dict(score.details), allow_nan=False)


def test_the_reference_is_the_first_published_exponent() -> None:
    metric = MaxLyapunov()
    assert metric.reference(Lorenz63().facts()) == 0.9056
    assert metric.reference(Lorenz63(rho=20.0).facts()) is None
    assert isinstance(metric, takens.plugin.SupportsReference)


@pytest.mark.parametrize(
    "x0",
    [
        torch.zeros(3, dtype=torch.float64),
        torch.zeros(2, 3),
        torch.zeros(0, 3, dtype=torch.float64),
        torch.full((2, 3), torch.nan, dtype=torch.float64),
    ],
)
def test_starts_that_do_not_fit_are_refused(x0: Tensor) -> None:
    with pytest.raises(
        takens.errors.DataError, match=r"finite float64 states x0: \(starts, d\)"
    ):
        QUICK.measure(lorenz(), x0, 0.02)


@pytest.mark.parametrize("dt", [0.0, -1.0, math.nan, math.inf])
def test_a_step_that_is_none_is_refused(dt: float) -> None:
    with pytest.raises(takens.errors.DataError, match="dt above 0"):
        QUICK.measure(lorenz(), uniform(2, 3), dt)


@pytest.mark.parametrize("parameters", [{"steps": 0}, {"transient": 0}, {"qr_interval": -1}])
def test_settings_that_are_none_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(takens.errors.ComponentError, match="is at least 1"):
        MaxLyapunov(**parameters)
