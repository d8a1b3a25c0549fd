"""Inputs: between samples, in forced and free runs, in training, judging and exponents."""

import math
import sys
from typing import Any

import pytest
import torch
from torch import Tensor

import takens
from takens.plugin import Ensemble, drive, driven_map, forced_run, input_at
from takens_models import GRU, RNN, AlmostLinearRNN, NeuralODE, ShallowPLRNN
from takens_systems import CubicSignal, Duffing, HoldSignal, LinearSignal

DOUBLE = torch.float64


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def plrnn(seed: int = 0, **more: Any) -> Any:
    return ShallowPLRNN(2, latent_dim=3, hidden_dim=5, input_dim=1, seed=seed, **more).double()


def wave(count: int, frequency: float = 1.0, dt: float = 0.1) -> Tensor:
    return torch.cos(frequency * dt * torch.arange(count, dtype=DOUBLE)).unsqueeze(-1)


@pytest.fixture(scope="module")
def driven() -> takens.TimeSeries:
    system = Duffing(amplitude=0.0, input_dim=1)
    u = 0.4 * wave(1100) + 0.1 * wave(1100, 0.37)
    return takens.simulate(system, dt=0.1, steps=1000, inputs=u)


@pytest.mark.parametrize("kind", ["constant", "linear", "cubic"])
def test_a_drive_leads_from_sample_to_sample(kind: Any) -> None:
    u = randn(2, 9, 3)
    acting = drive(u, kind)
    assert input_at(acting, 0.0, 3).equal(u)
    there = input_at(acting[..., :-1, :], 1.0, 3)
    torch.testing.assert_close(there, u[..., :-1, :] if kind == "constant" else u[..., 1:, :])
    assert input_at(acting[..., -1, :], 0.7, 3).equal(u[..., -1, :])


def test_a_drive_is_what_a_signal_is() -> None:
    u, t = randn(9, 1), torch.arange(9, dtype=DOUBLE)
    for kind, signal in (("linear", LinearSignal), ("cubic", CubicSignal)):
        found = input_at(drive(u, kind)[:-1], 0.3, 1)  # type: ignore[arg-type]
        torch.testing.assert_close(found, signal(t, u)(t[:-1] + 0.3))


@pytest.mark.parametrize("strength", [0.3, 0.0, 1.0])
def test_a_forced_run_is_driven_at_every_step(strength: float) -> None:
    model, windows, acting = plrnn(), randn(4, 8, 2), randn(4, 8, 1, seed=1)
    alphas = torch.full((7,), strength, dtype=DOUBLE)
    alphas[0] = 0
    found = forced_run(model, windows, dt=1.0, strength=alphas, drive=acting)
    z, wanted = model.encode(windows[:, :1]), []
    for i in range(7):
        z = z + alphas[i] * (model.force(z, windows[:, i]) - z)
        z = model(z) + acting[:, i] @ model.C.mT
        wanted.append(z)
    torch.testing.assert_close(found, torch.stack(wanted, 1))


def test_segments_of_full_forcing_are_driven_by_their_own_inputs() -> None:
    model = AlmostLinearRNN(2, latent_dim=2, relu_dim=1, input_dim=1).double()
    windows, acting = randn(4, 12, 2), randn(4, 12, 1, seed=1)
    strength = torch.zeros(11, dtype=DOUBLE)
    strength[[3, 6, 9]] = 1
    found = forced_run(model, windows, dt=1.0, strength=strength, skip=2, drive=acting)
    z, wanted = windows[:, 0], []
    for i in range(11):
        z = model(windows[:, i] if strength[i] else z, acting[:, i])
        wanted.append(z)
    torch.testing.assert_close(found, torch.stack(wanted[2:], 1))


def test_members_are_driven_alone_as_together() -> None:
    members = [plrnn(0), plrnn(1)]
    windows, acting = randn(2, 4, 8, 2), randn(2, 4, 8, 1, seed=1)
    strength = torch.full((7,), 0.5, dtype=DOUBLE)
    args: dict[str, Any] = {"dt": 1.0, "strength": strength}
    both = forced_run(Ensemble(members), windows, drive=acting, **args)
    for member, x, u, found in zip(members, windows, acting, both, strict=True):
        torch.testing.assert_close(found, forced_run(member, x, drive=u, **args))


def test_the_weights_of_a_model_without_inputs_stay_what_they_were() -> None:
    plain = ShallowPLRNN(2, latent_dim=3, hidden_dim=5)
    for name, value in plain.state_dict().items():
        assert value.double().equal(plrnn().state_dict()[name])
    z = randn(4, 3)
    assert plrnn()(z).equal(plain.double()(z))


def test_a_free_run_is_driven_by_what_is_given() -> None:
    model, context, u = plrnn(interpolation="constant"), randn(3, 2), randn(13, 1, seed=1)
    found = takens.generate(model, context=context, steps=10, inputs=u).x
    z = model.encode(context[:1])
    for i in range(12):
        z = model(z, u[i])
        if i < 2:
            z = model.force(z, context[i + 1])
        else:
            torch.testing.assert_close(found[i - 2], model.observe(z))


def test_a_map_sees_the_mean_from_sample_to_sample() -> None:
    model, context, u = plrnn(), randn(1, 2), randn(4, 1, seed=1)
    found = takens.generate(model, context=context, steps=3, inputs=u).x[0]
    z = model(model.encode(context), (u[0] + u[1]) / 2)
    torch.testing.assert_close(found, model.observe(z))


def test_a_context_with_inputs_needs_those_after_it(driven: takens.TimeSeries) -> None:
    model, u = plrnn(), driven.inputs
    assert u is not None
    parts = takens.generate(model, context=driven[:5], steps=20, inputs=u[5:])
    whole = takens.generate(model, context=driven.x[:5], steps=20, inputs=u.x)
    assert parts.x.equal(whole.x)
    with pytest.raises(takens.InputError, match=r"5 and 2000 samples; these end after 1000"):
        takens.generate(model, context=driven[:5], steps=2000, inputs=u[5:])


def test_what_does_not_go_together_is_refused(driven: takens.TimeSeries) -> None:
    plain = ShallowPLRNN(2, latent_dim=3, hidden_dim=5)
    with pytest.raises(takens.InputError, match=r"ShallowPLRNN takes no inputs, and 1"):
        takens.fit(plain, driven, "teacher_forcing", steps=1)
    undriven = takens.TimeSeries(driven.t, driven.x)
    with pytest.raises(takens.InputError, match=r"made for 1 input and none is given"):
        takens.fit(plrnn(), undriven, "teacher_forcing", steps=1)
    with pytest.raises(takens.InputError, match=r"none is given"):
        takens.generate(plrnn(), context=driven.x[:3], steps=5)
    with pytest.raises(takens.InputError, match=r"none is given"):
        takens.evaluate(plrnn(), undriven, ["prediction_error"])
    system = Duffing(amplitude=0.0, input_dim=1)
    with pytest.raises(takens.InputError, match=r"end after 900"):
        takens.simulate(system, dt=0.1, steps=1000, inputs=wave(900))

    class Stranger:
        def loss(self, model: Any, windows: Any, *, times: Any, step: int) -> Any:
            return windows.sum()

    with pytest.raises(takens.InputError, match=r"Stranger takes no inputs, .* u1"):
        takens.fit(plrnn(), driven, Stranger(), steps=1)


def test_a_drive_of_samples_is_the_drive_of_the_equations() -> None:
    inside = takens.simulate(
        Duffing(), dt=0.05, steps=200, initial=torch.tensor([0.2, 0.0, 0.0])
    )
    for kind, error in (("cubic", 2e-4), ("linear", 1e-2)):
        system = Duffing(amplitude=0.0, input_dim=1)
        object.__setattr__(system, "interpolation", kind)
        u = 0.4 * wave(200, dt=0.05)
        start = torch.tensor([0.2, 0.0], dtype=DOUBLE)
        found = takens.simulate(system, dt=0.05, steps=200, inputs=u, initial=start)
        off = (found.x - inside.x[:, :2]).abs().max()
        assert 0.1 * error < off < error


def test_a_training_learns_what_inputs_do() -> None:
    u = randn(1200, 1)
    x = torch.zeros(1200, 1, dtype=DOUBLE)
    for i in range(1199):
        x[i + 1] = 0.8 * x[i] + 0.5 * u[i]
    series = takens.TimeSeries(torch.arange(1200.0), x, inputs=u)
    model = {"name": "almost_linear_rnn", "latent_dim": 1, "relu_dim": 0}
    table = takens.plugin.Component.of(model | {"interpolation": "constant"})
    options: dict[str, Any] = {"steps": 500, "window": 8, "learning_rate": 0.05}
    fit = takens.fit(table, series, "teacher_forcing", check_every=500, **options)
    trained: Any = fit.model
    scale, inner = trained.scale / trained.input_scale, trained.inner
    assert float((inner.C * scale).detach()) == pytest.approx(0.5, abs=0.01)
    assert float((inner.A + inner.W).detach()) == pytest.approx(0.8, abs=0.01)
    step = takens.generate(trained, context=series[100:110], steps=50, inputs=u[110:160])
    torch.testing.assert_close(step.x, x[110:160], atol=0.05, rtol=0.05)


def test_a_trained_model_keeps_its_inputs_in_a_file(
    driven: takens.TimeSeries, tmp_path: Any
) -> None:
    model = takens.TrainedModel.for_series(plrnn(), driven)
    takens.save_model(model, tmp_path / "model.pt")
    loaded = takens.load_model(tmp_path / "model.pt")
    assert loaded.inputs == ("u1",)
    args: dict[str, Any] = {"context": driven[:5], "steps": 20, "inputs": driven.inputs[5:]}  # type: ignore[index]
    assert takens.generate(loaded, **args).x.equal(takens.generate(model, **args).x)


def test_the_true_driven_system_is_right_under_the_drive_of_the_data(
    driven: takens.TimeSeries,
) -> None:
    system = Duffing(amplitude=0.0, input_dim=1)
    scores = takens.evaluate(system, driven, ["prediction_error"], runs=2, starts=2)
    error = scores["prediction_error"].value
    assert error is not None
    assert error < 1e-12


def test_exponents_are_conditional_on_the_inputs() -> None:
    model = AlmostLinearRNN(2, latent_dim=2, relu_dim=0, input_dim=1).double()
    matrix = torch.tensor([[0.9, 0.3], [-0.3, 0.6]], dtype=DOUBLE)
    with torch.no_grad():
        model.A.zero_()
        model.W.copy_(matrix)
    u = randn(400, 1)
    x = torch.zeros(400, 2, dtype=DOUBLE)
    for i in range(399):
        x[i + 1] = driven_map(model, 1.0)(x[i], u[i])
    data = takens.TimeSeries(torch.arange(400.0), x, inputs=u)
    metric = takens.metrics.create("lyapunov_spectrum", steps=400, transient=50)
    score = takens.evaluate(model, data, {"spectrum": metric}, starts=4)["spectrum"]
    wanted = torch.linalg.eigvals(matrix).abs().log()
    found = score.details["spectrum"]
    assert len(found) == 2
    assert sum(found) == pytest.approx(float(wanted.sum()), abs=1e-6)
    assert found[0] == pytest.approx(float(wanted.max()), abs=0.01)
    assert score.details["checks_passed"] or not math.isnan(found[0])


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_compiled_runs_are_driven_as_those_in_plain_torch(
    strength: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensemble = Ensemble([plrnn(0), plrnn(1)])
    windows, acting = randn(2, 4, 9, 2), randn(2, 4, 9, 1, seed=1)
    windows[0, 1, 4:6, 0] = torch.nan
    alphas = torch.tensor([0.0, 0.5, strength, strength, 1.0, strength, 0.2, 0.0], dtype=DOUBLE)
    answers: list[bool] = []

    def recorded(request: Any) -> Any:
        answer = dispatch(request)
        answers.append(answer is not None)
        return answer

    def of(ask: Any) -> tuple[Tensor, ...]:
        monkeypatch.setattr(module, "dispatch", ask)
        found = forced_run(ensemble, windows, dt=1.0, strength=alphas, drive=acting)
        weights = [p for p in ensemble.parameters() if p.numel()]
        weighted = (found * randn(*found.shape, seed=5)).sum()
        grads = torch.autograd.grad(weighted, weights, allow_unused=True)
        return (found, *filter(is_tensor, grads))

    dispatch, module = takens.backend.dispatch, sys.modules[forced_run.__module__]
    for compiled, plain in zip(of(recorded), of(lambda request: None), strict=True):
        torch.testing.assert_close(compiled, plain)
    assert all(answers)


def is_tensor(found: object) -> bool:
    return found is not None


def linear_record(count: int = 400) -> takens.TimeSeries:
    u, x = randn(count, 1), torch.zeros(count, 2, dtype=DOUBLE)
    matrix = torch.tensor([[0.8, 0.4], [-0.4, 0.7]], dtype=DOUBLE)
    for i in range(count - 1):
        x[i + 1] = matrix @ x[i] + torch.tensor([0.5, -0.2], dtype=DOUBLE) * u[i]
    return takens.TimeSeries(torch.arange(float(count)), x, inputs=u)


@pytest.mark.parametrize("name", ["linear_autoregression", "echo_state_network"])
def test_closed_forms_take_inputs(name: str) -> None:
    data = linear_record()
    more: dict[str, Any] = {"context_length": 2, "ridge": 1e-10, "interpolation": "constant"}
    driven = takens.fit({"name": name, **more}, data, "closed_form").details["loss"]
    alone = takens.TimeSeries(data.t, data.x)
    undriven = takens.fit({"name": name, **more}, alone, "closed_form").details["loss"]
    assert driven < 1e-3 * undriven


def test_a_recurrent_cell_reads_inputs_beside_observations() -> None:
    model = GRU(2, hidden_dim=4, context_length=3, input_dim=1, interpolation="constant")
    model, x, u = model.double(), randn(5, 2), randn(9, 1, seed=1)
    found = takens.generate(model, context=x, steps=4, inputs=u).x
    z = model.encode(x[:3], u[:3])
    for i in range(2, 8):
        z = model(z, u[i])
        z = model.force(z, x[i + 1]) if i < 4 else z
        if i >= 4:
            torch.testing.assert_close(found[i - 4], model.observe(z))
    with pytest.raises(takens.errors.ComponentError, match=r"choose memory = 'carried'"):
        RNN(2, input_dim=1)


@pytest.mark.parametrize("kind", ["constant", "linear", "cubic"])
def test_a_field_is_driven_between_samples(kind: Any) -> None:
    model = NeuralODE(2, width=6, depth=1, input_dim=1, interpolation=kind).double()
    x, u, t = randn(3, 1, 2), randn(8, 1, seed=1), 0.1 * torch.arange(8, dtype=DOUBLE)
    found = takens.generate(model, context=x, steps=7, inputs=u, dt=0.1).x
    signal = {"constant": HoldSignal, "linear": LinearSignal, "cubic": CubicSignal}[kind](t, u)

    def field(t: Tensor, z: Tensor) -> Tensor:
        # What is held is looked at from before its end.
        return model(t, z, signal(t - 1e-9 * (kind == "constant")).expand(3, 1))

    solved = takens.integrators.create("rk4", substeps=50 if kind == "constant" else 1)
    wanted = solved.solve(field, x[:, 0], t)[:, 1:]
    tolerance = 2e-3 if kind == "constant" else 1e-9
    torch.testing.assert_close(found, wanted, rtol=0, atol=tolerance)


def test_what_knows_no_inputs_refuses_them(driven: takens.TimeSeries) -> None:
    sindy = pytest.importorskip("takens_sindy")
    with pytest.raises(takens.InputError, match=r"take no inputs, and the data have u1"):
        sindy.identify(driven)
    forecaster = pytest.importorskip("takens_assimilation.forecaster")
    model = takens.TrainedModel.for_series(plrnn(), driven)
    args = {"dt": None, "integrator": "rk4", "state_dim": None}
    for subject in (model, Duffing(amplitude=0.0, input_dim=1)):
        with pytest.raises(takens.InputError, match=r"A filter knows no inputs"):
            forecaster.forecaster_for(subject, **args)
