"""Runs that data force, and their gradients, against a plain loop."""

# pyright: basic

import pytest
import torch
from torch import nn

import takens

from .fields import solved


class Clipped(nn.Module):
    """The bounded form of the shallow network, with a difference of two hidden layers."""

    def __init__(self, m=5, hidden=30, seed=0):
        super().__init__()
        g = torch.Generator().manual_seed(seed)
        self.A = nn.Parameter(torch.rand(m, generator=g))
        self.W1 = nn.Parameter(torch.randn(m, hidden, generator=g) * 0.1)
        self.W2 = nn.Parameter(torch.randn(hidden, m, generator=g) * 0.5)
        self.h = nn.Parameter(torch.randn(hidden, generator=g))

    def forward(self, z):
        inner = z @ self.W2.mT
        return self.A * z + (torch.relu(inner + self.h) - torch.relu(inner)) @ self.W1.mT


class Shallow(Clipped):
    """Long vectors, which kernels keep in memory."""

    def __init__(self, m=20, hidden=30, seed=0):
        super().__init__(m, hidden, seed)
        self.W1.data.mul_(0.3)  # Contracting, so that rounding does not grow.

    def forward(self, z):
        return self.A * z + nn.functional.linear(z, self.W2, self.h).relu() @ self.W1.mT


class Gated(nn.Module):
    """A gated recurrent unit that reads its own state."""

    def __init__(self, m=18, seed=0):
        super().__init__()
        g = torch.Generator().manual_seed(seed)
        self.weights = nn.Parameter(torch.randn(3 * m, m, generator=g) / m**0.5)
        self.bias = nn.Parameter(torch.randn(3 * m, generator=g))

    def forward(self, z):
        r, u, n = nn.functional.linear(z, self.weights, self.bias).chunk(3, -1)
        return torch.lerp(torch.tanh(r.sigmoid() * n), z, u.sigmoid())


class Tiny(nn.Module):
    """A few numbers and no matrix."""

    def __init__(self, seed=0):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(0.3 + 0.1 * seed))
        self.scale = 0.9

    def forward(self, z):
        x, y = z.unbind(-1)
        return torch.stack((self.scale * torch.sin(y) + self.a, x * self.a), -1)


class Lanes(nn.Module):
    """Weights that differ from sample to sample, by two numbers at the end of the state."""

    def __init__(self, m=18, hidden=30, seed=0):
        super().__init__()
        g = torch.Generator().manual_seed(seed)
        shapes = ((m, hidden), (hidden, m), (hidden,), (m,))
        self.weights = nn.ParameterList(0.1 * torch.randn(*s, generator=g) for s in shapes)
        self.changes = nn.ParameterList(0.05 * torch.randn(2, *s, generator=g) for s in shapes)

    def forward(self, z):
        return self.one(z) if z.ndim == 1 else torch.func.vmap(self.one)(z)

    def one(self, z):
        z, (f, g) = z[:-2], z[-2:].unbind(0)
        w1, w2, h2, h1 = (
            w + f * p[0] + p[1] * g for w, p in zip(self.weights, self.changes, strict=True)
        )
        # Of a part of the weights as well, turned, and of their entries alone.
        aside = (w2[:, :6].mT.unsqueeze(0)[0] @ h2)[:1] * w1.flatten()[3]
        moved = w1 @ (w2 @ z + h2).tanh() + h1 + aside
        return torch.cat((moved, torch.stack((f, g))))


MAPS = {
    "lanes": (Lanes, 20),
    "shallow": (Shallow, 20),
    "clipped": (Clipped, 5),
    "gated": (Gated, 18),
    "tiny": (Tiny, 2),
}


def plain(request):
    """Return the states in plain torch."""
    k, members = request.signal.shape[-1], []
    for f, z, x, strength in zip(
        request.maps, request.x0, request.signal, request.strength, strict=True
    ):
        states = []
        for i, share in enumerate(strength.tolist()):
            first = x[:, i] if share == 1 else (1 - share) * z[:, :k] + share * x[:, i]
            first = torch.where(x[:, i].isnan(), z[:, :k], first)
            z = f(torch.cat((first, z[:, k:]), -1))
            states.append(z)
        members.append(torch.stack(states, 1))
    return torch.stack(members)


def make(name, members=1, b=3, steps=9, k=2, dtype=torch.float64):
    """Return a request with shares of 0, 1 and between."""
    kind, m = MAPS[name]
    g = torch.Generator().manual_seed(1)
    strength = torch.rand((members, steps), generator=g, dtype=torch.float64)
    strength[:, ::4], strength[:, 2::4] = 1.0, 0.0
    return takens.backend.ForcedIteration(
        maps=tuple(kind(seed=i).to(dtype) for i in range(members)),
        x0=torch.randn((members, b, m), generator=g, dtype=dtype).requires_grad_(),
        signal=torch.randn((members, b, steps, k), generator=g, dtype=dtype),
        strength=strength,
    )


def weights(request):
    return [request.x0, *(p for f in request.maps for p in f.parameters())]


def compare(native, request, rtol=1e-10):
    ours, theirs = solved(native, request), plain(request)
    assert not isinstance(ours, takens.backend.Unsupported), ours
    torch.testing.assert_close(ours, theirs, rtol=rtol, atol=rtol)
    weight = torch.linspace(-1, 1, theirs.numel(), dtype=theirs.dtype).view_as(theirs)
    for mine, other in zip(
        torch.autograd.grad((ours * weight).sum(), weights(request)),
        torch.autograd.grad((theirs * weight).sum(), weights(request)),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=rtol, atol=rtol * float(other.abs().max()))


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("members", [1, 3])
def test_values_and_gradients(native, name, members):
    compare(native, make(name, members))


# One lane, less than a register, a whole one, two of them, and a rest.
@pytest.mark.parametrize("b", [1, 2, 8, 16, 19, 33])
@pytest.mark.parametrize("name", ["shallow", "clipped"])
def test_every_number_of_runs(native, name, b):
    compare(native, make(name, 2, b))


@pytest.mark.parametrize("b", [1, 16])
def test_more_steps_than_are_kept(native, b):
    compare(native, make("shallow", 1, b, steps=300, k=3))


def test_single_precision(native):
    compare(native, make("clipped", 2, 16, 40, dtype=torch.float32), rtol=1e-4)


@pytest.mark.parametrize("name", ["shallow", "clipped"])
@pytest.mark.parametrize("b", [1, 3, 19])
def test_gaps_force_nothing(native, name, b):
    request = make(name, 2, b, k=3)
    gaps = torch.rand(request.signal.shape, generator=torch.Generator().manual_seed(2)) < 0.4
    request.signal.masked_fill_(gaps, torch.nan)
    compare(native, request)


@pytest.mark.parametrize("k", [0, 5])
def test_nothing_and_everything_forced(native, k):
    compare(native, make("clipped", 2, 4, 12, k))


def test_gradients_by_finite_differences(native):
    request = make("gated", 2, 2, 6)
    tensors = weights(request)
    assert torch.autograd.gradcheck(lambda *_: solved(native, request), tensors, nondet_tol=0.0)


def test_full_forcing_hides_what_was_before(native):
    request = make("clipped", 1, 4, 6, 5)
    request.strength[:] = 0.0
    request.strength[:, 3] = 1.0
    answer = solved(native, request)
    (g,) = torch.autograd.grad(answer[:, :, 3:].sum(), request.x0)
    assert (g == 0).all()
    with torch.no_grad():
        request.x0[:] = torch.nan
    answer = solved(native, request)
    assert answer[:, :, :3].isnan().all()
    assert answer[:, :, 3:].isfinite().all()


def test_weights_are_read_anew(native):
    request = make("shallow", 2)
    solved(native, request)
    with torch.no_grad():
        request.maps[1].A.mul_(0.5)  # pyright: ignore[reportAttributeAccessIssue]
    compare(native, request)


def test_maps_that_differ_in_a_seed_share_a_kernel(native):
    from takens_models import ShallowPLRNN

    request = make("shallow", 1)
    maps = tuple(ShallowPLRNN(2, 20, 30, seed=i).double() for i in range(2))
    x0, signal = request.x0.detach().expand(2, -1, -1), request.signal.expand(2, -1, -1, -1)
    request = takens.backend.ForcedIteration(
        maps=maps, x0=x0, signal=signal, strength=request.strength.expand(2, -1)
    )
    with torch.no_grad():
        torch.testing.assert_close(solved(native, request), plain(request))


def test_any_layout_of_memory(native):
    request = make("clipped", 2, 4, 6, 2)
    turned = takens.backend.ForcedIteration(
        maps=request.maps,
        x0=request.x0,
        signal=request.signal.transpose(1, 2).contiguous().transpose(1, 2),
        strength=request.strength[:1].expand(2, -1),
    )
    compare(native, turned)
    answer = solved(native, turned)
    (whole,) = torch.autograd.grad(answer.sum(), request.x0)
    (expanded,) = torch.autograd.grad(
        solved(native, turned),
        request.x0,
        torch.ones((), dtype=torch.float64).expand_as(answer),
    )
    torch.testing.assert_close(whole, expanded)


def test_second_derivatives_come_from_the_eager_loop(native):
    request = make("gated", 1, 2, 4)
    with_eager = takens.backend.ForcedIteration(
        maps=request.maps,
        x0=request.x0,
        signal=request.signal,
        strength=request.strength,
        eager=lambda: plain(request),
    )

    def curvature(answer):
        (g,) = torch.autograd.grad(answer.square().sum(), request.x0, create_graph=True)
        return torch.autograd.grad(g.square().sum(), weights(request))

    for mine, other in zip(
        curvature(solved(native, with_eager)), curvature(plain(request)), strict=True
    ):
        torch.testing.assert_close(mine, other)
    with pytest.raises(takens.InputError, match="Second derivatives"):
        curvature(solved(native, request))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda q: {"signal": q.signal.float()}, "the signal is torch.float32"),
        (lambda q: {"signal": q.signal[:, :, :0]}, "no steps"),
        (lambda q: {"strength": q.strength.requires_grad_()}, "needs a gradient"),
        (lambda q: {"maps": (q.maps[0], Clipped(hidden=31).double())}, "differ in more"),
    ],
)
def test_what_is_declined(native, change, reason):
    request = make("clipped", 2)
    fields = {"maps": request.maps, "x0": request.x0, "signal": request.signal,
              "strength": request.strength}  # fmt: skip
    answer = solved(native, takens.backend.ForcedIteration(**fields | change(request)))
    assert isinstance(answer, takens.backend.Unsupported)
    assert reason in answer.reason
