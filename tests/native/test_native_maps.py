"""Iterated maps and tangent vectors."""

# pyright: basic

import pytest
import torch

import takens

from .fields import RK4, Lorenz, Plrnn, henon, lorenz96, solved


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
    ours = solved(native, takens.backend.MapIteration(map=f, x0=x0, steps=12, every=every))
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
    ours = solved(native, takens.backend.MapIteration(map=henon, x0=x0, steps=20))
    torch.testing.assert_close(ours, iterated(henon, x0, 20), rtol=1e-10, atol=1e-10)


def by_qr(step, x, steps, every, count, start=None):
    """Return the sums of logarithms from Jacobians by autograd and QR decompositions."""
    v = torch.eye(x.numel(), dtype=x.dtype)[:, :count] if start is None else start
    sums = torch.zeros(count).double()
    for i in range(steps):
        v = torch.autograd.functional.jacobian(step, x) @ v
        x = step(x)
        if (i + 1) % every == 0 or i + 1 == steps:
            v, r = torch.linalg.qr(v)
            v = v * r.diagonal().sign()
            sums += r.diagonal().abs().log()
    return sums, x, v


def lorenz_step(x):
    from .fields import _step

    t, h = torch.tensor(0.0).double(), torch.tensor(0.01, dtype=torch.float64)
    return _step(Lorenz(), RK4, t, x, h)


def near_lorenz(batch):
    generator = torch.Generator().manual_seed(0)
    centre = torch.tensor([1.0, 1.0, 25.0], dtype=torch.float64)
    return centre + torch.rand((batch, 3), dtype=torch.float64, generator=generator)


# One sample has its vectors as lanes; of many small ones the samples are the lanes.
@pytest.mark.parametrize("batch", [1, 2, 17])
@pytest.mark.parametrize("count", [1, 3])
def test_exponents_of_a_field(native, batch, count):
    x0 = near_lorenz(batch)
    answer = solved(
        native,
        takens.backend.TangentGrowth(
            dynamics=Lorenz(), method=RK4, dt=0.01, x0=x0, steps=50, every=7, count=count
        ),
    )
    assert answer.sums.shape == (batch, 1, count)
    for i in range(batch):
        known, x, v = by_qr(lorenz_step, x0[i], 50, 7, count)
        torch.testing.assert_close(answer.sums[i, 0], known, rtol=1e-8, atol=1e-8)
        torch.testing.assert_close(answer.x[i], x, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(answer.vectors[i], v, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("count", [1, 5, 20])
def test_exponents_of_maps(native, batch, count):
    f = Plrnn().double().requires_grad_(False)
    x0 = 0.3 + 0.1 * torch.arange(batch * 20).view(batch, 20).double() / 20
    answer = solved(
        native, takens.backend.TangentGrowth(dynamics=f, x0=x0, steps=6, every=3, count=count)
    )
    for i in range(batch):
        known, x, _ = by_qr(f, x0[i], 6, 3, count)
        torch.testing.assert_close(answer.sums[i, 0], known, rtol=1e-7, atol=1e-7)
        torch.testing.assert_close(answer.x[i], x, rtol=1e-10, atol=1e-10)


def ask_henon(native, batch=1, **more):
    x0 = torch.tensor([0.1, 0.2], dtype=torch.float64).expand(batch, 2)
    return solved(
        native, takens.backend.TangentGrowth(dynamics=henon, x0=x0, count=2, every=5, **more)
    )


@pytest.mark.parametrize("batch", [1, 2])
def test_a_transient_is_not_counted(native, batch):
    both, late = (
        ask_henon(native, batch, steps=60),
        ask_henon(native, batch, steps=60, transient=22),
    )
    early = ask_henon(native, batch, steps=22)
    torch.testing.assert_close(early.sums + late.sums, both.sums, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(late.x, both.x, rtol=1e-9, atol=1e-9)
    nothing = ask_henon(native, batch, steps=22, transient=22)
    assert not nothing.sums.any()
    torch.testing.assert_close(nothing.vectors, early.vectors, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("batch", [1, 2])
def test_blocks_are_parts_of_the_whole(native, batch):
    whole = ask_henon(native, batch, steps=50, transient=8)
    parts = ask_henon(native, batch, steps=50, transient=8, blocks=3)
    assert parts.sums.shape == (batch, 3, 2)
    torch.testing.assert_close(parts.sums.sum(1, keepdim=True), whole.sums)
    # Another segment goes on from where one ended.
    first = ask_henon(native, batch, steps=22, transient=8)
    torch.testing.assert_close(parts.sums[:, 0], first.sums[:, 0])
    second = solved(
        native,
        takens.backend.TangentGrowth(
            dynamics=henon, x0=first.x, vectors=first.vectors, steps=14, every=5, count=2
        ),
    )
    torch.testing.assert_close(parts.sums[:, 1], second.sums[:, 0])


def test_vectors_may_start_anywhere(native):
    generator = torch.Generator().manual_seed(3)
    for batch in (1, 2):
        start = torch.randn((batch, 3, 2), dtype=torch.float64, generator=generator)
        x0 = near_lorenz(batch)
        answer = solved(native,
            takens.backend.TangentGrowth(
                dynamics=Lorenz(), method=RK4, dt=0.01, x0=x0, steps=9, every=4, count=2,
                vectors=start,
            )
        )  # fmt: skip
        for i in range(batch):
            known, *_ = by_qr(lorenz_step, x0[i], 9, 4, 2, start[i])
            torch.testing.assert_close(answer.sums[i, 0], known, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("batch", [1, 2])
def test_a_direction_that_is_lost_is_minus_infinity(native, batch):
    def flat(x):
        return torch.stack((1.5 * x[..., 0], x[..., 0] * x[..., 0], 0 * x[..., 2]), -1)

    x0 = torch.tensor([0.3, 0.2, 0.1], dtype=torch.float64).expand(batch, 3)
    answer = solved(
        native, takens.backend.TangentGrowth(dynamics=flat, x0=x0, steps=4, count=3)
    )
    assert answer.sums[..., 0].isfinite().all()
    assert (answer.sums[..., 2] == -torch.inf).all()


def test_numbers_of_steps_that_make_no_sense(native):
    for more in ({"transient": 9}, {"transient": -1}, {"blocks": 0}, {"blocks": 3}):
        assert isinstance(ask_henon(native, steps=8, **more), takens.backend.Unsupported)


@pytest.mark.parametrize("batch", [1, 4])
def test_the_exponents_of_lorenz(native, batch):
    request = takens.backend.TangentGrowth(
        dynamics=Lorenz(),
        method=RK4,
        dt=0.01,
        x0=near_lorenz(batch),
        steps=1_000_000,
        transient=10_000,
        every=10,
        count=3,
    )
    sums = solved(native, request).sums[:, 0].mean(0)
    exponents = sums / (990_000 * 0.01)
    expected = torch.tensor([0.9056, 0.0, -14.5723], dtype=torch.float64)
    torch.testing.assert_close(exponents, expected, rtol=0, atol=0.01)


@pytest.mark.parametrize("count", [1, 4, 18])
def test_tangents_of_a_larger_field(native, count):
    x0 = torch.rand((2, 18), dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    from .fields import _step

    t, h = torch.tensor(0.0).double(), torch.tensor(0.01, dtype=torch.float64)
    request = takens.backend.TangentGrowth(
        dynamics=lorenz96, method=RK4, dt=0.01, x0=x0, steps=6, every=2, count=count
    )
    answer = solved(native, request)
    known, *_ = by_qr(lambda x: _step(lorenz96, RK4, t, x, h), x0[1], 6, 2, count)
    torch.testing.assert_close(answer.sums[1, 0], known, rtol=1e-8, atol=1e-8)


def test_tangents_of_a_field_that_depends_on_time(native):
    from .fields import Network, _step

    f = Network().double().requires_grad_(False)
    x0 = near_lorenz(1) / 10
    answer = solved(
        native,
        takens.backend.TangentGrowth(
            dynamics=f, method=RK4, dt=0.2, t0=1.5, x0=x0, steps=2, count=3
        ),
    )
    x, v, sums = x0[0], torch.eye(3).double(), torch.zeros(3).double()
    for i in range(2):
        t, h = torch.tensor([1.5 + 0.2 * i, 0.2], dtype=torch.float64)

        def step(x, t=t, h=h):
            return _step(f, RK4, t, x, h)

        v, r = torch.linalg.qr(torch.autograd.functional.jacobian(step, x) @ v)
        sums += r.diagonal().abs().log()
        x = step(x)
    torch.testing.assert_close(answer.sums[0, 0], sums, rtol=1e-9, atol=1e-9)


def test_flow_maps_are_maps(native):
    from takens_integrators import RK4, Leapfrog
    from takens_systems import HarmonicOscillator

    x0 = torch.tensor([[1.0, 0.0], [0.3, -0.2], [0.0, 2.0]], dtype=torch.float64)
    for method in (RK4(), Leapfrog()):
        step = takens.plugin.flow_map(HarmonicOscillator(), method, 0.1)
        ours = solved(native, takens.backend.MapIteration(map=step, x0=x0, steps=30))
        torch.testing.assert_close(ours, iterated(step, x0, 30), rtol=1e-12, atol=1e-12)


def test_free_runs_diverge_at_the_same_step(monkeypatch):
    from takens._backends import dispatch

    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=8)
    with torch.no_grad():
        next(iter(model.parameters())).mul_(1.2)
    context = torch.linspace(-1, 1, 12).view(4, 1, 3)
    monkeypatch.setattr(dispatch, "_preferred", lambda _: ())
    theirs = takens.generate(model, context=context * 1e3, steps=1200)
    monkeypatch.undo()
    ours = takens.generate(model, context=context * 1e3, steps=1200)
    assert "MapIteration of ShallowPLRNN (float32, 3 variables): native" in takens.explain(
        model
    )
    assert ours.diverged_at == theirs.diverged_at
    assert None not in ours.diverged_at
    torch.testing.assert_close(ours.x, theirs.x, rtol=1e-3, atol=1e-3)
