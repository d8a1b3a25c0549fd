"""Schemes against their definitions, written out for maps that are solved by hand."""

import math
from typing import Any, get_args

import attrs
import pytest
import torch

import takens
from takens_models import ShallowPLRNN
from takens_schemes import (
    ClosedForm,
    GeneralisedTeacherForcing,
    LeastSquares,
    MultipleShooting,
    OneStep,
    SparseTeacherForcing,
    TeacherForcing,
    TrajectoryMatching,
)
from takens_schemes.interval import choose_interval
from takens_systems import Lorenz63

TIMES = torch.arange(9, dtype=torch.float64) * 0.1


def loss(scheme: Any, model: Any, windows: torch.Tensor, step: int = 0) -> torch.Tensor:
    return scheme.loss(model, windows, times=TIMES[: windows.shape[-2]], step=step)


@pytest.fixture
def windows() -> torch.Tensor:
    return torch.randn(4, 9, 1, generator=torch.Generator().manual_seed(0)).double()


@pytest.fixture
def model() -> ShallowPLRNN:
    return ShallowPLRNN(1, latent_dim=4, hidden_dim=6).double()


def test_generalised_forcing_pulls_by_a_share(linear: Any, windows: torch.Tensor) -> None:
    alpha, state, errors = 0.3, windows[:, 0], []
    for i in range(8):
        forced = state if i == 0 else (1 - alpha) * state + alpha * windows[:, i]
        state = 0.5 * forced
        errors.append((state - windows[:, i + 1]).square().mean())
    found = loss(GeneralisedTeacherForcing(alpha), linear(0.5), windows)
    torch.testing.assert_close(found, torch.stack(errors).mean())


@pytest.mark.parametrize(
    ("alpha", "same_as"), [(1.0, TeacherForcing()), (0.0, TrajectoryMatching())]
)
def test_generalised_forcing_has_two_ends(
    model: ShallowPLRNN, windows: torch.Tensor, alpha: float, same_as: Any
) -> None:
    torch.testing.assert_close(
        loss(GeneralisedTeacherForcing(alpha), model, windows), loss(same_as, model, windows)
    )


def test_the_gradient_shrinks_with_the_strength(linear: Any) -> None:
    # The last prediction depends on the first by (factor (1 - alpha))^k factor.
    model, x = linear(0.9), torch.zeros(1, 6, 1, dtype=torch.float64)
    x[:, 0] = 1.0
    x.requires_grad_()
    strength = torch.tensor([0, 0.25, 0.25, 0.25, 0.25], dtype=torch.float64)
    states = takens.plugin.forced_run(model, x, dt=1.0, strength=strength)
    (slope,) = torch.autograd.grad(states[0, -1, 0], x)
    assert float(slope[0, 0, 0]) == pytest.approx(0.9 * (0.9 * 0.75) ** 4)


def test_annealing_falls_to_alpha() -> None:
    scheme = GeneralisedTeacherForcing(0.2, adapt="annealed", annealing=10)
    found = [scheme.logged_values(step)["forcing_strength"] for step in (0, 5, 10, 50)]
    assert found == pytest.approx([1.0, 0.6, 0.2, 0.2])


@pytest.mark.parametrize(
    "estimator", ["product_upper_bound", "arithmetic_mean", "batch_maximum"]
)
def test_adaptive_forcing_follows_the_jacobian(
    linear: Any, windows: torch.Tensor, estimator: Any
) -> None:
    # The Jacobian is 4 everywhere, so alpha is 1 - 1/4; downwards it remembers 0.999.
    scheme: Any = GeneralisedTeacherForcing(adapt=estimator).set_up(windows, 0.1)
    model = linear(4.0)
    loss(scheme, model, windows, step=0)
    assert scheme.logged_values(0)["forcing_strength"] == pytest.approx(0.999 + 0.001 * 0.75)
    loss(scheme, model, windows, step=1)
    assert scheme.logged_values(1)["forcing_strength"] == pytest.approx(0.999 + 0.001 * 0.75)
    scheme.load_state_dict({"alpha": torch.tensor(0.1, dtype=torch.float64)})
    loss(scheme, model, windows, step=5)
    assert scheme.logged_values(5)["forcing_strength"] == pytest.approx(0.75)
    assert float(scheme.state_dict()["alpha"]) == pytest.approx(0.75)


def test_adaptive_forcing_looks_where_the_data_lead(
    model: ShallowPLRNN, windows: torch.Tensor
) -> None:
    z, growth = model.encode(windows[:, :1]), list[torch.Tensor]()
    for i in range(8):
        z = z if i == 0 else model.force(z, windows[:, i])
        growth.append(
            torch.stack(
                [
                    torch.linalg.svdvals(torch.autograd.functional.jacobian(model, state))[0]
                    for state in z
                ]
            )
        )
        z = model(z).detach()
    kappa = torch.stack(growth, -1).log().mean(-1).exp().max()
    alpha = max(0.0, 1 - 1 / float(kappa))
    for members in (1, 3):
        scheme: Any = GeneralisedTeacherForcing(adapt="product_upper_bound")
        scheme = scheme.set_up(windows, 0.1)
        scheme.load_state_dict({"alpha": torch.zeros(members, dtype=torch.float64)})
        learner = takens.plugin.Ensemble([model] * members)
        loss(scheme, learner, windows.expand(members, *windows.shape))
        assert scheme.state_dict()["alpha"].tolist() == pytest.approx([alpha] * members)
    assert alpha > 0.01


def test_multiple_shooting_adds_the_gaps(linear: Any, windows: torch.Tensor) -> None:
    segments = [windows[:, i : i + 5] for i in (0, 4)]
    errors = [
        (0.5**k * part[:, :1] - part[:, 1:]).square()
        for part in segments
        for k in [torch.arange(1.0, 5.0, dtype=torch.float64).view(1, 4, 1)]
    ]
    gap = (0.5**4 * segments[0][:, 0] - segments[1][:, 0]).square().mean()
    expected = torch.stack(errors).mean() + 0.7 * gap
    found = loss(MultipleShooting(4, continuity=0.7), linear(0.5), windows)
    torch.testing.assert_close(found, expected)


def test_multiple_shooting_takes_what_is_left_of_a_window(
    linear: Any, windows: torch.Tensor
) -> None:
    parts = [windows[:, :5], windows[:, 4:8]]
    errors = [
        (0.5**k * part[:, :1] - part[:, 1:]).square()
        for part in parts
        for k in [torch.arange(1.0, part.shape[1], dtype=torch.float64).view(1, -1, 1)]
    ]
    gap = (0.5**4 * parts[0][:, 0] - parts[1][:, 0]).square().mean()
    expected = torch.cat(errors, 1).mean() + 0.7 * gap
    found = loss(MultipleShooting(4, continuity=0.7), linear(0.5), windows[:, :8])
    torch.testing.assert_close(found, expected)


def test_one_step_remembers_nothing(model: ShallowPLRNN, windows: torch.Tensor) -> None:
    predicted = model.observe(model(model.encode(windows[:, :-1].unsqueeze(-2))))
    expected = (predicted - windows[:, 1:]).square().mean()
    torch.testing.assert_close(loss(OneStep(), model, windows), expected)


def test_trajectories_are_matched_over_irregular_times(linear: Any) -> None:
    model = linear(-1.0, takens.plugin.Time.CONTINUOUS)
    times = torch.tensor([0.0, 0.1, 0.4, 0.5], dtype=torch.float64)
    x = torch.rand(3, 4, 1, dtype=torch.float64)
    expected = (x[:, :1] * torch.exp(-times[1:]).view(1, 3, 1) - x[:, 1:]).square().mean()
    found = TrajectoryMatching().loss(model, x, times=times, step=0)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)
    with pytest.raises(takens.InputError, match="equally spaced"):
        OneStep().loss(model, x, times=times, step=0)


def test_the_horizon_grows(linear: Any, windows: torch.Tensor) -> None:
    scheme = TrajectoryMatching(horizon=2, growing=10)
    for step, length in ((0, 2), (5, 5), (10, 8), (99, 8)):
        part = windows[:, : length + 1]
        whole = TrajectoryMatching().loss(linear(0.5), part, times=TIMES[: length + 1], step=0)
        torch.testing.assert_close(loss(scheme, linear(0.5), windows, step), whole)


@pytest.mark.parametrize("gradient", ["direct", "adjoint"])
def test_gradients_of_a_trajectory_agree(gradient: Any) -> None:
    model = takens.models.create(
        "neural_ode",
        obs_dim=2,
        width=6,
        depth=1,
        integrator={"name": "dopri5", "rtol": 1e-8, "atol": 1e-8},
    ).to(torch.device("cpu"), torch.float64)
    x = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0)).double()
    value = loss(TrajectoryMatching(gradient), model, x)
    direct = loss(TrajectoryMatching(), model, x)
    weights = list(model.parameters())
    torch.testing.assert_close(
        torch.autograd.grad(value, weights),
        torch.autograd.grad(direct, weights),
        rtol=1e-5,
        atol=1e-7,
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("mean_absolute", lambda e: e.abs().mean()),
        ("gaussian", lambda e: 0.5 * e.square().mean().log()),
    ],
)
def test_other_errors(linear: Any, windows: torch.Tensor, error: Any, expected: Any) -> None:
    errors = 0.5 * windows[:, :-1] - windows[:, 1:]
    found = loss(TeacherForcing(error=error), linear(0.5), windows)
    torch.testing.assert_close(found, expected(errors))


def test_noise_is_that_of_the_update(linear: Any, windows: torch.Tensor) -> None:
    noisy, clean = TeacherForcing(noise=0.5), loss(TeacherForcing(), linear(0.5), windows)
    one, again, other = (
        float(loss(noisy, linear(0.5), windows, step).detach()) for step in (1, 1, 2)
    )
    assert one == again != other
    # On the input only, the expected loss grows by (0.5 * 0.5)^2; on both, by 0.5^2 more.
    many = torch.zeros(2000, 9, 1, dtype=torch.float64)
    found = loss(noisy, linear(0.5), many)
    assert float(found.detach()) == pytest.approx(0.0625, rel=0.1)
    both = loss(attrs.evolve(noisy, noisy_targets=True), linear(0.5), many)
    assert float(both.detach()) == pytest.approx(0.3125, rel=0.1)
    assert float(clean.detach()) != one


def test_regularisers(windows: torch.Tensor, model: ShallowPLRNN) -> None:
    plain = loss(TeacherForcing(), model, windows)
    found = loss(TeacherForcing(regularisation={"towards_identity": 0.1}), model, windows)
    weights = {k: w for k, w in model.named_parameters() if not k.startswith("initial")}
    expected = (1 - weights.pop("A")).square().sum()
    expected = expected + sum(weight.square().sum() for weight in weights.values())
    torch.testing.assert_close(found, plain + 0.1 * expected)
    with pytest.raises(takens.InputError, match="needs weights called B"):
        loss(TeacherForcing(regularisation={"condition_number": 1.0}), model, windows)


@pytest.mark.parametrize("name", ["manifold_attractor", "diagonal_ceiling", "condition_number"])
def test_regularisers_treat_members_alike(name: str) -> None:
    from takens_schemes.regularisers import REGULARISERS

    generator = torch.Generator().manual_seed(1)
    shapes = {"A": (4,), "W": (4, 4), "h": (4,), "B": (6, 4)}
    members = [
        {key: torch.randn(shape, generator=generator) for key, shape in shapes.items()}
        for _ in range(3)
    ]
    stacked = {key: torch.stack([member[key] for member in members]) for key in shapes}
    each = torch.stack([REGULARISERS[name](member, 0) for member in members])
    torch.testing.assert_close(REGULARISERS[name](stacked, 1), each)
    assert float(each.min()) > 0


def test_least_squares_finds_parameters_within_their_errors() -> None:
    data = takens.simulate(
        takens.systems.create("lotka_volterra"),
        dt=0.1,
        steps=40,
        trajectories=20,
        noise=0.05,
        seed=1,
    )
    truth = {"alpha": 1.5, "beta": 1.0, "delta": 3.0, "gamma": 1.0}
    names = list(truth)
    model = takens.models.create(
        "known_ode",
        system="lotka_volterra",
        parameters={"alpha": 1.6, "beta": 1.1, "delta": 2.7, "gamma": 1.2},
        learn=names,
        positive=names,
    )
    fit = takens.fit(model, data, LeastSquares(), device="cpu")
    assert fit.details["converged"]
    for name, value in truth.items():
        found, error = fit.details["parameters"][name], fit.details["standard_errors"][name]
        assert abs(found - value) < 4 * error
        assert error < 0.02 * value
    assert fit.details["residual"] == pytest.approx(0.05, rel=0.2)
    # What the first samples say is taken with its noise here, and the fit is worse for it.
    rough = takens.fit(model, data, LeastSquares(initial_states=False), device="cpu")
    assert rough.details["residual"] > 1.2 * fit.details["residual"]


def test_the_errors_of_least_squares_are_those_of_a_straight_regression(linear: Any) -> None:
    # One step of z' = a z from known starts is the regression of y on x: a = xy / xx.
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(200, 1, 1, generator=generator, dtype=torch.float64)
    y = 0.7 * x + 0.1 * torch.randn(200, 1, 1, generator=generator, dtype=torch.float64)
    model = linear(0.2)
    found = LeastSquares(initial_states=False).solve(
        model, torch.cat((x, y), 1), times=torch.tensor([0.0, 1.0])
    )
    a = float((x * y).sum() / (x * x).sum())
    s = math.sqrt(float((y - a * x).square().sum()) / 199)
    assert found["parameters"]["factor"] == pytest.approx(a, rel=1e-6)
    expected = s / math.sqrt(float((x * x).sum()))
    assert found["standard_errors"]["factor"] == pytest.approx(expected, rel=1e-4)


def test_pieces_have_starts_of_their_own() -> None:
    data = takens.simulate(Lorenz63(), dt=0.02, steps=400, noise=0.01, seed=0)
    model = takens.models.create(
        "known_ode",
        system="lorenz63",
        parameters={"sigma": 10.5, "rho": 27.0, "beta": 2.8},
        learn=["sigma", "rho", "beta"],
    )
    fit = takens.fit(model, data, LeastSquares(segment=50), device="cpu")
    found = fit.details["parameters"]
    assert found["rho"] == pytest.approx(28.0, rel=0.01)
    assert found["sigma"] == pytest.approx(10.0, rel=0.03)


def wrong(scheme: Any, **arguments: Any) -> Any:
    """Make what type checkers would refuse."""
    return scheme(**arguments)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: GeneralisedTeacherForcing(1.5),
            "alpha is between 0 and 1, or 'auto'; got 1.5",
        ),
        (
            lambda: GeneralisedTeacherForcing((0.1, -1.0)),
            "alpha is between 0 and 1, or 'auto'; got -1",
        ),
        (
            lambda: wrong(GeneralisedTeacherForcing, adapt="wild"),
            "adapt is one of 'none', 'annealed'",
        ),
        (
            lambda: wrong(TrajectoryMatching, gradient="backwards"),
            "gradient is one of 'model', 'direct'",
        ),
        (lambda: MultipleShooting(0), "segment is at least 1"),
        (lambda: wrong(TeacherForcing, error="rms"), "error is one of 'mean_squared'"),
        (lambda: TeacherForcing(noise=-1.0), "noise is at least 0"),
        (lambda: TeacherForcing(regularisation={"l1": 1.0}), "regularisation knows"),
        (
            lambda: wrong(SparseTeacherForcing, every="often"),
            "every is a whole number or 'auto'",
        ),
        (lambda: LeastSquares(segment=-1), "segment is at least 0"),
    ],
)
def test_arguments_that_make_no_sense(make: Any, sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        make()


def test_what_a_scheme_cannot_do(
    linear: Any, windows: torch.Tensor, model: ShallowPLRNN
) -> None:
    with pytest.raises(takens.InputError, match="is a map; choose 'direct'"):
        loss(TrajectoryMatching("adjoint"), model, windows)
    with pytest.raises(takens.InputError, match="hold no piece of 21"):
        loss(MultipleShooting(20), model, windows)
    with pytest.raises(takens.InputError, match="has no closed form"):
        ClosedForm().solve(model, windows, times=TIMES)
    with pytest.raises(takens.InputError, match="unknowns from 36 numbers"):
        LeastSquares().solve(model, windows, times=TIMES)
    with pytest.raises(takens.InputError, match="call set_up"):
        loss(SparseTeacherForcing("auto"), model, windows)


def test_the_interval_is_the_predictability_time_of_chaotic_data() -> None:
    # ln 2 / 0.9056 are 0.77 time units; an exponent from data is right to some ten per cent.
    data = takens.simulate(Lorenz63(), dt=0.02, steps=8_000, seed=0)
    scheme = SparseTeacherForcing("auto").set_up(data.x[None], 0.02)
    assert scheme.logged_values(0)["forcing_interval"] == pytest.approx(38, rel=0.3)
    assert SparseTeacherForcing(7).set_up(data.x[None], 0.02).every == 7


def test_without_separation_the_interval_is_that_of_the_information() -> None:
    # The mutual information of x of Lorenz 63 is first least after about 0.16 time units; a
    # record of so few samples has no exponent.
    data = takens.simulate(Lorenz63(), dt=0.01, steps=20_000, seed=0)
    generator = torch.Generator().manual_seed(0)
    wave = torch.sin(2 * math.pi * torch.arange(4000.0) / 80).view(1, -1, 1).double()
    wave = wave + 0.1 * torch.randn(wave.shape, generator=generator, dtype=torch.float64)
    found = choose_interval(wave, 1.0)
    assert "mutual information" in found.chosen_by
    assert found.samples == pytest.approx(20, abs=8)
    assert choose_interval(data.x[None], 0.01).chosen_by.startswith("the predictability time")


def test_what_settings_name_is_there() -> None:
    from takens_schemes.adaptive_forcing import ESTIMATORS
    from takens_schemes.objective import LOSSES
    from takens_schemes.regularisers import REGULARISERS
    from takens_schemes.settings import Error, Estimator, ObjectiveSettings

    assert set(ESTIMATORS) == set(get_args(Estimator))
    assert set(LOSSES) == set(get_args(Error))
    every = dict.fromkeys(REGULARISERS, 0.1)
    assert ObjectiveSettings(regularisation=every).regularisation == every
    with pytest.raises(takens.errors.ComponentError) as refused:
        ObjectiveSettings(regularisation={"wild": 1.0})
    assert all(name in str(refused.value) for name in REGULARISERS)
