"""The family of piecewise-linear networks, against the published formulas."""

from typing import Any

import pytest
import torch

import takens
from takens_models import PLRNN, AlmostLinearRNN, DendriticPLRNN, ShallowPLRNN

from .variants import VARIANTS, label, make, numbers

PIECEWISE_LINEAR = [
    variant
    for variant in VARIANTS
    if "linear_regions" in takens.models.spec(variant[0]).supports
]


def relu(x: torch.Tensor) -> torch.Tensor:
    return torch.clamp(x, min=0)


@pytest.mark.parametrize("mean_centred", [False, True])
def test_plrnn(mean_centred: bool) -> None:
    model, z = PLRNN(2, 6, mean_centred=mean_centred).double(), numbers(6)
    assert float(model.W.detach().diagonal().abs().max()) == 0
    bent = relu(z - z.mean()) if mean_centred else relu(z)
    torch.testing.assert_close(model(z), model.A * z + model.W @ bent + model.h)


@pytest.mark.parametrize("clipped", [False, True])
def test_dendritic_plrnn(clipped: bool) -> None:
    model, z = DendriticPLRNN(2, 6, bases=4, clipped=clipped).double(), numbers(6)
    phi = torch.stack(
        [
            sum(
                (
                    model.alpha[b] * (relu(z[i] - model.H[i, b]) - clipped * relu(z[i]))
                    for b in range(4)
                ),
                torch.zeros((), dtype=z.dtype),
            )
            for i in range(6)
        ]
    )
    torch.testing.assert_close(model(z), model.A * z + model.W @ phi + model.h)


def test_almost_linear_rnn() -> None:
    model, z = AlmostLinearRNN(2, 6, relu_dim=2).double(), numbers(6)
    phi = torch.cat((z[:4], relu(z[4:])))
    torch.testing.assert_close(model(z), model.A * z + model.W @ phi + model.h)


def test_numbers_of_parameters_are_the_published_ones() -> None:
    def count(model: torch.nn.Module) -> int:
        return sum(p.numel() for p in model.parameters())

    ecg = ShallowPLRNN(5, 5, 250, observation="affine")
    eeg = ShallowPLRNN(64, 16, 512, observation="affine")
    assert (count(ecg), count(eeg)) == (2785, 17952)
    assert count(AlmostLinearRNN(3, 20)) == 491
    assert count(DendriticPLRNN(3, 22, bases=20)) == 1023


def test_initial_weights_are_the_published_ones() -> None:
    plrnn, bent = PLRNN(3, 30), AlmostLinearRNN(3, 30)
    dendritic = DendriticPLRNN(3, 30, bases=50)
    for model in (plrnn, bent, dendritic):
        assert 0 < float(model.A.detach().min()) <= float(model.A.detach().max()) < 1
        assert float(model.h.detach().abs().max()) == 0
    eigenvalues = torch.linalg.eigvalsh(plrnn.AW.detach())
    assert float(eigenvalues.max()) == pytest.approx(1, abs=1e-5)
    # Without the identity in it the smallest would be near zero.
    assert float(eigenvalues.min()) > 0.1
    assert float(bent.W.detach().std()) == pytest.approx(0.01, rel=0.1)
    assert 0.9 * 50**-0.5 < float(dendritic.alpha.detach().abs().max()) <= 50**-0.5
    assert 2.4 < float(dendritic.H.detach().abs().max()) <= 2.5


def test_a_clipped_dendritic_model_stays_bounded() -> None:
    model = DendriticPLRNN(2, 6, bases=5, clipped=True)
    with torch.no_grad():
        model.alpha.mul_(20)
        z = 1e3 * numbers(20, 6).float()
        for _ in range(500):
            z = model(z)
        reach = model.W.abs() @ (model.H.abs() @ model.alpha.abs())
        bound = reach / (1 - model.A.max())
    assert bool((z.abs() <= 1.01 * bound).all())


@pytest.mark.parametrize("variant", PIECEWISE_LINEAR, ids=label)
def test_in_its_region_a_model_is_its_linear_map(variant: Any) -> None:
    model = make(variant)
    z = numbers(4, 3, model.latent_dim)
    J, c = model.linear_map(model.region(z))
    torch.testing.assert_close((J @ z.unsqueeze(-1)).squeeze(-1) + c, model(z))
    jacobians = torch.func.vmap(torch.func.vmap(torch.func.jacfwd(model)))(z)
    torch.testing.assert_close(J, jacobians)


def test_more_bent_units_than_there_are() -> None:
    with pytest.raises(takens.errors.ComponentError, match="choose latent_dim = 6 or more"):
        AlmostLinearRNN(2, 5, relu_dim=6)
