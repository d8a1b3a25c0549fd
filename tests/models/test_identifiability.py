"""Bounds that are reached, and parameters that data do not tell."""

from typing import Any

import attrs
import pytest
import torch

import takens
from takens_models.continuous.identifiability import alike, bounds_reached, replaced


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    system = takens.systems.create("lotka_volterra")
    return takens.simulate(system, dt=0.1, steps=60, trajectories=4, noise=0.01, seed=1)


def vars_of(system: str) -> dict[str, Any]:
    made: Any = takens.create("system", system)
    return attrs.asdict(made)


def fitted(data: takens.TimeSeries, **settings: Any) -> takens.Fit:
    model = takens.models.create("known_ode", system="lotka_volterra", **settings)
    scheme = takens.schemes.create("least_squares")
    return takens.fit(model, data, scheme, device="cpu")


def test_a_bound_that_was_reached_is_remarked(data: takens.TimeSeries) -> None:
    true: float = vars_of("lotka_volterra")["alpha"]
    high = 0.99 * true
    fit = fitted(
        data,
        learn=["alpha", "beta"],
        parameters={"alpha": 0.9 * true},
        bounds={"alpha": (0.1, high)},
    )
    assert any(
        "alpha = " in remark and f"its upper bound, {high:g}" in remark
        for remark in fit.remarks
    )
    assert not fitted(data, learn=["alpha", "beta"]).remarks


def test_parameters_that_act_alike_are_named_with_a_number() -> None:
    x = torch.randn(50, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    effects = torch.cat((x, 2 * x, x**2), 1).mT
    (told,) = alike(["a", "b", "c"], effects)
    assert "a and b cannot be told apart" in told
    assert "condition number" in told
    assert not list(alike(["a", "c"], effects[[0, 2]]))
    (unseen,) = alike(["a", "d"], torch.stack((effects[0], 0 * effects[0])))
    assert unseen.startswith("d does not change")
    (gone,) = replaced(["a", "c"], effects[[0, 2]], effects[:1].mT)
    assert gone.startswith("a is not told by the data")
    assert "100.0%" in gone


def test_only_values_near_a_bound_are_remarked() -> None:
    values = {"a": torch.tensor(1.0), "b": torch.tensor(0.02)}
    assert not list(bounds_reached(values, {"a": (0.0, 2.0)}))
    (told,) = bounds_reached(values, {"a": (0.0, 2.0), "b": (0.0, 9.0)})
    assert told.startswith("b = 0.02 has reached its lower bound, 0:")


def test_a_network_that_takes_a_parameters_place_is_remarked(data: takens.TimeSeries) -> None:
    model = takens.models.create(
        "universal_ode", system="lotka_volterra", learn=["alpha"], width=16, depth=2
    )
    fit = takens.fit(
        model,
        data,
        takens.schemes.create("trajectory_matching"),
        steps=2,
        window=10,
        device="cpu",
    )
    assert any("alpha is not told by the data: the network" in r for r in fit.remarks)


def test_what_least_squares_cannot_tell_is_remarked_with_its_error() -> None:
    from takens_schemes.residual_checks import unidentified

    values, errors = torch.tensor([1.0, 5.0]), torch.tensor([0.1, 8.6e6])
    close = torch.tensor([[1.0, 0.99995], [0.99995, 1.0]])
    told = list(unidentified(["a", "b"], values, errors, close))
    assert told[0].startswith("The data do not tell b = 5 ± 8.6e+06")
    assert "a and b can hardly be told apart (correlation 0.999950)" in told[1]
    assert not list(unidentified(["a", "b"], values, values / 3, torch.eye(2)))
