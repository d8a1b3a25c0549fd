"""States that are found beside the weights, against what linear algebra says of linear maps."""

import math
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor, nn

import takens
from takens_schemes import ExpectationMaximisation, WeakConstraint
from takens_schemes.block_tridiagonal import BlockTridiagonal
from takens_schemes.free_states import FreeStates
from takens_schemes.smoothing import Segments, smooth

DOUBLE = torch.float64
SCHEMES = (WeakConstraint, ExpectationMaximisation)


@attrs.frozen
class NoSettings:
    """It has none."""


class Turns(nn.Module):
    """A linear map of the plane, which is observed whole."""

    latent_dim = obs_dim = 2
    context_length = 1
    time = takens.plugin.Time.DISCRETE
    config = NoSettings()

    def __init__(self, angle: float = 0.1) -> None:
        super().__init__()
        c, s = math.cos(angle), math.sin(angle)
        self.weight = nn.Parameter(torch.tensor([[c, -s], [s, c]], dtype=DOUBLE))

    def forward(self, z: Tensor) -> Tensor:
        return z @ self.weight.T

    def encode(self, context: Tensor) -> Tensor:
        return context[..., -1, :]

    def observe(self, z: Tensor) -> Tensor:
        return z

    def force(self, z: Tensor, x: Tensor) -> Tensor:
        return x


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def turning(windows: int, length: int, noise: float, seed: int = 0) -> Tensor:
    """Return `(windows, length, 2)` on the circle of radius sqrt(2), with noise."""
    start = (
        2
        * math.pi
        * torch.rand(windows, 1, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)
    )
    angle = start + 0.1 * torch.arange(length, dtype=DOUBLE)
    x = 2**0.5 * torch.stack((angle.cos(), angle.sin()), -1)
    return x + noise * drawn(*x.shape, seed=seed + 1)


def loss(scheme: Any, model: Any, windows: Tensor, step: int = 10_000) -> Tensor:
    times = torch.arange(windows.shape[-2], dtype=DOUBLE)
    return scheme.loss(model, windows, times=times, step=step)


def test_blocks_are_solved_and_inverted_as_the_whole() -> None:
    k, m = 5, 3
    near = (torch.arange(k)[:, None] - torch.arange(k)).abs() <= 1
    whole = drawn(2, k * m, k * m)
    whole = (whole + whole.mT) * torch.kron(near.double(), torch.ones(m, m, dtype=DOUBLE))
    whole = whole + 40 * torch.eye(k * m, dtype=DOUBLE)

    def blocks(x: Tensor) -> tuple[Tensor, Tensor]:
        cut = x.reshape(2, k, m, k, m).transpose(2, 3)
        diagonal = torch.stack([cut[:, i, i] for i in range(k)], 1)
        return diagonal, torch.stack([cut[:, i + 1, i] for i in range(k - 1)], 1)

    factor, right = BlockTridiagonal.factor(*blocks(whole)), drawn(2, k, m, seed=1)
    expected = torch.linalg.solve(whole, right.flatten(1)).reshape(2, k, m)
    torch.testing.assert_close(factor.solve(right), expected)
    for found, wanted in zip(factor.inverse(), blocks(torch.linalg.inv(whole)), strict=True):
        torch.testing.assert_close(found, wanted)


def test_what_has_no_root_gives_no_numbers() -> None:
    diagonal = torch.stack((torch.eye(2), -torch.eye(2))).double()
    factor = BlockTridiagonal.factor(diagonal, torch.zeros(1, 2, 2, dtype=DOUBLE))
    assert factor.solve(torch.ones(2, 2, dtype=DOUBLE)).isnan().any()


@pytest.mark.parametrize("gaps", [False, True])
def test_states_and_their_errors_are_those_of_least_squares(gaps: bool) -> None:
    model, length, segment, sigma, q = Turns(), 23, 5, 0.3, 0.2
    windows = turning(2, length, 0.3)
    if gaps:
        windows[0, 3:9] = torch.nan
        windows[1, ::2, 0] = torch.nan
    pieces = Segments.of(windows, segment, None)
    noise = torch.tensor([sigma, 2 * sigma], dtype=DOUBLE)
    nowhere, joins = torch.zeros(2, 5, 2, dtype=DOUBLE), torch.tensor(q, dtype=DOUBLE)
    with torch.no_grad():
        found = smooth(model, pieces, nowhere, 1.0, noise, joins, 3)
    powers = [torch.matrix_power(model.weight.detach(), i) for i in range(segment + 1)]
    for at, (w, states) in enumerate(zip(windows, found.states, strict=True)):
        rows, right, seen = list[Tensor](), list[Tensor](), list[tuple[int, int]]()
        for t in range(length):
            for v in range(2):
                row = torch.zeros(10, dtype=DOUBLE)
                row[2 * (t // segment) : 2 * (t // segment) + 2] = powers[t % segment][v]
                if not w[t, v].isnan():
                    rows.append(row / noise[v])
                    right.append(w[t, v] / noise[v])
                    seen.append((t, v))
        for k in range(4):
            for v in range(2):
                row = torch.zeros(10, dtype=DOUBLE)
                row[2 * k : 2 * k + 2] = -powers[segment][v]
                row[2 * k + 2 + v] = 1
                rows.append(row / q)
                right.append(torch.zeros((), dtype=DOUBLE))
        a = torch.stack(rows)
        inverse = torch.linalg.inv(a.T @ a)
        expected = inverse @ a.T @ torch.stack(right)
        torch.testing.assert_close(states.flatten(), expected, atol=1e-3, rtol=0)
        spread = (a @ inverse * a).sum(1)
        for row, (t, v) in enumerate(seen):
            known = found.error_variances[at, t // segment, t % segment, v]
            assert float(known) == pytest.approx(float(spread[row] * noise[v] ** 2), rel=2e-3)
        joined = spread[len(seen) :].reshape(4, 2) * q**2
        torch.testing.assert_close(found.join_variances[at], joined, rtol=5e-3, atol=1e-6)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("gaps", [False, True])
def test_the_noise_is_found_of_each_variable(scheme: Any, gaps: bool) -> None:
    model, scale = Turns(), torch.tensor([0.2, 0.6], dtype=DOUBLE)
    clean, noisy = turning(400, 60, 0.0), drawn(400, 60, 2, seed=5)
    windows = clean + scale * noisy
    if gaps:
        windows[torch.rand(400, 60, 2, generator=torch.Generator().manual_seed(1)) < 0.4] = (
            torch.nan
        )
    free = scheme(pulled=0, model_error=0.1).set_up(windows[:1], 1.0)
    assert isinstance(free, FreeStates)
    for i in range(100):
        loss(free, model, windows[4 * i : 4 * i + 4])
    found = free.level
    assert found is not None
    torch.testing.assert_close(found.noise.sqrt(), scale, rtol=0.04, atol=0)


def test_the_error_of_the_noise_holds_what_is_true() -> None:
    model, within = Turns(), 0
    for seed in range(12):
        windows = turning(160, 60, 0.4, seed=seed)
        free = WeakConstraint(pulled=0, model_error=0.05).set_up(windows, 1.0)
        for i in range(40):
            loss(free, model, windows[4 * i : 4 * i + 4])
        found = free.findings()
        # Of what is standardised, whose variance is 1 with the noise.
        level = 0.4 / (1 - 0.16) ** 0.5
        within += abs(found["noise"] - level) < 2 * found["noise_error"]
    assert within >= 9


@pytest.mark.parametrize("scheme", SCHEMES)
def test_noise_does_not_make_what_is_learned_die_out(scheme: Any) -> None:
    # Errors in variables: a state that is noisy is regressed towards the mean.
    windows, sizes = turning(256, 40, 0.5), dict[str, float]()
    for name, made in (
        ("forced", takens.schemes.create("teacher_forcing")),
        ("free", scheme(pulled=0).set_up(windows, 1.0)),
    ):
        model = Turns(0.15)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
        for i in range(150):
            optimiser.zero_grad()
            loss(made, model, windows[16 * (i % 16) : 16 * (i % 16) + 16]).backward()
            optimiser.step()
        sizes[name] = float(torch.linalg.eigvals(model.weight.detach()).abs().max())
    assert sizes["forced"] < 0.9
    assert sizes["free"] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_members_are_as_they_would_be_alone(scheme: Any) -> None:
    models = [Turns(0.1), Turns(0.2)]
    windows = torch.stack((turning(3, 40, 0.3), turning(3, 40, 0.1, seed=3)))
    x = windows.flatten(0, 1)
    together = scheme().set_up(x, 1.0)
    both = loss(together, takens.plugin.Ensemble(models), windows)
    alone = [
        loss(scheme().set_up(x, 1.0), model, own)
        for model, own in zip(models, windows, strict=True)
    ]
    torch.testing.assert_close(both, torch.stack(alone))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_updates_before_are_by_generalised_forcing(scheme: Any) -> None:
    windows, model = turning(3, 40, 0.3), Turns(0.2)
    forced = takens.schemes.create("generalised_teacher_forcing", alpha=0.2)
    made = scheme(pulled=5, alpha=0.2).set_up(windows, 1.0)
    assert loss(made, model, windows, 4).equal(loss(forced, model, windows, 4))
    assert made.level is None
    assert not loss(made, model, windows, 5).isclose(loss(forced, model, windows, 5))
    assert made.level is not None


@pytest.mark.parametrize("scheme", SCHEMES)
def test_looking_at_a_loss_changes_no_level(scheme: Any) -> None:
    made = scheme().set_up(turning(3, 40, 0.3), 1.0)
    with torch.no_grad():
        loss(made, Turns(), turning(3, 40, 0.3))
    assert made.level is None


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_model_that_explodes_leaves_the_levels_alone(scheme: Any) -> None:
    windows, model = turning(3, 40, 0.3), Turns()
    made = scheme(pulled=0).set_up(windows, 1.0)
    loss(made, model, windows)
    before = made.level.noise
    model.weight.data *= 1e60
    assert not loss(made, model, windows).isfinite()
    torch.testing.assert_close(made.level.noise, before)
    assert made.level.model_error.isfinite()
    model.weight.data *= 1e-58
    loss(made, model, windows)
    assert made.level.noise.max() < 1


def test_joints_that_fail_to_meet_are_told_from_noise() -> None:
    # A map that turns by less than the data misses by the same wherever segments meet.
    found = []
    for angle in (0.1, 0.07):
        windows = turning(64, 60, 0.1)
        made = WeakConstraint(pulled=0, model_error="auto").set_up(windows, 1.0)
        for _ in range(200):
            loss(made, Turns(angle), windows)
        found.append(made.findings()["model_error"])
    assert found[0] < 0.5 < found[1]


def test_a_fit_says_the_noise_and_resumes(tmp_path: Path) -> None:
    data = takens.simulate("lorenz63", dt=0.01, steps=3000, noise=0.2, seed=0)

    def fit(folder: str, steps: int, *, resume: bool = False) -> Any:
        (tmp_path / folder).mkdir(exist_ok=True)
        return takens.fit(
            {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 10},
            data,
            {"name": "weak_constraint", "pulled": 5},
            steps=steps,
            window=40,
            members=2,
            checkpoint_every=10,
            check_every=0,
            schedule="constant",
            device="cpu",
            folder=tmp_path / folder,
            resume=resume,
        )

    whole = fit("whole", 20)
    fit("parts", 10)
    parts = fit("parts", 20, resume=True)
    for one, other in zip(whole.members, parts.members, strict=True):
        for a, b in zip(one.parameters(), other.parameters(), strict=True):
            assert a.equal(b)
    assert whole.details == parts.details
    assert len(whole.details["noise_by_variable"]) == 3
    assert any(remark.startswith("The data have noise of ") for remark in whole.remarks)
    assert whole.history[-1]["noise"] > 0


def test_too_short_a_training_says_that_it_never_looked() -> None:
    data = takens.simulate("lorenz63", dt=0.01, steps=600, noise=0.2, seed=0)
    fit = takens.fit(
        {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 10},
        data,
        "weak_constraint",
        steps=3,
        window=40,
        device="cpu",
    )
    assert fit.details == {}
    assert any("lower scheme.pulled" in remark for remark in fit.remarks)


@pytest.mark.parametrize("scheme", ["weak_constraint", "expectation_maximisation"])
@pytest.mark.parametrize(
    "model",
    [
        {"name": "neural_ode", "width": 5},
        {"name": "gru", "hidden_dim": 4, "context_length": 3},
        {"name": "shallow_rnn", "latent_dim": 5, "hidden_dim": 6, "observation": "affine"},
    ],
)
def test_flows_contexts_and_states_larger_than_the_data(scheme: str, model: Any) -> None:
    data = takens.simulate("lorenz63", dt=0.01, steps=600, noise=0.2, seed=0)
    how = {"name": scheme, "pulled": 0, "segment": 7}
    fit = takens.fit(model, data, how, steps=4, window=30, members=2, device="cpu")
    assert math.isfinite(fit.history[-1]["loss"])
    assert 0 < fit.details["noise"] < math.inf


@pytest.mark.parametrize(
    ("scheme", "pulled"), [(WeakConstraint, 150), (ExpectationMaximisation, 450)]
)
def test_inputs_act_within_segments(scheme: Any, pulled: int) -> None:
    u, x = drawn(1200, 1, seed=3), torch.zeros(1200, 1, dtype=DOUBLE)
    for i in range(1199):
        x[i + 1] = 0.8 * x[i] + 0.5 * u[i]
    noisy = x + 0.3 * drawn(1200, 1, seed=4)
    series = takens.TimeSeries(torch.arange(1200.0), noisy, inputs=u)
    model = {"name": "almost_linear_rnn", "latent_dim": 1, "relu_dim": 0}
    fit = takens.fit(
        model | {"interpolation": "constant"},
        series,
        scheme(pulled=pulled),
        steps=600,
        window=40,
        learning_rate=0.02,
        check_every=0,
        device="cpu",
    )
    trained: Any = fit.model
    scale, inner = trained.scale / trained.input_scale, trained.inner
    assert float((inner.C * scale).detach()) == pytest.approx(0.5, abs=0.04)
    assert float((inner.A + inner.W).detach()) == pytest.approx(0.8, abs=0.04)
    assert fit.details["noise"] == pytest.approx(0.3 / float(x.std()), rel=0.1)
