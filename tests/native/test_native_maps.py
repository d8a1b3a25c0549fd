"""Iterated maps and tangent vectors."""

# pyright: basic

import pytest
import torch

import takens

from .fields import RK4, Lorenz, Plrnn, henon, lorenz96


def iterated(f, x0, steps, every=1):
    x, states = x0, [x0]
    for i in range(steps):
        x = f(x)
        if (i + 1) % every == 0:
            states.append(x)
    return torch.stack(states, -2)


@pytest.mark.parametrize("batch", [1, 16, 33])
@pytest.mark.parametrize("every", [1, 4])
def test_free_runs_and_their_gradients(native, batch, every):
    f = Plrnn().double()
    x0 = torch.rand(
        (batch, 20), dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    x0.requires_grad_()
    wanted = (x0, *f.parameters())
    ours = native.answer(takens.Iterate(map=f, x0=x0, steps=12, every=every))
    theirs = iterated(f, x0, 12, every)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    weight = torch.linspace(-1, 1, theirs.numel(), dtype=torch.float64).view_as(theirs)
    for mine, other in zip(
        torch.autograd.grad((ours * weight).sum(), wanted),
        torch.autograd.grad((theirs * weight).sum(), wanted),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-10)


def test_a_small_map(native):
    x0 = torch.tensor([0.1, 0.2], dtype=torch.float64)
    ours = native.answer(takens.Iterate(map=henon, x0=x0, steps=20))
    torch.testing.assert_close(ours, iterated(henon, x0, 20), rtol=1e-10, atol=1e-10)


def by_qr(step, x, steps, every, count):
    """Give the sums of logarithms from Jacobians by autograd and QR decompositions."""
    v, sums = torch.eye(x.numel(), dtype=x.dtype)[:, :count], torch.zeros(count).double()
    for i in range(steps):
        v = torch.autograd.functional.jacobian(step, x) @ v
        x = step(x)
        if (i + 1) % every == 0 or i + 1 == steps:
            v, r = torch.linalg.qr(v)
            sums += r.diagonal().abs().log()
    return sums, x


@pytest.mark.parametrize("count", [1, 3])
def test_exponents_of_a_field(native, count):
    from .fields import _step

    t, h = torch.tensor(0.0).double(), torch.tensor(0.01, dtype=torch.float64)
    x0 = torch.tensor([[1.0, 1.0, 25.0], [2.0, 1.0, 20.0]], dtype=torch.float64)
    sums, last = native.answer(
        takens.Exponents(
            dynamics=Lorenz(), method=RK4, dt=0.01, x0=x0, steps=50, every=7, count=count
        )
    )
    for i in range(2):
        known, x = by_qr(lambda x: _step(Lorenz(), RK4, t, x, h), x0[i], 50, 7, count)
        torch.testing.assert_close(sums[i], known, rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(last[i], x, rtol=1e-10, atol=1e-10)


def test_exponents_of_maps(native):
    f = Plrnn().double().requires_grad_(False)
    x0 = torch.full((1, 20), 0.3, dtype=torch.float64)
    question = takens.Exponents(dynamics=f, x0=x0, steps=9, every=3, count=5)
    sums, _ = native.answer(question)
    known, _ = by_qr(f, x0[0], 9, 3, 5)
    torch.testing.assert_close(sums[0], known, rtol=1e-8, atol=1e-8)


def test_a_transient_is_not_counted(native):
    x0 = torch.tensor([[0.1, 0.2]], dtype=torch.float64)

    def ask(**more):
        return native.answer(takens.Exponents(dynamics=henon, x0=x0, count=2, every=5, **more))

    both, late = ask(steps=60)[0], ask(steps=60, transient=20)[0]
    early = ask(steps=20)[0]
    torch.testing.assert_close(early + late, both, rtol=1e-9, atol=1e-9)


def test_the_largest_exponent_of_lorenz(native):
    question = takens.Exponents(
        dynamics=Lorenz(),
        method=RK4,
        dt=0.01,
        x0=torch.tensor([[1.0, 1.0, 25.0]], dtype=torch.float64),
        steps=1_000_000,
        transient=10_000,
        every=10,
        count=3,
    )
    sums, _ = native.answer(question)
    exponents = sums[0] / (990_000 * 0.01)
    expected = torch.tensor([0.9056, 0.0, -14.5723], dtype=torch.float64)
    torch.testing.assert_close(exponents, expected, rtol=0, atol=0.01)


def test_tangents_of_a_larger_field(native):
    x0 = torch.rand((2, 18), dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    from .fields import _step

    t, h = torch.tensor(0.0).double(), torch.tensor(0.01, dtype=torch.float64)
    question = takens.Exponents(
        dynamics=lorenz96, method=RK4, dt=0.01, x0=x0, steps=6, every=2, count=4
    )
    sums, _ = native.answer(question)
    known, _ = by_qr(lambda x: _step(lorenz96, RK4, t, x, h), x0[1], 6, 2, 4)
    torch.testing.assert_close(sums[1], known, rtol=1e-8, atol=1e-8)


def test_flow_maps_are_maps(native):
    from takens_integrators import RK4, Leapfrog
    from takens_systems import HarmonicOscillator

    x0 = torch.tensor([[1.0, 0.0], [0.3, -0.2], [0.0, 2.0]], dtype=torch.float64)
    for method in (RK4(), Leapfrog()):
        step = takens.flow_map(HarmonicOscillator(), method, 0.1)
        ours = native.answer(takens.Iterate(map=step, x0=x0, steps=30))
        torch.testing.assert_close(ours, iterated(step, x0, 30), rtol=1e-12, atol=1e-12)


def test_free_runs_diverge_at_the_same_step(monkeypatch):
    from takens._backends import asking

    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=8)
    with torch.no_grad():
        next(iter(model.parameters())).mul_(1.2)
    context = torch.linspace(-1, 1, 12).view(4, 1, 3)
    monkeypatch.setattr(asking, "_preferred", tuple)
    theirs = takens.generate(model, context=context * 1e3, steps=1200)
    monkeypatch.undo()
    ours = takens.generate(model, context=context * 1e3, steps=1200)
    assert "Iterate of ShallowPLRNN (float32, 3 variables): native." in takens.explain(model)
    assert ours.diverged_at == theirs.diverged_at
    assert None not in ours.diverged_at
    torch.testing.assert_close(ours.x, theirs.x, rtol=1e-3, atol=1e-3)
