"""What is "auto" follows from the data, and is said with its reason."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import takens

AUTO: dict[str, Any] = {
    "name": "shallow_rnn",
    "latent_dim": "auto",
    "hidden_dim": "auto",
    "observation": "auto",
}
FORCED: dict[str, Any] = {"name": "generalised_teacher_forcing", "alpha": "auto"}


def sines(samples: int = 2_000, period: float = 50.0, noise: float = 0.0) -> torch.Tensor:
    angle = 2 * math.pi * torch.arange(samples, dtype=torch.float64) / period
    x = torch.stack((angle.cos(), angle.sin(), (0.618 * angle).cos()), -1)
    drawn = torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype)
    return x + noise * 0.5**0.5 * drawn


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate("lorenz63", dt=0.01, steps=1_500, seed=0)


class TestScales:
    def test_a_sine_changes_by_its_spread_in_its_period_over_two_pi(self) -> None:
        scales = takens.plugin.scales_of([sines(period=50.0)[:, :2]])
        assert scales.fast == pytest.approx(50 / (2 * math.pi), rel=0.01)
        assert scales.period == pytest.approx(50, rel=0.02)
        assert scales.noise < 1e-3

    def test_noise_is_found_and_does_not_make_data_fast(self) -> None:
        scales = takens.plugin.scales_of([sines(noise=0.2)])
        assert scales.noise == pytest.approx(0.2, rel=0.1)
        assert scales.fast == pytest.approx(50 / (2 * math.pi), rel=0.1)

    def test_components_are_counted_without_noise(self) -> None:
        mixture = torch.randn(
            3, 30, generator=torch.Generator().manual_seed(0), dtype=torch.float64
        )
        wide = sines() @ mixture
        drawn = torch.randn(wide.shape, generator=torch.Generator().manual_seed(1))
        scales = takens.plugin.scales_of([wide + 0.5 * wide.std(0) * drawn])
        assert (scales.variables, scales.dimension) == (30, 3)


def test_gaps_do_not_matter_and_short_records_are_refused() -> None:
    whole, broken = sines(), sines()
    broken[[100, 1_500]] = torch.nan
    one, other = (takens.plugin.scales_of([x]) for x in (whole[101:1_500], broken))
    assert one == other
    with pytest.raises(takens.errors.DataError, match="at least 50 samples in a row"):
        takens.plugin.scales_of([whole[:20]])


def test_every_choice_is_said_with_its_reason(data: takens.TimeSeries) -> None:
    fit = takens.fit(
        AUTO,
        data,
        FORCED,
        window="auto",
        learning_rate="auto",
        steps=20,
        device="cpu",
    )
    said = "\n".join(fit.remarks)
    config: Any = fit.model.config
    assert f"model.latent_dim = {config.latent_dim}: 3 variables" in said
    assert f"model.hidden_dim = {config.hidden_dim}: data change" in said
    assert "model.observation = identity: 3 variables." in said
    assert "training.window = " in said
    assert "scheme.alpha = " in said
    assert f"scheme.alpha = {fit.history[-1]['forcing_strength']:g}:" in said
    assert "training.learning_rate = " in said


def test_what_is_chosen_is_as_if_it_had_been_given(data: takens.TimeSeries) -> None:
    common: dict[str, Any] = {"steps": 20, "device": "cpu", "log_every": 1}
    auto = takens.fit(AUTO, data, FORCED, window="auto", learning_rate="auto", **common)
    config: Any = auto.model.config
    told = {line.split(" = ")[0]: line.split(" = ")[1].split(":")[0] for line in auto.remarks}
    given = takens.fit(
        {
            "name": "shallow_rnn",
            "latent_dim": config.latent_dim,
            "hidden_dim": config.hidden_dim,
        },
        data,
        FORCED | {"alpha": float(told["scheme.alpha"])},
        window=int(told["training.window"]),
        learning_rate=float(told["training.learning_rate"]),
        **common,
    )
    assert [r["loss"] for r in auto.history] == [r["loss"] for r in given.history]


@pytest.mark.parametrize(("period", "alpha"), [(400.0, 0.05), (60.0, 0.16), (10.0, 0.3)])
def test_forcing_forgets_faster_where_data_change_faster(period: float, alpha: float) -> None:
    scheme: Any = takens.schemes.create("generalised_teacher_forcing", alpha="auto")
    x = sines(6_000, period)[:, :2]
    assert scheme.set_up(x[None] * 2**0.5, 1.0).alpha == pytest.approx(alpha, abs=0.011)


@pytest.mark.parametrize(
    ("period", "noise", "chosen"),
    [
        (20.0, 0.0, (0.3, 1)),
        (20.0, 0.3, (1.0, 8)),
        (70.0, 0.0, (1.0, 11)),
        (400.0, 0.0, (1.0, 16)),
    ],
)
def test_quick_clean_data_pull_always_and_others_now_and_then(
    period: float, noise: float, chosen: tuple[float, int]
) -> None:
    scheme: Any = takens.schemes.create(
        "generalised_teacher_forcing", alpha="auto", every="auto"
    )
    x = sines(6_000, period, noise)
    made = scheme.set_up((x / x.std(0))[None], 1.0)
    assert (made.alpha, made.every) == chosen
    assert made.warm_up == (16 if made.every > 1 else 0)
    assert f"scheme.alpha = {chosen[0]:g}, scheme.every = {chosen[1]:g}" in made.reasons[0]


def test_noise_makes_forcing_weaker() -> None:
    scheme: Any = takens.schemes.create("generalised_teacher_forcing", alpha="auto")
    clean, noisy = (scheme.set_up(sines(noise=n)[None], 1.0).alpha for n in (0.0, 0.6))
    assert noisy < 0.5 * clean


def test_wide_data_are_read_out_of_few_units() -> None:
    mixture = np.random.default_rng(0).normal(size=(3, 120))
    fit = takens.fit(AUTO, sines().numpy() @ mixture, FORCED, steps=2, device="cpu")
    config: Any = fit.model.config
    assert (config.observation, config.latent_dim) == ("affine", 8)


def test_a_rate_that_breaks_down_is_not_chosen(data: takens.TimeSeries) -> None:
    fit = takens.fit(
        {"name": "shallow_plrnn", "hidden_dim": 600, "latent_dim": 3},
        data,
        {"name": "generalised_teacher_forcing", "alpha": 0.0},
        learning_rate="auto",
        optimiser="sgd",
        gradient_clip=0.0,
        steps=60,
        device="cpu",
    )
    found = next(line for line in fit.remarks if "learning_rate" in line)
    assert "none at 0.02" in found
    assert "training.learning_rate = 0.02" not in found


@pytest.mark.parametrize(
    ("losses", "rate"),
    [
        ((1.0, 0.95, 0.92, 0.91), 0.02),
        ((1.0, 0.5, 0.48, 0.6), 0.01),
        ((math.inf, 1.0, 0.5, 0.4), 0.001),
        ((math.inf, math.inf, math.inf, math.inf), 0.0001),
    ],
)
def test_the_highest_rate_is_taken_that_no_lower_one_beats(
    data: takens.TimeSeries,
    monkeypatch: pytest.MonkeyPatch,
    losses: tuple[float, ...],
    rate: float,
) -> None:
    monkeypatch.setattr("takens._training.learning_rate._losses", lambda *_: [*losses])
    fit = takens.fit(
        {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 4},
        data,
        FORCED,
        learning_rate="auto",
        steps=1,
        device="cpu",
        log_every=1,
    )
    assert fit.history[0]["learning_rate"] == pytest.approx(rate)


class TestElsewhere:
    def test_a_rate_is_not_found_for_strengths_of_single_members(
        self, data: takens.TimeSeries
    ) -> None:
        with pytest.raises(takens.InputError, match="as it is set; give a number"):
            takens.fit(
                {"name": "shallow_rnn"},
                data,
                FORCED | {"alpha": [0.1, 0.2]},
                members=2,
                learning_rate="auto",
                steps=4,
                device="cpu",
            )

    def test_a_model_without_data_has_no_size(self) -> None:
        with pytest.raises(takens.errors.ComponentError, match="'auto' follows from data"):
            takens.models.get({"name": "shallow_rnn", "obs_dim": 3, "hidden_dim": "auto"})

    def test_a_scheme_without_data_has_no_strength(self, data: takens.TimeSeries) -> None:
        scheme: Any = takens.schemes.create("generalised_teacher_forcing", alpha="auto")
        model = takens.models.create("shallow_rnn", obs_dim=3)
        with pytest.raises(takens.InputError, match="call set_up"):
            scheme.loss(model, torch.zeros(1, 5, 3), times=torch.arange(5), step=0)

    def test_settings_without_data_have_no_window_and_no_rate(self) -> None:
        training = takens.Training(window="auto", learning_rate="auto")
        with pytest.raises(takens.InputError, match="follows from the data"):
            _ = training.window_length
        with pytest.raises(takens.InputError, match="is found by fit"):
            training.first_rate(0)

    def test_other_words_are_refused(self) -> None:
        with pytest.raises(takens.InputError, match="window"):
            takens.Training(window="automatic")  # pyright: ignore[reportArgumentType]
        with pytest.raises(takens.InputError, match="learning_rate"):
            takens.Training(learning_rate="automatic")  # pyright: ignore[reportArgumentType]


def test_a_run_says_what_was_chosen_before_it_trains(tmp_path: Path) -> None:
    path = tmp_path / "auto.toml"
    path.write_text(
        """
model = { name = "shallow_rnn", latent_dim = "auto", hidden_dim = "auto" }
scheme = { name = "generalised_teacher_forcing", alpha = "auto" }
device = "cpu"
figures = []
[data]
system = "lorenz63"
dt = 0.01
steps = 600
[training]
steps = 4
window = "auto"
learning_rate = "auto"
[judge]
metrics = ["prediction_error"]
runs = 1
starts = 2
power = false
"""
    )
    said: list[str] = []
    takens.run(path, tmp_path / "run", say=said.append)
    trained = next(i for i, line in enumerate(said) if line.startswith("Trained"))
    for name in ("model.hidden_dim", "scheme.alpha", "training.window"):
        (place,) = (i for i, line in enumerate(said) if line.startswith(f"{name} = "))
        assert place < trained
    assert any(line.startswith("training.learning_rate = ") for line in said)
    page = (tmp_path / "run" / "report.html").read_text()
    assert "training.window = " in page
    assert 'window = "auto"' in (tmp_path / "run" / "config.toml").read_text()
    # It can be taken up again as it is.
    takens.run(path, tmp_path / "run", resume=True)
