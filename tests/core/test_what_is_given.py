"""What is no system, has lost samples, or is trained where gradients are off."""

import pytest
import torch
from torch import Tensor, nn

import takens


class Module(nn.Module):
    def forward(self, t: Tensor, x: Tensor) -> Tensor:
        return -x


@pytest.mark.parametrize("thing", [Module(), lambda t, x: -x, nn.Linear(2, 2)])  # pyright: ignore[reportUnknownLambdaType, reportUnknownVariableType]
def test_what_is_no_system_is_told_where_to_go(thing: object) -> None:
    with pytest.raises(takens.InputError, match=r"give states, as in initial=\(1.0, 0.0\)"):
        takens.simulate(thing, dt=0.1, steps=5)  # pyright: ignore[reportArgumentType]
    assert takens.simulate(thing, dt=0.1, steps=5, initial=(1.0, 0.0)).x.shape == (5, 2)  # pyright: ignore[reportArgumentType]
    for other in (3.0, Module):
        with pytest.raises(takens.InputError, match="A simulation takes a system"):
            takens.simulate(other, dt=0.1, steps=5)  # pyright: ignore[reportArgumentType]


def test_a_model_is_told_to_run_freely() -> None:
    model = takens.models.create("shallow_plrnn", obs_dim=2)
    with pytest.raises(takens.InputError, match=r"takens\.generate"):
        takens.simulate(model, dt=0.1, steps=5)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("row", [0, -1])
def test_a_context_with_lost_samples_is_refused(value: float, row: int) -> None:
    context = torch.ones(2, 4, 2)
    context[1, row, 1] = value
    model = takens.models.create("shallow_plrnn", obs_dim=2)
    with pytest.raises(takens.InputError, match=f"variable 1 of sample {row % 4} "):
        takens.generate(model, context=context, steps=10)


def test_training_takes_gradients_where_others_want_none() -> None:
    data = takens.simulate("lorenz63", steps=200, dt=0.02)
    model = takens.models.create("shallow_plrnn", obs_dim=3, seed=0)
    before = [weight.clone() for weight in model.parameters()]
    with torch.no_grad():
        takens.fit(model, data, "generalised_teacher_forcing", steps=2)
    after = list(model.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(after, before, strict=True))
    with torch.inference_mode(), pytest.raises(takens.InputError, match="outside of it"):
        takens.fit(model, data, "generalised_teacher_forcing", steps=2)


def test_rows_that_act_on_one_another_are_no_runs() -> None:
    def springs(t: Tensor, x: Tensor, /) -> Tensor:
        return x.mean(-2, keepdim=True) - x

    step = takens.plugin.flow_map(springs, takens.integrators.create("rk4"), 0.1)
    x = torch.rand(4, 2, dtype=torch.float64)
    v = torch.eye(2, dtype=torch.float64).expand(4, 2, 2)
    with pytest.raises(takens.InputError, match=r"takens.joined\(field"):
        takens.plugin.jvp(step, x, v)
    whole = takens.plugin.flow_map(takens.joined(springs, (4, 2)), step.stepper, 0.1)
    y, _ = takens.plugin.jvp(whole, x.reshape(1, 8), torch.eye(8, dtype=x.dtype)[None])
    torch.testing.assert_close(y.view(4, 2), step(x))
