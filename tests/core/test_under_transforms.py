"""Simulations, free runs and other libraries' solvers under the transforms of torch.func."""

import math
from collections.abc import Callable

import attrs
import pytest
import torch
from torch import Tensor
from torch.func import functional_call, grad, jacrev, jvp, vmap

import takens

RATE = torch.tensor(-1.0, dtype=torch.float64)
ONE = torch.ones(1, dtype=torch.float64)


@attrs.frozen
class Decay:
    rate: Tensor
    dim = 1
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return self.rate * x

    def initial(self) -> tuple[float, ...]:
        return (1.0,)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


def by_field(rate: Tensor) -> Tensor:
    return takens.simulate(Decay(rate), dt=0.05, steps=21, initial=ONE).x[-1, 0]


def by_closure(rate: Tensor) -> Tensor:
    class Hidden:
        dim = 1
        time = takens.plugin.Time.CONTINUOUS

        def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
            return rate * x

        def initial(self) -> tuple[float, ...]:
            return (1.0,)

        def facts(self) -> takens.plugin.Facts:
            return takens.plugin.Facts()

    return takens.simulate(Hidden(), dt=0.05, steps=21, initial=ONE).x[-1, 0]


@pytest.mark.parametrize("end", [by_field, by_closure])
def test_derivatives_of_a_simulation(end: Callable[[Tensor], Tensor]) -> None:
    right = pytest.approx(math.exp(-1), abs=1e-6)
    assert float(grad(end)(RATE)) == right
    assert float(jacrev(end)(RATE)) == right
    assert float(jvp(end, (RATE,), (torch.ones_like(RATE),))[1]) == right
    rates = torch.stack((RATE, 2 * RATE))
    torch.testing.assert_close(vmap(end)(rates), rates.exp(), rtol=0, atol=1e-5)
    torch.testing.assert_close(vmap(grad(end))(rates), rates.exp(), rtol=0, atol=1e-5)


def test_noise_under_vmap_is_refused() -> None:
    def noisy(x: Tensor) -> Tensor:
        return takens.simulate(Decay(RATE), dt=0.1, steps=5, initial=x, noise=0.1).x

    with pytest.raises(takens.InputError, match="add noise afterwards"):
        vmap(noisy)(torch.ones(3, 1, dtype=torch.float64))


def test_derivatives_of_a_free_run() -> None:
    model = takens.models.create("shallow_plrnn", obs_dim=2, seed=0).double()
    context = torch.rand(3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    class Run(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, context: Tensor) -> Tensor:
            return takens.generate(self.model, context=context, steps=5).x[-1].sum()

    run = Run()
    along = torch.ones_like(context)
    moved = (run(context + 1e-6 * along) - run(context - 1e-6 * along)).detach() / 2e-6
    assert float(jvp(run, (context,), (along,))[1]) == pytest.approx(float(moved), rel=1e-5)
    assert float(grad(run)(context).detach().sum()) == pytest.approx(float(moved), rel=1e-5)
    weights = {name: weight.detach() for name, weight in run.named_parameters()}
    slopes = grad(lambda w: functional_call(run, w, (context,)))(weights)
    name = next(iter(weights))
    step = torch.zeros_like(weights[name])
    step.view(-1)[0] = 1e-6
    ends = [
        functional_call(run, weights | {name: weights[name] + sign * step}, (context,))
        for sign in (1, -1)
    ]
    slope = float((ends[0] - ends[1]).detach()) / 2e-6
    assert float(slopes[name].view(-1)[0].detach()) == pytest.approx(slope, rel=1e-4, abs=1e-8)
    with pytest.raises(takens.InputError, match="all contexts at once"):
        vmap(run)(context.expand(2, 3, 2))


@pytest.mark.parametrize(
    "method",
    [
        {"name": "scipy"},
        {"name": "torchdiffeq"},
        {"name": "torchdiffeq", "gradient": "adjoint"},
        {"name": "dopri5", "gradient": "adjoint"},
    ],
    ids=str,
)
def test_solvers_that_cannot_say_which_one_can(method: dict[str, str]) -> None:
    solver = takens.integrators.get(method)
    times = torch.tensor([0.0, 1.0], dtype=torch.float64)

    def end(rate: Tensor) -> Tensor:
        return solver.solve(lambda t, x: rate * x, ONE, times)[-1, 0]

    for call in (lambda: grad(end)(RATE), lambda: vmap(end)(torch.stack((RATE, RATE)))):
        with pytest.raises(takens.InputError, match=r"[uU]se "):
            call()
