"""Members trained at once become what each would have become alone."""

from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

import takens
from takens_models import ShallowPLRNN
from takens_schemes import GeneralisedTeacherForcing, SparseTeacherForcing, TeacherForcing
from takens_systems import Lorenz63

SHORT: dict[str, Any] = {
    "steps": 25,
    "batch": 4,
    "window": 24,
    "check_every": 0,
    "device": "cpu",
}


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate(Lorenz63(), dt=0.01, steps=1200, noise=0.05, seed=0)


def make(seed: int, latent_dim: int = 5) -> takens.plugin.Model:
    return takens.models.create(
        "shallow_plrnn", obs_dim=3, latent_dim=latent_dim, hidden_dim=10, seed=seed
    )


@attrs.frozen
class OneByOne:
    """A scheme of somebody who knows nothing of ensembles."""

    inner: SparseTeacherForcing

    def loss(
        self,
        model: takens.plugin.Model,
        windows: torch.Tensor,
        *,
        times: torch.Tensor,
        step: int,
    ) -> torch.Tensor:
        if windows.ndim != 3:
            raise TypeError("this scheme takes windows (b, T, n) only")
        return self.inner.loss(model, windows, times=times, step=step)


@pytest.mark.parametrize("latent_dim", [3, 5])
@pytest.mark.parametrize(
    "scheme",
    [
        TeacherForcing(),
        SparseTeacherForcing(5, warm_up=4),
        SparseTeacherForcing(5, noise=0.1, regularisation={"towards_identity": 1e-3}),
        GeneralisedTeacherForcing(0.2),
        GeneralisedTeacherForcing(adapt="arithmetic_mean"),
        OneByOne(SparseTeacherForcing(5)),
    ],
    ids=lambda scheme: type(scheme).__name__,
)
def test_members_become_what_they_would_have_become_alone(
    data: takens.TimeSeries, scheme: Any, latent_dim: int
) -> None:
    together = takens.fit(make(3, latent_dim), data, scheme, seed=7, members=3, **SHORT)
    for i, member in enumerate(together.members):
        alone = takens.fit(make(3 + i, latent_dim), data, scheme, seed=7 + i, **SHORT)
        torch.testing.assert_close(
            member.state_dict(), alone.model.state_dict(), rtol=2e-3, atol=2e-4
        )


def test_members_have_alphas_and_rates_of_their_own(data: takens.TimeSeries) -> None:
    alphas, rates = (0.1, 0.9), (1e-2, 1e-3)
    together = takens.fit(
        make(0),
        data,
        GeneralisedTeacherForcing(alphas),
        members=2,
        learning_rate=rates,
        **SHORT,
    )
    for i, member in enumerate(together.members):
        scheme = GeneralisedTeacherForcing(alphas[i])
        alone = takens.fit(make(i), data, scheme, seed=i, learning_rate=rates[i], **SHORT)
        torch.testing.assert_close(
            member.state_dict(), alone.model.state_dict(), rtol=2e-3, atol=2e-4
        )
    assert together.history[-1]["member_loss"][0] != together.history[-1]["member_loss"][1]


def test_a_bootstrap_shows_each_member_other_data(data: takens.TimeSeries) -> None:
    same = [make(0), make(0)]
    for model in same:
        model.load_state_dict(same[0].state_dict())
    fit = takens.fit(same, data, TeacherForcing(), bootstrap=True, **SHORT)
    one, two = (member.state_dict()["model.W1"] for member in fit.members)
    assert not torch.equal(one, two)


def test_an_ensemble_resumes_and_is_stored_whole(
    data: takens.TimeSeries, tmp_path: Path
) -> None:
    scheme = GeneralisedTeacherForcing(adapt="product_upper_bound")
    options: dict[str, Any] = SHORT | {"checkpoint_every": 10, "check_every": 5}
    whole = takens.fit(make(0), data, scheme, members=2, folder=tmp_path, **options)
    stored = takens.load_members(tmp_path / "checkpoint.pt")
    for member, again in zip(whole.members, stored, strict=True):
        torch.testing.assert_close(member.state_dict(), again.state_dict(), rtol=0, atol=0)
    resumed = takens.fit(
        make(0), data, scheme, members=2, folder=tmp_path, resume=True, **options
    )
    for member, again in zip(whole.members, resumed.members, strict=True):
        torch.testing.assert_close(member.state_dict(), again.state_dict(), rtol=0, atol=0)


def test_a_member_that_explodes_leaves_the_others_alone(data: takens.TimeSeries) -> None:
    wild = make(1)
    with torch.no_grad():
        for weight in wild.parameters():
            weight.mul_(1e30)
    fit = takens.fit([make(0), wild], data, TeacherForcing(), **SHORT)
    alone = takens.fit(make(0), data, TeacherForcing(), **SHORT)
    torch.testing.assert_close(
        fit.model.state_dict(), alone.model.state_dict(), rtol=2e-3, atol=2e-4
    )
    assert "Member 1 stopped at update 1" in fit.remarks[0]
    assert fit.history[-1]["member_loss"][1] is None


def test_an_ensemble_answers_as_its_members() -> None:
    members = [ShallowPLRNN(3, latent_dim=4, hidden_dim=6, seed=i) for i in range(3)]
    ensemble = takens.plugin.Ensemble(members)
    x = torch.randn(3, 5, 2, 3)
    z = ensemble.encode(x)
    for i, member in enumerate(members):
        own = member.encode(x[i])
        torch.testing.assert_close(z[i], own)
        torch.testing.assert_close(ensemble(z)[i], member(own))
        torch.testing.assert_close(ensemble.observe(z)[i], member.observe(own))
        torch.testing.assert_close(
            ensemble.force(z, x[..., 0, :])[i], member.force(own, x[i, :, 0])
        )
    assert takens.plugin.weights(ensemble)["W1"].shape == (3, 4, 6)


@pytest.mark.parametrize(
    ("models", "options", "sentence"),
    [
        ([0, 1], {"members": 3}, "was given 2 models and members = 3"),
        ([0], {"members": 2, "learning_rate": (1.0, 2.0, 3.0)}, "lists 3 rates for 2 members"),
        ([0], {"learning_rate": -1.0}, "above 0, or 'auto'; got -1"),
    ],
)
def test_what_does_not_go_together(
    data: takens.TimeSeries, models: list[int], options: dict[str, Any], sentence: str
) -> None:
    made = [make(seed) for seed in models]
    with pytest.raises(takens.InputError, match=sentence):
        takens.fit(
            made if len(made) > 1 else made[0], data, TeacherForcing(), **(SHORT | options)
        )


def test_members_of_one_ensemble_are_alike() -> None:
    with pytest.raises(takens.InputError, match="of one class and of the same sizes"):
        takens.plugin.Ensemble([make(0, 4), make(0, 5)])
    model, windows = (
        takens.plugin.Ensemble([make(0), make(1), make(2)]),
        torch.randn(3, 2, 9, 3),
    )
    scheme = GeneralisedTeacherForcing((0.1, 0.2))
    with pytest.raises(takens.InputError, match="2 alphas and there are 3"):
        scheme.loss(model, windows, times=torch.arange(9.0), step=0)
