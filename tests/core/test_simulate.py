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
