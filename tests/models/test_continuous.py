"""Models that are differential equations."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import takens
from takens_models import FieldModel, KnownODE, NeuralODE, UniversalODE
from takens_models.latent.network import ACTIVATIONS, Network

from .variants import numbers


def test_the_field_is_a_network() -> None:
    model = NeuralODE(2, 3, width=5, depth=1).double()
    first, last = model.field.network.layers
    z = numbers(4, 3)
    expected = last(torch.tanh(first(z)))
    torch.testing.assert_close(model(torch.zeros(()), z), expected)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_jacobian_of_a_network(activation: str, depth: int) -> None:
    generator = torch.Generator().manual_seed(0)
    sizes = (3, *[6] * depth, 2)
    network = Network(*sizes, activation=activation, generator=generator).double()
    x = numbers(5, 3)
    expected = torch.func.vmap(torch.func.jacfwd(network))(x)
    torch.testing.assert_close(network.jacobian(x), expected)


def test_activations_are_torchs_own() -> None:
    x = numbers(50)
    for name in ACTIVATIONS:
        network = Network(1, 1, 1, activation=name, generator=torch.Generator()).double()
        first, last = network.layers
        theirs = getattr(torch.nn.functional, name)
        expected = last(theirs(first(x.unsqueeze(-1))))
        torch.testing.assert_close(network(x.unsqueeze(-1)), expected)


def test_substeps_make_the_step_finer() -> None:
    coarse, fine, exact = (
        NeuralODE(2, width=8, integrator=choice).double()
        for choice in (
            {"name": "rk4"},
            {"name": "rk4", "substeps": 4},
            {"name": "dopri5", "rtol": 1e-10, "atol": 1e-12, "backend": "eager"},
        )
    )
    z = numbers(6, 2)
    truth = takens.plugin.latent_map(exact, 2.0)(z)
    errors = [
        float((takens.plugin.latent_map(m, 2.0)(z) - truth).detach().abs().max())
        for m in (coarse, fine)
    ]
    assert errors[1] < errors[0] / 50
    ts = torch.tensor([0.0, 2.0])
    for model in (coarse, fine, exact):
        whole = model.integrator.solve(model, z, ts)[..., -1, :]
        torch.testing.assert_close(
            whole, takens.plugin.latent_map(model, 2.0)(z), atol=1e-9, rtol=1e-9
        )


def test_tangents_through_an_adaptive_method() -> None:
    choice = {"name": "dopri5", "rtol": 1e-9, "atol": 1e-11, "backend": "eager"}
    model = NeuralODE(2, width=8, integrator=choice).double()
    step = takens.plugin.latent_map(model, 0.5)
    z, v, h = numbers(3, 2), numbers(3, 2, 1, seed=1), 1e-5
    _, pushed = takens.plugin.jvp(step, z, v)
    ahead, behind = step(z + h * v[..., 0]), step(z - h * v[..., 0])
    torch.testing.assert_close(pushed[..., 0], (ahead - behind) / (2 * h), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("gradient", ["direct", "adjoint"])
def test_gradient_modes_agree(gradient: str) -> None:
    model = NeuralODE(2, width=8, integrator={"name": "rk4", "gradient": gradient}).double()
    ts = torch.linspace(0, 1, 21, dtype=torch.float64)
    states = model.integrator.solve(model, numbers(3, 2), ts)
    (found,) = torch.autograd.grad(states.square().mean(), list(model.parameters())[:1])
    step, z = takens.plugin.latent_map(model, 0.05), numbers(3, 2)
    rows = [z]
    for _ in range(20):
        rows.append(step(rows[-1]))
    loss = torch.stack(rows, -2).square().mean()
    (expected,) = torch.autograd.grad(loss, list(model.parameters())[:1])
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_any_module_is_a_field() -> None:
    class Pendulum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.frequency = nn.Parameter(torch.tensor(2.0, dtype=torch.float64))

        def forward(self, t: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
            angle, speed = z.unbind(-1)
            return torch.stack((speed, -self.frequency.square() * angle.sin()), -1)

    model = FieldModel(Pendulum(), 1, 2).double()
    assert isinstance(model, takens.plugin.ContinuousModel)
    z = model.encode(0.01 * numbers(3, 1, 1))
    assert z.shape == (3, 2)
    step = takens.plugin.latent_map(model, 0.05)
    start = torch.tensor([0.01, 0.0], dtype=torch.float64)
    end = start
    for _ in range(20):
        end = step(end)
    # Small swings are harmonic: one time unit at an angular frequency of 2.
    torch.testing.assert_close(
        end[0], 0.01 * torch.tensor(2.0, dtype=torch.float64).cos(), rtol=1e-3, atol=0
    )
    loss = end.square().sum()
    assert float(torch.autograd.grad(loss, list(model.parameters())[:1])[0]) != 0


def lotka_volterra(samples: int = 200) -> takens.TimeSeries:
    system = takens.systems.create("lotka_volterra")
    return takens.simulate(system, dt=0.05, steps=samples, initial=torch.tensor([1.0, 1.0]))


def test_a_known_system_keeps_its_own_units() -> None:
    data = lotka_volterra()
    model = KnownODE("lotka_volterra").double()
    trained = takens.TrainedModel.for_series(model, data)
    model.adopt_units(trained.mean, trained.scale)
    z = trained.encode(data.x[:1])
    torch.testing.assert_close(z, data.x[0])
    torch.testing.assert_close(trained.force(numbers(2), data.x[5]), data.x[5])
    free = takens.generate(trained, context=data.x[:1], steps=199)
    torch.testing.assert_close(free.x, data.x[1:], atol=1e-8, rtol=1e-8)


def test_units_come_back_from_a_file(tmp_path: Any) -> None:
    data = lotka_volterra()
    model = KnownODE("lotka_volterra", learn=["alpha"]).double()
    trained = takens.TrainedModel.for_series(model, data)
    model.adopt_units(trained.mean, trained.scale)
    takens.save_model(trained, tmp_path / "model.pt")
    back = takens.load_model(tmp_path / "model.pt")
    torch.testing.assert_close(back.encode(data.x[:1]), data.x[0])


def test_training_finds_the_parameters() -> None:
    data = lotka_volterra()
    model = KnownODE(
        "lotka_volterra",
        parameters={"alpha": 1.6, "beta": 1.1, "delta": 2.7, "gamma": 1.2},
        learn=["alpha", "beta", "delta", "gamma"],
        positive=["alpha", "gamma"],
        bounds={"beta": (0.1, 5.0)},
    )
    assert model.learned() == pytest.approx(
        {"alpha": 1.6, "beta": 1.1, "delta": 2.7, "gamma": 1.2}
    )
    scheme = takens.schemes.create("sparse_teacher_forcing", every=10, warm_up=0)
    settings: dict[str, Any] = {"batch": 8, "window": 11, "optimiser": "adam", "steps": 150}
    takens.fit(model, data, scheme, learning_rate=5e-2, device="cpu", **settings)
    truth = {"alpha": 1.5, "beta": 1.0, "delta": 3.0, "gamma": 1.0}
    assert model.learned() == pytest.approx(truth, rel=0.02)


def test_restricted_parameters_cannot_leave() -> None:
    model = KnownODE(
        "lorenz63",
        learn=["sigma", "rho"],
        positive=["sigma"],
        bounds={"rho": (20, 30)},
    )
    assert model.learned() == pytest.approx({"sigma": 10, "rho": 28})
    with torch.no_grad():
        for raw in model.field.raw.values():
            raw.fill_(-40.0)
    assert 0 < model.learned()["sigma"] < 1e-10
    assert model.learned()["rho"] == pytest.approx(20)


def test_members_begin_around_the_given_parameters() -> None:
    settings: dict[str, Any] = {"learn": ["rho", "beta"], "positive": ["beta"], "spread": 0.1}
    drawn = [KnownODE("lorenz63", seed=seed, **settings).learned() for seed in range(200)]
    rho = torch.tensor([values["rho"] for values in drawn])
    beta = torch.tensor([values["beta"] for values in drawn]).log()
    assert float(rho.mean()) == pytest.approx(28, abs=1)
    assert float(rho.std()) == pytest.approx(2.8, rel=0.2)
    assert float(beta.std()) == pytest.approx(0.1, rel=0.2)


def test_states_that_are_not_measured_begin_at_learned_values() -> None:
    model = KnownODE("lorenz63", obs_dim=1, initial=[1, 2, 3]).double()
    model.adopt_units(torch.tensor([5.0]), torch.tensor([2.0]))
    z = model.encode(torch.tensor([[[0.5]]], dtype=torch.float64))
    torch.testing.assert_close(z.detach(), torch.tensor([[6.0, 2.0, 3.0]], dtype=torch.float64))
    grads = torch.autograd.grad(z.sum(), [model.window.unmeasured])
    assert grads[0].tolist() == [1.0, 1.0]


def test_a_measured_start_can_be_corrected() -> None:
    model = KnownODE("lorenz63", learn_initial=True).double()
    assert model.window.correction is not None
    with torch.no_grad():
        model.window.correction.add_(1.0)
    z = model.encode(torch.zeros(1, 3, dtype=torch.float64))
    assert z.tolist() == [1.0, 1.0, 1.0]


def test_a_universal_equation_begins_at_the_known_one() -> None:
    model = UniversalODE("lorenz63", width=6).double()
    model.adopt_units(torch.tensor([0.0, 0.0, 23.0]), torch.tensor([8.0, 9.0, 8.5]))
    z = 10 * numbers(4, 3)
    known = takens.systems.create("lorenz63")
    torch.testing.assert_close(model(torch.zeros(()), z), known(torch.zeros(()), z))  # pyright: ignore[reportCallIssue]


def test_a_universal_equation_sees_standardised_states() -> None:
    model = UniversalODE("lorenz63", obs_dim=2, width=6).double()
    model.adopt_units(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    with torch.no_grad():
        for weight in model.correction.parameters():
            weight.uniform_(-1, 1, generator=torch.Generator().manual_seed(0))
    z = numbers(3)
    seen = (z - torch.tensor([1.0, 2.0, 0.0])) / torch.tensor([3.0, 4.0, 1.0])
    added = model(torch.zeros(()), z) - model.field(torch.zeros(()), z)
    expected = model.correction.network(seen) * torch.tensor([3.0, 4.0, 1.0])
    torch.testing.assert_close(added, expected)
    jacobian = torch.func.jacfwd(lambda z: model(torch.zeros(()), z))(z)
    torch.testing.assert_close(model.jacobian(torch.zeros(()), z), jacobian)


def test_a_universal_equation_learns_what_is_missing() -> None:
    # A damped oscillator, of which the damping is not known.
    system = takens.systems.create("harmonic_oscillator", damping=0.3)
    data = takens.simulate(system, dt=0.1, steps=150, initial=torch.tensor([2.0, 0.0]))
    model = UniversalODE("harmonic_oscillator", width=8)
    t = torch.zeros((), dtype=torch.float64)
    known = takens.systems.create("harmonic_oscillator")
    missing = system(t, data.x) - known(t, data.x)  # pyright: ignore[reportCallIssue]
    scheme = takens.schemes.create("sparse_teacher_forcing", every=5, warm_up=0)
    settings: dict[str, Any] = {"batch": 8, "window": 6, "optimiser": "adam", "steps": 150}
    takens.fit(model, data, scheme, learning_rate=2e-2, device="cpu", **settings)
    learned = model.double()(t, data.x).detach() - known(t, data.x)  # pyright: ignore[reportCallIssue]
    assert float((learned - missing).norm()) < 0.25 * float(missing.norm())


def fitzhugh(**settings: Any) -> KnownODE:
    return KnownODE("fitzhugh_nagumo", **settings)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"learn": ["rho"]}, "no number 'rho' to learn; it has a, b, tau, current"),
        ({"positive": ["a"]}, "a is restricted and not learned; name it in learn, too"),
        ({"learn": ["a"], "bounds": {"a": (1, 2)}}, "a begins at 0.7, which is not between"),
        ({"learn": ["a"], "bounds": {"a": (2, 1)}}, "a lower and a higher number"),
        (
            {"learn": ["a"], "bounds": {"a": (0, 1)}, "positive": ["a"]},
            "both positive and bounded",
        ),
        (
            {"learn": ["a"], "positive": ["a"], "parameters": {"a": -1.0}},
            "a is to stay positive and begins at -1",
        ),
        ({"obs_dim": 3}, "2 states, of which obs_dim = 3 cannot be the measured ones"),
        ({"initial": [1.0]}, "a number for each of the 2 states; got 1"),
        ({"integrator": {"substeps": 2}}, "a name or a table with name"),
    ],
)
def test_settings_that_make_no_sense(settings: Any, sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        fitzhugh(**settings)


def test_a_map_is_no_differential_equation() -> None:
    with pytest.raises(takens.errors.ComponentError, match="henon is a map"):
        KnownODE("henon")


def test_a_continuous_model_cannot_warm_up_by_itself() -> None:
    with pytest.raises(
        takens.errors.ComponentError, match="does not know the sampling interval"
    ):
        NeuralODE(2, initial_state="warm_up", context_length=5)


def test_a_network_has_layers_of_ones_own() -> None:
    model: Any = takens.models.create(
        "neural_ode", obs_dim=2, widths=[8, 16, 32], activations=["tanh", "relu", "leaky_relu"]
    )
    layers = [weight.shape for weight in model.field.parameters() if weight.ndim > 1]
    assert layers == [(8, 2), (16, 8), (32, 16), (2, 32)]
    x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0)).double()
    model.double()
    wished = torch.func.vmap(torch.func.jacfwd(lambda z: model(torch.zeros(()), z)))(x)
    torch.testing.assert_close(model.jacobian(torch.zeros(()), x), wished)
    first, second, third, last = model.field.network.layers  # pyright: ignore
    by_hand = last(torch.nn.functional.leaky_relu(third(second(first(x).tanh()).relu())))
    torch.testing.assert_close(model(torch.zeros(()), x), by_hand)
    same = takens.models.create("neural_ode", obs_dim=2, width=4, depth=2, seed=3)
    other = takens.models.create("neural_ode", obs_dim=2, widths=[4, 4], seed=3)
    for a, b in zip(same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_network_of_ones_own_is_stored(tmp_path: Path) -> None:
    model = takens.models.create(
        "neural_ode", obs_dim=2, widths=[3, 5], activations=["relu"] * 2
    )
    data = takens.simulate("van_der_pol", dt=0.1, steps=100)
    fit = takens.fit(model, data, "trajectory_matching", steps=1, window=5, device="cpu")
    takens.save_model(fit.model, tmp_path / "model.pt")
    again = takens.load_model(tmp_path / "model.pt")
    assert again.config == fit.model.config


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"widths": [4, 0]}, "one unit or more"),
        ({"widths": [4, 4], "activations": ["tanh"]}, "2 hidden layers have as many"),
        ({"activations": ["step", "tanh"]}, "an activation is one of tanh"),
    ],
)
@pytest.mark.parametrize("name", ["neural_ode", "augmented_neural_ode"])
def test_layers_that_cannot_be_are_refused(name: str, wrong: Any, sentence: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=sentence):
        takens.models.create(name, obs_dim=2, **wrong)  # pyright: ignore
