from typing import Any

import attrs
import pytest
import torch
from scipy.integrate import solve_ivp

import takens
from takens_integrators import Dopri5
from takens_systems import Lorenz63


def test_a_trajectory_agrees_with_an_independent_solver() -> None:
    start = torch.tensor([1.0, 2.0, 20.0], dtype=torch.float64)
    data = takens.simulate(Lorenz63(), dt=0.001, steps=1001, initial=start)

    def field(_: float, s: list[float]) -> list[float]:
        x, y, z = s
        return [10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z]

    truth = solve_ivp(field, (0, 1), start.tolist(), rtol=1e-11, atol=1e-11)
    torch.testing.assert_close(
        data.x[-1], torch.from_numpy(truth.y[:, -1]), rtol=1e-7, atol=1e-7
    )


def test_an_integrator_may_be_given_by_name() -> None:
    def end(integrator: takens.plugin.Integrator | str) -> torch.Tensor:
        return takens.simulate(Lorenz63(), dt=0.01, steps=50, integrator=integrator).x[-1]

    torch.testing.assert_close(end("dopri5"), end(Dopri5()), rtol=0, atol=0)
    assert not torch.equal(end("dopri5"), end("euler"))
    with pytest.raises(takens.errors.ComponentError, match="No integrator is called 'rk5'"):
        end("rk5")


def test_noise_is_a_fraction_of_the_spread() -> None:
    clean = takens.simulate(Lorenz63(), dt=0.01, steps=4000, seed=1)
    noisy = takens.simulate(Lorenz63(), dt=0.01, steps=4000, seed=1, noise=0.05)
    ratio = (noisy.x - clean.x).std(0) / clean.x.std(0)
    torch.testing.assert_close(ratio, torch.full((3,), 0.05).double(), rtol=0.05, atol=0)


def test_seeds_decide() -> None:
    def sample(seed: int) -> torch.Tensor:
        return takens.simulate(Lorenz63(), dt=0.01, steps=20, seed=seed, noise=0.1).x

    torch.testing.assert_close(sample(3), sample(3), rtol=0, atol=0)
    assert not torch.equal(sample(3), sample(4))


def test_several_trajectories_are_independent() -> None:
    data = takens.simulate(Lorenz63(), dt=0.01, steps=50, trajectories=3)
    assert data.x.shape == (3, 50, 3)
    assert float((data.x[0] - data.x[1]).abs().max()) > 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"steps": 1}, "at least 2 steps; got 1"),
        ({"steps": 10, "dt": -0.1}, "dt is a positive sampling interval"),
        ({"steps": 10, "noise": -1}, "noise is a fraction"),
        ({"steps": 10, "trajectories": 0}, "trajectories is at least 1"),
        ({"steps": 10, "initial": torch.zeros(2)}, "has 3 numbers; got 2"),
    ],
)
def test_numbers_that_make_no_sense(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        takens.simulate(Lorenz63(), **arguments)  # pyright: ignore


def test_a_trajectory_that_explodes_is_named() -> None:
    with pytest.raises(takens.TakensError, match="no longer finite"):
        takens.simulate(Lorenz63(), dt=1.0, steps=50)


def test_a_map_that_explodes_is_named() -> None:
    @attrs.frozen
    class Doubling:
        dim = 1
        time = takens.plugin.Time.DISCRETE

        def __call__(self, x: torch.Tensor, /) -> torch.Tensor:
            return x * 1e10

        def initial(self) -> tuple[float, ...]:
            return (1.0,)

        def facts(self) -> takens.plugin.Facts:
            return takens.plugin.Facts()

    with pytest.raises(takens.TakensError, match="left the finite numbers at sample 31"):
        takens.simulate(Doubling(), steps=50, initial=torch.ones(1))


class Features(torch.nn.Module):
    """Lorenz 63 as a linear layer over x, y, z, xz and xy."""

    def __init__(self) -> None:
        super().__init__()
        rows = [[-10.0, 10, 0, 0, 0], [28, -1, 0, -1, 0], [0, 0, -8 / 3, 0, 1]]
        self.layer = torch.nn.Linear(5, 3, bias=False)
        self.layer.weight.data.copy_(torch.tensor(rows))

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        x, y, z = state.unbind(-1)
        return self.layer(torch.stack((x, y, z, x * z, x * y), -1))


def test_any_module_is_a_field_in_the_precision_of_its_weights() -> None:
    start = torch.tensor([[1.0, 2.0, 20.0], [-3.0, 0.0, 15.0]])
    known = takens.simulate("lorenz63", dt=0.01, steps=100, initial=start)
    single = takens.simulate(Features(), dt=0.01, steps=100, initial=start)
    double = takens.simulate(Features().double(), dt=0.01, steps=100, initial=start)
    assert single.x.shape == (2, 100, 3)
    assert single.x.dtype == torch.float64
    # 8 / 3 is rounded to single precision in the layer.
    torch.testing.assert_close(double.x, known.x, rtol=0, atol=1e-5)
    torch.testing.assert_close(single.x, known.x, rtol=0, atol=1e-3)
    assert not single.x.requires_grad


def test_a_function_of_time_is_a_field() -> None:
    data = takens.simulate(lambda t, x: 2 * t + 0 * x, dt=0.5, steps=5, initial=[0.0])  # pyright: ignore[reportUnknownLambdaType, reportUnknownVariableType]
    torch.testing.assert_close(data.x[:, 0], data.t**2)


def test_samples_at_times_of_ones_own() -> None:
    times = [0.0, 0.1, 0.5, 0.51, 2.0]
    start = torch.tensor([1.0, 2.0, 20.0], dtype=torch.float64)
    data = takens.simulate("lorenz63", times=times, initial=start, integrator="dopri5")
    fine = takens.simulate("lorenz63", dt=0.01, steps=201, initial=start, integrator="dopri5")
    assert data.t.tolist() == times
    torch.testing.assert_close(data.x, fine.x[[0, 10, 50, 51, 200]], rtol=1e-4, atol=1e-4)
    assert takens.simulate("lorenz63", times=times, trajectories=3).x.shape == (3, 5, 3)


def test_starts_are_spread_about_what_is_given_and_noise_is_absolute() -> None:
    times = torch.linspace(0, 1, 5)
    clean = takens.simulate(
        "van_der_pol", times=times, trajectories=4000, initial=(2.5, -1.0), spread=0.1, seed=3
    )
    starts = clean.x[:, 0]
    middle = torch.tensor([2.5, -1.0]).double()
    torch.testing.assert_close(starts.mean(0), middle, rtol=0, atol=0.01)
    torch.testing.assert_close(starts.std(0), torch.full((2,), 0.1).double(), rtol=0.05, atol=0)
    noisy = takens.simulate(
        "van_der_pol", times=times, trajectories=4000, initial=(2.5, -1.0), spread=0.1, seed=3,
        noise_deviation=0.02,
    )  # fmt: skip
    off = (noisy.x - clean.x).std((0, 1))
    torch.testing.assert_close(off, torch.full((2,), 0.02).double(), rtol=0.05, atol=0)
    own = takens.simulate("van_der_pol", dt=0.1, steps=3, spread=0.2, trajectories=500)
    about = torch.tensor(takens.systems.create("van_der_pol").initial()).double()
    torch.testing.assert_close(own.x[:, 0].mean(0), about, rtol=0, atol=0.05)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "has steps=..., or times=... of its own"),
        ({"times": [0.0, 1.0], "dt": 0.1}, "and dt says so, too"),
        ({"times": [0.0, 1.0], "steps": 5}, "and steps says so, too"),
        ({"times": [0.0, 1.0], "transient": 5}, "and transient says so, too"),
        ({"times": [0.0, 0.0]}, "finite numbers that increase"),
        ({"times": [0.0, float("inf")]}, "finite numbers that increase"),
        ({"steps": 5, "spread": -1.0}, "spread is a standard deviation"),
        ({"steps": 5, "noise_deviation": float("nan")}, "noise_deviation is a standard"),
        ({"steps": 5, "noise_deviation": 0.1, "noise": 0.1}, "two ways to say one thing"),
        ({"steps": 5, "initial": (1.0, 2.0)}, "has 3 numbers; got 2"),
    ],
)
def test_what_contradicts_itself_is_refused(arguments: Any, sentence: str) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        takens.simulate("lorenz63", **arguments)


def test_a_map_has_no_times() -> None:
    with pytest.raises(takens.InputError, match="A map has one sample a step"):
        takens.simulate("henon", times=[0.0, 1.0])
