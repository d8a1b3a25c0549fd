"""Fixed points and cycles, of maps for which they are known."""

from typing import Any

import pytest
import torch

import takens
from takens_models import LSTM, AlmostLinearRNN, ShallowPLRNN, cycles, fixed_points


def tent(hidden_dim: int = 1) -> ShallowPLRNN:
    """Make `z' = 1 - 2 |z|`; further hidden units cut space into regions and do nothing."""
    model = ShallowPLRNN(1, latent_dim=1, hidden_dim=hidden_dim)
    with torch.no_grad():
        model.A.fill_(2.0)
        model.W1.zero_()
        model.W1[0, 0] = -4.0
        model.W2[0, 0] = 1.0
        model.h2[0] = 0.0
        model.h1.fill_(1.0)
    return model


def test_the_fixed_points_of_the_tent_map() -> None:
    found = fixed_points(tent())
    assert found.complete
    points = sorted((float(c.points), complex(c.eigenvalues[0])) for c in found)
    assert points == [(-1.0, 2 + 0j), (pytest.approx(1 / 3), -2 + 0j)]
    assert {c.stability for c in found} == {"unstable"}


@pytest.mark.parametrize(("period", "count"), [(2, 1), (3, 2), (4, 3), (5, 6), (6, 9)])
def test_the_tent_map_has_as_many_cycles_as_there_are_necklaces(
    period: int, count: int
) -> None:
    found = cycles(tent(), period)
    assert found.complete
    assert len(found) == count
    for cycle in found:
        z = cycle.points
        torch.testing.assert_close(1 - 2 * z.abs(), z.roll(-1, 0))
        assert abs(complex(cycle.eigenvalues[0])) == pytest.approx(2**period)


def test_a_search_beyond_enumeration_finds_them_too() -> None:
    found = fixed_points(tent(hidden_dim=30))
    assert not found.complete
    assert found.regions_tried < 10_000
    points = sorted(float(c.points) for c in found)
    assert points == [pytest.approx(-1), pytest.approx(1 / 3)]
    assert len(cycles(tent(hidden_dim=30), 3)) == 2


def test_what_orbits_visit_is_tried_first() -> None:
    # Without a random sequence only the regions around the given start are known.
    found = fixed_points(tent(hidden_dim=30), starts=torch.tensor([[0.3]]), tries=0)
    assert sorted(float(c.points) for c in found)[-1] == pytest.approx(1 / 3)


def test_orbits_come_to_rest_at_the_stable_fixed_point() -> None:
    model = AlmostLinearRNN(2, 4, relu_dim=2, seed=1)
    with torch.no_grad():
        model.h.copy_(torch.tensor([0.3, -0.2, 0.1, -0.4]))
        z = torch.zeros(4)
        for _ in range(2000):
            z = model(z)
    found = fixed_points(model)
    assert (found.complete, len(found)) == (True, 1)
    assert (found[0].stable, found[0].stability) == (True, "stable")
    torch.testing.assert_close(found[0].points[0].float(), z, atol=1e-5, rtol=1e-5)


def test_saddles_and_neutral_points() -> None:
    model = AlmostLinearRNN(2, 2, relu_dim=0)
    with torch.no_grad():
        model.W.zero_()
        model.A.copy_(torch.tensor([2.0, 0.5]))
        assert fixed_points(model)[0].stability == "saddle"
        model.A.copy_(torch.tensor([-1.0, 0.5]))
        assert fixed_points(model)[0].stability == "neutral"
        # Every point is fixed, and none of them is isolated.
        model.A.fill_(1.0)
        assert len(fixed_points(model)) == 0


def test_a_rotation_has_cycles_of_no_other_period() -> None:
    model = AlmostLinearRNN(2, 2, relu_dim=0).double()
    angle = torch.tensor(2 * torch.pi / 5)
    with torch.no_grad():
        model.A.zero_()
        c, s = angle.cos(), angle.sin()
        model.W.copy_(1.01 * torch.stack((torch.stack((c, -s)), torch.stack((s, c)))))
    assert len(fixed_points(model)) == 1
    # The fixed point solves the equation of period 4, too, and is no 4-cycle.
    assert len(cycles(model, 4)) == 0


def test_a_trained_model_is_searched_in_its_latent_space(tmp_path: Any) -> None:
    t = torch.arange(50, dtype=torch.float64)
    data = takens.TimeSeries(t, 7 + t.sin().unsqueeze(-1))
    model = tent()
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    trained = takens.TrainedModel.for_series(model, data)
    assert len(fixed_points(trained)) == 2
    assert model.A.dtype == torch.float32
    torch.testing.assert_close(model.state_dict(), weights, rtol=0, atol=0)


def test_what_cannot_be_searched() -> None:
    with pytest.raises(takens.InputError, match="LSTM is not piecewise linear"):
        fixed_points(LSTM(2))  # pyright: ignore[reportArgumentType]
    with pytest.raises(takens.InputError, match="at least 1 step; got 0"):
        cycles(tent(), 0)
