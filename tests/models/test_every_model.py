"""What every model keeps to, whatever it is."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

import takens

from .variants import SMALL, VARIANTS, call, label, make, numbers

every = pytest.mark.parametrize("variant", VARIANTS, ids=label)


def test_no_model_is_forgotten() -> None:
    ours = {
        spec.name
        for plugin, spec in takens.catalogue()
        if plugin.name == "models" and spec.kind == "model"
    }
    assert ours == set(SMALL)


@pytest.mark.parametrize("name", sorted(SMALL))
def test_the_manifest_says_what_the_settings_are(name: str) -> None:
    spec = takens.models.spec(name)
    needed = {"system": "lorenz63"} if any(p.name == "system" for p in spec.parameters) else {}
    config = takens.create("model", name, obs_dim=2, **needed).config
    settings = {field.name: getattr(config, field.name) for field in attrs.fields(type(config))}
    described = {p.name: p.default for p in spec.parameters if not p.required}
    if name == "neural_ode":
        described["latent_dim"] = 2  # as many as observed, where it is not given
    assert described | {"obs_dim": 2} | needed == settings
    assert json.loads(json.dumps(settings)) == settings


@every
def test_it_is_a_model_of_the_right_shapes(variant: Any) -> None:
    model = make(variant)
    assert isinstance(model, takens.plugin.Model)
    context = numbers(4, 3, model.context_length, 2)
    z = model.encode(context)
    assert z.shape == (4, 3, model.latent_dim)
    assert call(model, z).shape == z.shape
    assert model.observe(z).shape == (4, 3, 2)
    single = model.encode(context[0, 0])
    torch.testing.assert_close(single, z[0, 0])
    torch.testing.assert_close(call(model, single), call(model, z)[0, 0])
    torch.testing.assert_close(model.observe(single), model.observe(z)[0, 0])


@every
def test_single_precision_stays_single(variant: Any) -> None:
    model = make(variant).float()
    z = model.encode(numbers(4, model.context_length, 2).float())
    followed = model.force(call(model, z), numbers(4, 2).float())
    assert (z.dtype, followed.dtype, model.observe(followed).dtype) == (torch.float32,) * 3


@every
def test_the_seed_decides_the_weights(variant: Any) -> None:
    state = torch.random.get_rng_state()
    one, same, other = (make(variant, seed) for seed in (3, 3, 4))
    assert torch.equal(state, torch.random.get_rng_state())
    weights = one.state_dict()
    torch.testing.assert_close(weights, same.state_dict(), rtol=0, atol=0)
    if one.state_dict() and variant[0] != "known_ode":
        assert any(not torch.equal(w, other.state_dict()[k]) for k, w in weights.items())


@every
def test_forcing_writes_the_signal_into_the_first_units(variant: Any) -> None:
    model = make(variant)
    x, z, another = (
        numbers(4, 2),
        numbers(4, model.latent_dim),
        numbers(4, model.latent_dim, seed=1),
    )
    signal = model.forcing_signal(x)
    k = signal.shape[-1]
    for state in (z, another):
        expected = torch.cat((signal, state[..., k:]), -1)
        torch.testing.assert_close(model.force(state, x), expected, rtol=0, atol=0)


@every
def test_it_works_under_vmap_over_weights(variant: Any) -> None:
    members = [make(variant, seed) for seed in (0, 1, 2)]
    weights, buffers = torch.func.stack_module_state(members)
    z = numbers(3, 4, members[0].latent_dim)
    if not weights:
        pytest.skip("has no weights")

    class Everything(torch.nn.Module):
        """Calls all that a scheme calls, so that weights can be put in from outside."""

        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, z: torch.Tensor) -> torch.Tensor:
            n, c = 2, self.model.context_length
            x = self.model.observe(call(self.model, z))
            begun = self.model.encode(x.unsqueeze(-2).expand(*x.shape[:-1], c, n))
            return self.model.force(call(self.model, begun), x)

    wrapped = Everything(members[0])

    def run(weights: Any, buffers: Any, z: torch.Tensor) -> torch.Tensor:
        state = {f"model.{k}": v for k, v in (weights | buffers).items()}
        return torch.func.functional_call(wrapped, state, (z,))

    together = torch.func.vmap(run)(weights, buffers, z)
    apart = torch.stack([Everything(m)(x) for m, x in zip(members, z, strict=True)])
    torch.testing.assert_close(together, apart)


@every
def test_the_analytic_tangent_is_the_derivative(variant: Any) -> None:
    model = make(variant)
    z, v = numbers(6, model.latent_dim), numbers(6, model.latent_dim, 2, seed=1)
    jacobians = torch.func.vmap(torch.func.jacfwd(lambda z: call(model, z)))(z)
    if isinstance(model, takens.plugin.SupportsJacobian):
        torch.testing.assert_close(model.jacobian(z.new_zeros(()), z), jacobians)
        return
    following, pushed = takens.plugin.jvp(takens.plugin.latent_map(model, 0.1), z, v)
    assert ("tangent" in takens.models.spec(variant[0]).supports) == isinstance(
        model, takens.plugin.SupportsTangent
    )
    if model.time is takens.plugin.Time.DISCRETE:
        torch.testing.assert_close(following, model(z))
        torch.testing.assert_close(pushed, jacobians @ v)


@every
def test_it_comes_back_from_a_file(variant: Any, tmp_path: Path) -> None:
    model = make(variant)
    t = torch.arange(20, dtype=torch.float64) * 0.1
    data = takens.TimeSeries(t, 3 + 2 * numbers(20, 2))
    trained = takens.TrainedModel.for_series(model, data)
    takens.save_model(trained, tmp_path / "model.pt")
    back = takens.load_model(tmp_path / "model.pt")
    assert back.config == trained.config
    context = data.x[: model.context_length + 2]
    runs = [takens.generate(m, context=context, steps=5).x for m in (trained, back)]
    torch.testing.assert_close(runs[0], runs[1], rtol=0, atol=0)


@every
def test_a_free_run_repeats_the_step_and_stays_finite(variant: Any) -> None:
    model = make(variant)
    context = 0.3 * numbers(2, model.context_length, 2)
    free = takens.generate(model, context=context, steps=300, dt=0.1)
    assert free.diverged == 0
    assert bool(free.x.isfinite().all())
    z = model.encode(context)
    step = takens.plugin.latent_map(model, 0.1)
    for i in range(5):
        z = step(z)
        torch.testing.assert_close(free.x[:, i], model.observe(z))


@every
def test_a_short_training_learns(variant: Any) -> None:
    name, settings = variant
    if name == "persistence" or "system" in settings or settings.get("latent_dim") == 1:
        pytest.skip("cannot follow a circle")
    model = make(variant)
    t = torch.arange(400, dtype=torch.float64) * 0.2
    data = takens.TimeSeries(t, torch.stack((t.sin(), t.cos()), -1))
    scheme = takens.schemes.create("sparse_teacher_forcing", every=4, warm_up=0)
    training: dict[str, Any] = {"batch": 8, "window": 14, "learning_rate": 5e-2}
    training |= {"optimiser": "adam", "schedule": "constant", "log_every": 1}
    fit = takens.fit(model, data, scheme, steps=80, device="cpu", **training)
    losses = [record["loss"] for record in fit.history]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


@every
def test_too_few_observed_variables(variant: Any) -> None:
    name, settings = variant
    with pytest.raises(
        takens.errors.ComponentError, match=f"'{name}': obs_dim is at least 1; got 0"
    ):
        takens.create("model", name, obs_dim=0, **settings)
