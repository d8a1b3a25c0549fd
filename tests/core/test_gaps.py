"""Gaps: what is missing forces nothing and counts for nothing."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import takens
from takens._training.windows import Windows
from takens_models import ShallowPLRNN

NAN = math.nan


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def with_gaps(shape: tuple[int, ...], share: float = 0.4, seed: int = 1) -> Tensor:
    """Return random windows, `(..., T, n)`, with single numbers and whole samples missing."""
    x = torch.randn(*shape, generator=generator(seed)).double()
    single = torch.rand(shape, generator=generator(seed + 1)) < share / 2
    whole = torch.rand(shape[:-1], generator=generator(seed + 2)) < share / 2
    lost = single | whole[..., None]
    lost[..., 0, :] = False
    return x.masked_fill(lost, NAN)


def by_hand(model: Any, windows: Tensor, strength: Tensor) -> Tensor:
    """Run through the gaps of `(b, T, n)`, number by number."""
    runs = list[Tensor]()
    for window in windows:
        z, states = model.encode(window[:1]), list[Tensor]()
        for i, share in enumerate(strength.tolist()):
            known = [k for k in range(window.shape[1]) if not math.isnan(float(window[i, k]))]
            if known:
                x = model.observe(z).clone()
                x[known] = window[i, known]
                z = z + share * (model.force(z, x) - z)
            z = model(z)
            states.append(z)
        runs.append(torch.stack(states))
    return torch.stack(runs)


@pytest.mark.parametrize("observation", ["identity", "affine"])
@pytest.mark.parametrize("latent", [2, 5])
@pytest.mark.parametrize("share", [1.0, 0.3])
def test_a_forced_run_goes_through_gaps_freely(
    observation: str, latent: int, share: float
) -> None:
    model = ShallowPLRNN(2, latent, 6, observation=observation).double()
    windows = with_gaps((3, 12, 2))
    strength = torch.full((11,), share, dtype=torch.float64)
    strength[0] = 0
    expected = by_hand(model, windows, strength)
    found = takens.plugin.forced_run(model, windows, dt=0.1, strength=strength)
    torch.testing.assert_close(found, expected)
    weights = list(model.parameters())
    ours, theirs = (
        torch.autograd.grad(x.square().sum(), weights, materialize_grads=True)
        for x in (found, expected)
    )
    torch.testing.assert_close(ours, theirs)


def test_a_model_without_a_signal_is_forced_by_what_is_known(linear: Any) -> None:
    model, windows = linear(0.5), torch.tensor([[[2.0], [NAN], [4.0], [NAN]]]).double()
    ones = torch.ones(3, dtype=torch.float64)
    found = takens.plugin.forced_run(model, windows, dt=1.0, strength=ones)
    assert found.flatten().tolist() == [1.0, 0.5, 2.0]


def test_lines_fill_gaps_and_ends_are_level() -> None:
    x = torch.tensor([[NAN, 1, NAN, NAN, 4, NAN], [NAN] * 6, [0, NAN, 1, 2, 3, 4]]).T
    expected = [[1, 1, 2, 3, 4, 4], [0] * 6, [0, 0.5, 1, 2, 3, 4]]
    torch.testing.assert_close(takens.plugin.filled(x), torch.tensor(expected).T)


def test_windows_begin_where_the_least_is_missing() -> None:
    x = torch.arange(20.0)[:, None].clone()
    x[[3, 4, 5, 10, 19]] = NAN
    windows = Windows([x], 6, [torch.arange(20.0)], 1.0)
    starts = windows.at(torch.arange(windows.count))[:, 0, 0]
    # From those that are known every sample is reached.
    assert starts.tolist() == [i for i in range(15) if i not in (3, 4, 5, 10)]
    every = Windows([x], 6, [torch.arange(20.0)], 1.0, context=3)
    contexts = every.at(torch.arange(every.count))[:, :3, 0]
    torch.testing.assert_close(contexts.diff(dim=1), torch.ones_like(contexts[:, 1:]))


def test_windows_without_anything_to_predict_are_none() -> None:
    x = torch.arange(30.0)[:, None].clone()
    x[2:25] = NAN
    windows = Windows([x], 5, [torch.arange(30.0)], 1.0)
    known = windows.at(torch.arange(windows.count))[:, 1:].isfinite()
    assert bool(known.flatten(1).any(1).all())
    with pytest.raises(takens.InputError, match="anything but gaps"):
        Windows([x[2:24]], 5, [torch.arange(22.0)], 1.0)


@pytest.mark.parametrize("error", ["mean_squared", "mean_absolute", "gaussian"])
def test_the_loss_is_the_mean_of_what_is_known_of_each_variable(error: Any) -> None:
    from takens_schemes.objective import Objective

    predictions, targets = torch.randn(4, 9, 2, generator=generator()), with_gaps((4, 9, 2))
    off = [(predictions - targets)[..., i] for i in (0, 1)]
    off = [each[each.isfinite()] for each in off]
    parts = {
        "mean_squared": [each.square().mean() for each in off],
        "mean_absolute": [each.abs().mean() for each in off],
        "gaussian": [0.5 * each.square().mean().log() for each in off],
    }[error]
    found = Objective(error=error).value(ShallowPLRNN(2, 2, 3), predictions, targets)
    torch.testing.assert_close(found, torch.stack(parts).mean())
    targets[..., 0] = NAN
    found = Objective(error=error).value(ShallowPLRNN(2, 2, 3), predictions, targets)
    torch.testing.assert_close(found, parts[1])


SCHEMES = {
    "teacher_forcing": {},
    "sparse_teacher_forcing": {"every": 4, "warm_up": 0},
    "generalised_teacher_forcing": {},
    "trajectory_matching": {},
    "multiple_shooting": {"segment": 5},
    "one_step": {},
    "weak_constraint": {"segment": 5, "pulled": 0},
    "expectation_maximisation": {"segment": 5, "pulled": 0},
}
SETTINGS: dict[str, Any] = {"steps": 4, "window": 15, "batch": 4, "check_every": 2}
WALK = np.random.default_rng(0).normal(size=(6000, 2)).cumsum(0)


def damaged(share: float = 0.3) -> np.ndarray:
    x = WALK.copy()
    x[np.random.default_rng(1).random(len(x)) < share] = np.nan
    x[np.random.default_rng(2).random(len(x)) < share, 1] = np.nan
    return x


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("model", ["shallow_rnn", "linear_autoregression"])
def test_every_scheme_learns_from_data_with_gaps(scheme: str, model: str) -> None:
    named: dict[str, Any] = {"name": model}
    named |= (
        {"latent_dim": 4, "hidden_dim": 6} if model == "shallow_rnn" else {"context_length": 3}
    )
    found = takens.fit(named, damaged(), {"name": scheme, **SCHEMES[scheme]}, **SETTINGS)
    assert "of the numbers are missing" in found.remarks[0]
    assert math.isfinite(found.history[-1]["loss"])
    assert found.history[-1]["free_runs_lost"] >= 0


@pytest.mark.parametrize(
    "scheme", sorted(set(SCHEMES) - {"one_step", "multiple_shooting", "weak_constraint"})
)
def test_a_variable_that_is_never_known_teaches_nothing(scheme: str) -> None:
    windows = with_gaps((4, 16, 2))
    windows[:, 1:, 1] = NAN
    model = takens.models.create("linear_autoregression", obs_dim=2, context_length=1).double()
    with torch.no_grad():
        model.predict.weight[0, 1] = 0.0
    made: Any = takens.schemes.get({"name": scheme, **SCHEMES[scheme]})
    loss = made.loss(model, windows, times=torch.arange(16).double(), step=0)
    first, second = torch.autograd.grad(loss, model.predict.bias)[0].tolist()
    assert first != 0
    assert second == 0


def test_units_are_those_of_what_is_known() -> None:
    x = damaged()
    found = takens.TrainedModel.for_series(
        takens.models.create("persistence", obs_dim=2), takens.Recordings.of(x)
    )
    np.testing.assert_allclose(found.mean, np.nanmean(x, 0))
    np.testing.assert_allclose(found.scale, np.nanstd(x, 0, ddof=1))


def test_rows_that_are_not_there_are_gaps() -> None:
    keep = np.random.default_rng(3).random(6000) > 0.3
    keep[:2] = keep[-2:] = True
    rows = takens.TimeSeries(0.1 * np.arange(6000)[keep], WALK[keep])
    nan = takens.TimeSeries(0.1 * np.arange(6000), WALK, mask=np.repeat(keep[:, None], 2, 1))
    model = {"name": "shallow_rnn", "latent_dim": 2, "hidden_dim": 6}
    losses = [
        takens.fit(model, data, "generalised_teacher_forcing", **SETTINGS).history[-1]["loss"]
        for data in (rows, nan)
    ]
    assert losses[0] == losses[1]


def test_members_learn_from_gaps_what_each_would_alone() -> None:
    model = {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 6}
    scheme = "generalised_teacher_forcing"
    both = takens.fit(model, damaged(), scheme, members=2, **SETTINGS)
    alone = takens.fit(model, damaged(), scheme, **SETTINGS)
    for ours, own in zip(both.members[0].parameters(), alone.model.parameters(), strict=True):
        torch.testing.assert_close(ours, own, rtol=1e-4, atol=1e-6)


def learn(*recordings: Any) -> takens.Fit:
    series = [takens.TimeSeries(np.arange(len(x)), x, mask=np.isfinite(x)) for x in recordings]
    model = {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 6}
    return takens.fit(
        model, takens.Recordings(series), "generalised_teacher_forcing", **SETTINGS
    )


@pytest.mark.parametrize(
    ("recordings", "words"),
    [
        ((WALK, np.full_like(WALK, NAN)), "Recording '2' has no number in any of its"),
        ((np.where([True, False], WALK, NAN),), "'x2' is known at 0 of 6,000 samples"),
        ((np.where(np.arange(6000)[:, None] % 200 == 9, WALK, NAN)[:200],), "known at 1 of"),
        ((WALK[:9],), "A window of 15 samples is longer than the data"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(recordings: Any, words: str) -> None:
    with pytest.raises(takens.errors.TakensError, match=words) as refused:
        learn(*recordings)
    assert str(refused.value).count(". ") == 0


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(takens.errors.DataError, match=r"A mask has the shape of the samples"):
        takens.TimeSeries(np.arange(6000), WALK, mask=np.ones((6000, 1), dtype=bool))


def irregular(seed: int = 0) -> Tensor:
    return (0.02 + 0.05 * torch.rand(3, 11, generator=generator(seed))).double()


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_field_takes_steps_that_differ(linear: Any, share: float) -> None:
    from takens.plugin import Time

    model, dt = linear(-1.3, Time.CONTINUOUS), irregular()
    windows = with_gaps((3, 12, 1))
    strength = torch.full((11,), share, dtype=torch.float64)
    strength[0] = 0
    found = takens.plugin.forced_run(model, windows, dt=dt, strength=strength)
    z, states = windows[:, 0], list[Tensor]()
    for i in range(11):
        x = windows[:, i]
        z = torch.where(x.isnan(), z, z + strength[i] * (x - z))
        z = z * torch.exp(-1.3 * dt[:, i, None])
        states.append(z)
    torch.testing.assert_close(found, torch.stack(states, -2), rtol=1e-6, atol=1e-8)
    same = takens.plugin.forced_run(model, windows, dt=dt[0], strength=strength)
    torch.testing.assert_close(same[0], found[0])
    whole = takens.plugin.forced_run(
        model, windows, dt=torch.full((11,), 0.03).double(), strength=strength
    )
    equal = takens.plugin.forced_run(model, windows, dt=0.03, strength=strength)
    torch.testing.assert_close(whole, equal)


def test_members_take_their_own_steps(linear: Any) -> None:
    from takens.plugin import Time

    members = [linear(-1.3, Time.CONTINUOUS), linear(-0.2, Time.CONTINUOUS)]
    dt, windows = torch.stack((irregular(), irregular(1))), with_gaps((2, 3, 12, 1))
    strength = torch.full((11,), 0.3, dtype=torch.float64)
    both = takens.plugin.forced_run(
        takens.plugin.Ensemble(members), windows, dt=dt, strength=strength
    )
    for i, member in enumerate(members):
        alone = takens.plugin.forced_run(member, windows[i], dt=dt[i], strength=strength)
        torch.testing.assert_close(both[i], alone)


def test_a_map_takes_no_steps_that_differ(linear: Any) -> None:
    with pytest.raises(takens.InputError, match="Linear is a map over one interval"):
        takens.plugin.forced_run(
            linear(0.5),
            with_gaps((3, 12, 1)),
            dt=irregular(),
            strength=torch.zeros(11).double(),
        )


@pytest.mark.parametrize("members", [1, 2])
def test_a_field_is_forced_at_irregular_times(members: int) -> None:
    times = np.random.default_rng(5).uniform(0.05, 0.15, size=400).cumsum()
    x = np.stack((np.sin(times), np.cos(times)), -1)
    x[::7, 0] = np.nan
    data = takens.TimeSeries(times, x, mask=np.isfinite(x))
    model = {"name": "neural_ode", "width": 8}
    settings: dict[str, Any] = SETTINGS | {
        "steps": 60,
        "learning_rate": 5e-2,
        "members": members,
    }
    history = takens.fit(model, data, "generalised_teacher_forcing", **settings).history
    assert history[-1]["loss"] < 0.7 * history[0]["loss"]


def test_what_is_known_pulls_for_what_is_not(linear: Any) -> None:
    from takens_schemes import GeneralisedTeacherForcing

    windows = torch.randn(2, 4, 1, generator=generator()).double()
    windows[0, 2], windows[1, 1] = NAN, NAN
    times = torch.arange(4).double()
    found = GeneralisedTeacherForcing(alpha=0.3).loss(linear(0.5), windows, times=times, step=0)
    strength = torch.full((3,), 1 - 0.7 ** (8 / 6), dtype=torch.float64)
    strength[0] = 0
    states = takens.plugin.forced_run(linear(0.5), windows, dt=1.0, strength=strength)
    expected = (states - windows[:, 1:]).square().nanmean()
    torch.testing.assert_close(found, expected)
