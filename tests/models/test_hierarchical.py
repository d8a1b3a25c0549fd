"""Shared weights, and a few numbers for each recording."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import takens
from takens.cli.main import main

SMALL: dict[str, Any] = {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 8}
HIERARCHICAL: dict[str, Any] = {"name": "hierarchical", "base": SMALL}


def draws(count: int = 200, names: str = "abc") -> takens.Recordings:
    generator = torch.Generator().manual_seed(0)
    t = torch.arange(count, dtype=torch.float64) * 0.1
    parts = [
        torch.stack((torch.sin(w * t), torch.cos(w * t)), -1)
        + 0.01 * torch.randn(count, 2, generator=generator, dtype=torch.float64)
        for w in torch.linspace(1, 2, len(names))
    ]
    return takens.Recordings([takens.TimeSeries(t, x) for x in parts], list(names))


def trained(data: takens.Recordings, model: Any = HIERARCHICAL, **options: Any) -> takens.Fit:
    chosen: dict[str, Any] = {"steps": 5, "window": 20, "device": "cpu"}
    return takens.fit(model, data, "generalised_teacher_forcing", **(chosen | options))


@pytest.mark.parametrize("base", [SMALL, {"name": "neural_ode", "width": 5}])
def test_windows_run_as_the_members_of_their_recordings_do(base: dict[str, Any]) -> None:
    model: Any = takens.models.create(
        "hierarchical", obs_dim=2, base=base, features=2, recordings=["a", "b", "c"]
    )
    with torch.no_grad():
        model.slow_features.copy_(torch.tensor([[0.1, 0.0], [-0.2, 0.1], [0.0, 0.3]]))
    x = torch.randn(4, 12, 2, generator=torch.Generator().manual_seed(1))
    numbers = torch.tensor([2, 0, 2, 1])
    strength = torch.full((11,), 0.25, dtype=torch.float64)
    found = takens.plugin.forced_run(model.of_windows(numbers), x, dt=0.1, strength=strength)
    for one, number, z in zip(x, numbers, found, strict=True):
        member = model.member(model.recordings[int(number)])
        alone = takens.plugin.forced_run(member, one[None], dt=0.1, strength=strength)[0]
        torch.testing.assert_close(z[:, : member.latent_dim], alone, rtol=1e-4, atol=1e-5)


def test_gradients_reach_the_numbers_of_the_recordings_that_were_drawn() -> None:
    model: Any = takens.models.create(
        "hierarchical", obs_dim=2, base=SMALL, recordings=["a", "b", "c"]
    )
    scheme = takens.schemes.create("generalised_teacher_forcing", alpha=0.2)
    windows = torch.randn(4, 20, 2, generator=torch.Generator().manual_seed(0))
    times = torch.arange(20, dtype=torch.float64)
    drawn = model.of_windows(torch.tensor([0, 2, 0, 2]))
    scheme.loss(drawn, windows, times=times, step=0).backward()
    moved = model.slow_features.grad.abs().sum(1) > 0
    assert moved.tolist() == [True, False, True]
    assert all(bool(direction.grad.any()) for direction in model.dynamics.directions)


@pytest.mark.parametrize("scheme", ["multiple_shooting", "sparse_teacher_forcing"])
def test_schemes_that_cut_windows_keep_their_recordings(scheme: str) -> None:
    model: Any = takens.models.create(
        "hierarchical", obs_dim=2, base=SMALL, recordings=["a", "b"]
    )
    with torch.no_grad():
        model.slow_features.copy_(torch.tensor([[0.2], [-0.3]]))
    chosen: dict[str, Any] = {"name": scheme} | (
        {"segment": 5} if scheme == "multiple_shooting" else {"every": 4}
    )
    made: Any = takens.schemes.get(chosen)
    windows = torch.randn(3, 21, 2, generator=torch.Generator().manual_seed(0))
    times, numbers = torch.arange(21, dtype=torch.float64), [1, 0, 1]
    whole = made.loss(model.of_windows(torch.tensor(numbers)), windows, times=times, step=0)
    alone = [
        made.loss(model.of_windows(torch.tensor([k])), one[None], times=times, step=0)
        for k, one in zip(numbers, windows, strict=True)
    ]
    torch.testing.assert_close(whole, torch.stack(alone).mean(), rtol=1e-4, atol=1e-6)


def test_members_of_an_ensemble_become_what_they_would_have_become_alone() -> None:
    data = draws()
    together = trained(data, members=2)
    second = takens.models.create(
        "hierarchical", obs_dim=2, base=SMALL, recordings=list(data.names), seed=1
    )
    alone = trained(data, second, seed=1)
    for name, weight in alone.model.inner.state_dict().items():
        other = together.members[1].inner.state_dict()[name]
        torch.testing.assert_close(other, weight, rtol=1e-3, atol=1e-4)


def test_it_goes_on_from_a_checkpoint_and_is_read_again(tmp_path: Path) -> None:
    data = draws()
    constant: dict[str, Any] = {"schedule": "constant"}
    whole = trained(data, steps=8, **constant)
    trained(data, steps=4, folder=tmp_path, **constant)
    fit = trained(data, steps=8, folder=tmp_path, resume=True, **constant)
    read = takens.load_model(tmp_path)
    assert read.recordings == ("a", "b", "c")
    for name, value in whole.model.inner.state_dict().items():
        torch.testing.assert_close(fit.model.inner.state_dict()[name], value)
        torch.testing.assert_close(read.inner.state_dict()[name], value)
    takens.save_model(read.for_recording("b"), tmp_path / "b.pt")
    one = takens.load_model(tmp_path / "b.pt")
    context = data["b"].x[:5]
    expected = takens.generate(fit.model.for_recording("b"), context=context, steps=10).x
    torch.testing.assert_close(takens.generate(one, context=context, steps=10).x, expected)


def test_recordings_of_unlike_length_with_gaps_are_learned_from() -> None:
    data = draws(150)
    x = data["a"].x.clone()
    x[40:44] = torch.nan
    gaps = takens.TimeSeries(data["a"].t, x, mask=x.isfinite())
    uneven = takens.Recordings([gaps, data["b"][:90], data["c"]], ["a", "b", "c"])
    fit = trained(uneven, balance="equal")
    assert torch.isfinite(torch.tensor(fit.history[-1]["loss"]))


def test_a_new_recording_is_fitted_by_its_numbers_alone() -> None:
    data = draws(300, "abcde")
    options: dict[str, Any] = {"learning_rate": 1e-2, "check_every": 0}
    fit = trained(data[["a", "b", "d", "e"]], steps=400, **options)
    before = {name: value.clone() for name, value in fit.model.inner.state_dict().items()}
    new = fit.model.for_new_recordings(["c"])
    found = trained(data[["c"]], new, steps=150, **options)
    for name, value in found.model.inner.state_dict().items():
        assert name == "slow_features" or torch.equal(value, before[name])
    assert torch.equal(found.model.mean, fit.model.mean)
    inner: Any = found.model.inner
    known: Any = fit.model.inner
    (number,) = inner.features.flatten().tolist()
    between = sorted(known.features[1:3].flatten().tolist())
    assert between[0] < number < between[1]


def test_each_recording_is_judged_by_its_own_member() -> None:
    data = draws(400)
    fit = trained(data)
    scores = takens.evaluate(fit.model, data, ["mean_shift"], runs=1, each=True)
    alone = takens.evaluate(fit.model.for_recording("b"), data["b"], ["mean_shift"], runs=1)
    assert scores.recordings["b"]["mean_shift"].value == alone["mean_shift"].value
    assert scores.recordings["a"]["mean_shift"].value != alone["mean_shift"].value
    with pytest.raises(takens.InputError, match=r"for_recording\('a'\)"):
        takens.evaluate(fit.model, data["b"], ["mean_shift"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"features": 0}, "features"),
        ({"recordings": ["a", "a"]}, "names that differ"),
        ({"recordings": []}, "at least one"),
        ({"base": {"latent_dim": 3}}, "table with name"),
        ({"base": "echo_state_network"}, "solved for at once"),
        ({"base": {"name": "known_ode", "system": "lorenz63"}}, "units of its data"),
        ({"base": "hierarchical"}, "hierarchical itself"),
        ({"base": SMALL, "shared": [""]}, "take some out of shared"),
        (
            {
                "base": SMALL | {"latent_dim": 4, "observation": "affine"},
                "shared": ["initial_state."],
            },
            "name those it uses in shared",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(takens.errors.ComponentError, match=says):
        takens.models.create("hierarchical", obs_dim=2, **given)


def test_recordings_that_are_not_known_are_refused() -> None:
    data = draws()
    fit = trained(data)
    with pytest.raises(takens.InputError, match="'d'"):
        fit.model.for_recording("d")
    other = takens.Recordings([data["a"]], ["z"])
    with pytest.raises(takens.InputError, match="'z' is none of them"):
        trained(other, fit.model)
    with pytest.raises(takens.InputError, match="LeastSquares does not"):
        takens.fit(fit.model, data, "least_squares", device="cpu")
    plain = trained(data, SMALL)
    with pytest.raises(takens.InputError, match="one model for all recordings"):
        plain.model.for_recording("a")


def test_the_command_judges_the_member_of_a_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = draws(400)
    fit = trained(data)
    takens.save_model(fit.model, tmp_path / "all.pt")
    rows = [f"{t:.1f},{x},{y}" for t, (x, y) in zip(data["b"].t, data["b"].x, strict=True)]
    (tmp_path / "b.csv").write_text("\n".join(["t,x1,x2", *rows]))
    judge = [
        "judge", str(tmp_path / "all.pt"), "--against", str(tmp_path / "b.csv"),
        "--time", "t", "--metric", "mean_shift", "--runs", "1", "--json",
    ]  # fmt: skip
    with pytest.raises(SystemExit, match="2"):
        main(judge)
    assert "takens judge --recording" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*judge, "--recording", "b"])
    found = json.loads(capsys.readouterr().out)["scores"]["mean_shift"]["value"]
    alone = takens.judge(
        fit.model.for_recording("b"), takens.read(tmp_path / "b.csv"), ["mean_shift"], runs=1
    )
    assert found == pytest.approx(alone.scores["mean_shift"].value)
