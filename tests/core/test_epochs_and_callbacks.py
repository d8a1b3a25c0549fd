"""Passes through the data, raw units, and what is called while a model is trained."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

import takens
from takens._training.windows import Windows
from takens.plugin import StepLogged, WindowDraws

SCHEME = "generalised_teacher_forcing"


def _noise(samples: int = 40, trajectories: int = 6) -> takens.TimeSeries:
    x = torch.randn(trajectories, samples, 2, generator=torch.Generator().manual_seed(0))
    return takens.TimeSeries(torch.arange(samples) * 0.1, 3.0 * x.double() + 5.0)


def _fit(**options: Any) -> takens.Fit:
    given: dict[str, Any] = {
        "window": 40,
        "batch": 4,
        "check_every": 0,
        "log_every": 1,
        "device": "cpu",
    }
    return takens.fit("shallow_plrnn", _noise(), SCHEME, **(given | options))


def test_a_pass_takes_every_window_once() -> None:
    windows = Windows([torch.randn(40, 2) for _ in range(3)], 31, [torch.arange(40.0)] * 3, 1.0)
    draws = WindowDraws(windows, [0, 1], bootstrap=False)
    batches = [draws.in_passes(8, step) for step in range(8)]
    first, second = torch.cat(batches[:4], 1), torch.cat(batches[4:], 1)
    every = torch.arange(30).expand(2, 30)
    assert torch.equal(first.sort().values, every)
    assert torch.equal(second.sort().values, every)
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])
    assert [batch.shape[1] for batch in batches[:4]] == [8, 8, 8, 6]


def test_epochs_decide_how_many_updates_there_are() -> None:
    fit = _fit(epochs=3, keep="last")
    assert [record["step"] for record in fit.history] == [1, 2, 3, 4, 5, 6]
    assert [record["epoch"] for record in fit.history] == [0, 1, 1, 2, 2, 3]
    losses = [record["loss"] for record in fit.history]
    assert fit.history[3]["epoch_loss"] == pytest.approx(sum(losses[2:4]) / 2)
    assert "epoch_loss" not in fit.history[0]


def test_a_resumed_training_goes_on_in_the_same_order(tmp_path: Path) -> None:
    whole = _fit(epochs=4, schedule="constant")
    _fit(epochs=2, schedule="constant", folder=tmp_path)
    resumed = _fit(epochs=4, schedule="constant", folder=tmp_path, resume=True)
    for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("other", [{"bootstrap": True}, {"balance": "equal"}])
def test_epochs_do_not_go_with_what_takes_some_windows_more_often(other: Any) -> None:
    with pytest.raises(takens.InputError, match="epochs takes every window once"):
        takens.Training(epochs=3, **other)


def test_losses_in_the_units_of_the_data() -> None:
    raw, standard = (
        _fit(epochs=1, standardise=flag, learning_rate=1e-9) for flag in (False, True)
    )
    assert torch.equal(raw.model.mean, torch.zeros(2, dtype=torch.float64))
    assert torch.equal(raw.model.scale, torch.ones(2, dtype=torch.float64))
    # Drawn weights predict about nothing: the mean square of the data, 3^2 + 5^2.
    assert raw.history[0]["loss"] > 8 * standard.history[0]["loss"]
    run = takens.generate(raw.model, context=_noise().x[0], steps=4)
    assert run.x.shape == (4, 2)


def test_a_callback_sees_the_model_before_the_first_update_and_after() -> None:
    seen: list[tuple[int, takens.TrainedModel]] = []

    def keep(event: StepLogged) -> None:
        seen.append((int(event.record["step"]), copy.deepcopy(event.model)))  # pyright: ignore[reportArgumentType]
        assert takens.generate(event.model, context=_noise().x[0], steps=5).x.shape == (5, 2)  # pyright: ignore[reportArgumentType]

    model = takens.models.create("shallow_plrnn", obs_dim=2, latent_dim=2, hidden_dim=8)
    before = [weight.detach().clone() for weight in model.parameters()]
    fit = takens.fit(
        model, _noise(), SCHEME, steps=4, window=40, batch=4, log_every=2,
        check_every=0, keep="last", device="cpu", callback=keep,
    )  # fmt: skip
    assert [step for step, _ in seen] == [0, 2, 4]
    for a, b in zip(seen[0][1].parameters(), before, strict=True):
        assert torch.equal(a.cpu(), b.to(a.dtype))
    for a, b in zip(seen[-1][1].parameters(), fit.model.parameters(), strict=True):
        assert torch.equal(a.cpu(), b)


def test_a_callback_ends_a_training_by_a_reason_and_its_errors_pass() -> None:
    reasons = {3: "Enough."}
    fit = _fit(steps=10, callback=lambda event: reasons.get(int(event.record["step"])))
    assert (fit.reason, len(fit.history)) == ("Enough.", 3)
    assert _fit(steps=10, callback=lambda event: "No.").history == ()
    with pytest.raises(ZeroDivisionError):
        _fit(steps=10, callback=lambda event: 1 / 0)


def test_a_direct_scheme_calls_back_before_and_after() -> None:
    steps: list[float] = []
    takens.fit(
        "linear_autoregression", _noise(), "closed_form", device="cpu",
        callback=lambda event: steps.append(event.record["step"]),
    )  # fmt: skip
    assert steps == [0, 1]


def test_plugins_are_told_the_model_too() -> None:
    told: list[Any] = []

    class Hears:
        TAKENS_API = 2

        @takens.plugin.hookimpl
        def takens_step_logged(self, event: StepLogged) -> None:
            told.append(event)

    with takens.register(Hears(), "hears"):
        _fit(steps=2)
    assert all(isinstance(event.model, takens.TrainedModel) for event in told)
    assert attrs.fields_dict(StepLogged)["model"].default is None
