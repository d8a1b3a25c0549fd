"""The forcing loop, against its definition written out for a map that is solved by hand."""

from typing import Any

import pytest
import torch

import takens
from takens_models import ShallowPLRNN
from takens_schemes import GeneralisedTeacherForcing, SparseTeacherForcing, TeacherForcing

TIMES = torch.arange(9, dtype=torch.float64) * 0.1


def loss(scheme: Any, model: Any, windows: torch.Tensor) -> torch.Tensor:
    return scheme.loss(model, windows, times=TIMES, step=0)


@pytest.fixture
def windows() -> torch.Tensor:
    return torch.randn(4, 9, 1, generator=torch.Generator().manual_seed(0)).double()


def test_full_forcing_is_the_one_step_error(linear: Any, windows: torch.Tensor) -> None:
    expected = (0.5 * windows[:, :-1] - windows[:, 1:]).square().mean()
    torch.testing.assert_close(loss(TeacherForcing(), linear(0.5), windows), expected)


def test_sparse_forcing_runs_freely_between(linear: Any, windows: torch.Tensor) -> None:
    # Forced at samples 0, 3 and 6: sample t is 0.5^k times the last forced one.
    predictions = torch.stack(
        [0.5 ** (t - 3 * ((t - 1) // 3)) * windows[:, 3 * ((t - 1) // 3)] for t in range(1, 9)],
        1,
    )
    expected = (predictions - windows[:, 1:]).square().mean()
    found = loss(SparseTeacherForcing(3, warm_up=0), linear(0.5), windows)
    torch.testing.assert_close(found, expected)


def test_the_warm_up_is_forced_and_left_out(linear: Any, windows: torch.Tensor) -> None:
    # Forced at 0, 1, 2 (warm-up), then at 2 + 0, 2 + 4; predictions of samples 3 to 8 count.
    source = [2, 2, 2, 2, 6, 6]
    predictions = torch.stack(
        [0.5 ** (t - s) * windows[:, s] for t, s in zip(range(3, 9), source, strict=True)], 1
    )
    expected = (predictions - windows[:, 3:]).square().mean()
    found = loss(SparseTeacherForcing(4, warm_up=2), linear(0.5), windows)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("warm_up", [0, 2])
def test_pulling_all_the_way_now_and_then_is_sparse_forcing(
    windows: torch.Tensor, warm_up: int
) -> None:
    model = ShallowPLRNN(1, latent_dim=4, hidden_dim=6).double()
    pulled = GeneralisedTeacherForcing(alpha=1.0, every=3, warm_up=warm_up)
    sparse = SparseTeacherForcing(3, warm_up=warm_up)
    torch.testing.assert_close(
        loss(pulled, model, windows), loss(sparse, model, windows), rtol=0, atol=0
    )


def test_an_interval_of_one_is_full_forcing(windows: torch.Tensor) -> None:
    model = ShallowPLRNN(1, latent_dim=4, hidden_dim=6).double()
    full = loss(TeacherForcing(), model, windows)
    torch.testing.assert_close(loss(SparseTeacherForcing(1, warm_up=0), model, windows), full)


def test_no_gradient_flows_through_what_is_replaced(windows: torch.Tensor) -> None:
    # With all units observed and forced, segments are independent of each other.
    model = ShallowPLRNN(1, latent_dim=1, hidden_dim=6).double()

    def gradients(value: torch.Tensor) -> list[torch.Tensor]:
        return list(torch.autograd.grad(value, [model.W1, model.W2, model.A]))

    whole = gradients(loss(SparseTeacherForcing(4, warm_up=0), model, windows))
    parts = [windows[:, 0:5], windows[:, 4:9]]
    both = [
        SparseTeacherForcing(4, warm_up=0).loss(model, part, times=TIMES[:5], step=0)
        for part in parts
    ]
    torch.testing.assert_close(whole, gradients((both[0] + both[1]) / 2))


def test_a_continuous_model_is_forced_alike(linear: Any, windows: torch.Tensor) -> None:
    model = linear(-1.0, takens.plugin.Time.CONTINUOUS)
    factor = torch.exp(torch.tensor(-0.1, dtype=torch.float64))
    expected = (factor * windows[:, :-1] - windows[:, 1:]).square().mean()
    torch.testing.assert_close(
        loss(TeacherForcing(), model, windows), expected, rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        (SparseTeacherForcing(20, warm_up=0), "never happens in windows of which 8"),
        (SparseTeacherForcing(2, warm_up=8), "leave nothing to predict"),
    ],
)
def test_windows_that_are_too_short(
    linear: Any, windows: torch.Tensor, scheme: Any, sentence: str
) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        loss(scheme, linear(0.5), windows)


@pytest.mark.parametrize("settings", [{"every": 0}, {"warm_up": -1}])
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(takens.errors.ComponentError, match="at least"):
        SparseTeacherForcing(**settings)
