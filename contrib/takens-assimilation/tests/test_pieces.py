"""Parts of the filter, against what they must be."""

# torch leaves some of its types open.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false

import math
from collections.abc import Callable
from typing import Any

import matplotlib.figure
import pytest
import torch
from takens_assimilation import (
    Localisation,
    Observations,
    assimilate,
    draw_filter,
    draw_rank_histogram,
    gaspari_cohn,
    rank_histogram,
)
from takens_assimilation.consistency import consistency

import takens
from takens.testing import parametrize_with_checks, registered

(PLUGIN,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "assimilation")


@parametrize_with_checks([PLUGIN, *registered([PLUGIN])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)


def test_the_taper_is_a_correlation_with_compact_support() -> None:
    # Equation 4.10 is the convolution of a triangle of half width 1 with itself, in three
    # dimensions; the values at 1/2 and 1 follow from its two branches.
    r = torch.tensor([0.0, 0.5, 1.0, 1.5, 2.0, 7.0], dtype=torch.float64)
    expected = torch.tensor([1.0, 263 / 384, 5 / 24, 19 / 1152, 0.0, 0.0], dtype=torch.float64)
    torch.testing.assert_close(gaspari_cohn(3 * r, 3.0), expected, atol=1e-12, rtol=0)
    taper = Localisation.ring(40, 4.0).taper(*[torch.arange(40.0).double().unsqueeze(-1)] * 2)
    assert torch.linalg.eigvalsh(taper)[0] > -1e-12
    assert taper[0, 39] == taper[0, 1] == taper[1, 0]


def test_ranks_of_the_same_distribution_are_flat_and_others_are_not() -> None:
    drawn = torch.randn(4000, 10, 2, generator=torch.Generator().manual_seed(0)).double()
    truth, members = drawn[:, 0], drawn[:, 1:]
    flat = rank_histogram(truth, members)
    assert flat.counts.sum(-1).tolist() == [4000, 4000]
    assert flat.p_value > 0.01
    assert "flat" in flat.sentence
    for other, word in (
        (1.3 * truth, "too narrow"),
        (0.7 * truth, "too wide"),
        (truth + 0.3, "biased"),
    ):
        found = rank_histogram(other, members)
        assert found.p_value < 1e-6
        assert word in found.sentence
    # What is the same for all has every rank alike.
    same = rank_histogram(torch.zeros(4000, 1), torch.zeros(4000, 9, 1))
    assert same.p_value > 1e-3
    gaps = truth.clone()
    gaps[::2] = torch.nan
    assert rank_histogram(gaps, members).counts.sum(-1).tolist() == [2000, 2000]


def test_p_values_are_uniform() -> None:
    generator = torch.Generator().manual_seed(3)
    values = [
        rank_histogram(x[:, :1], x[:, 1:].unsqueeze(-1)).p_value
        for x in torch.randn(300, 500, 21, generator=generator)
    ]
    below = sum(value < 0.1 for value in values)
    assert 15 < below < 48


def test_figures_show_what_they_say() -> None:
    lorenz = takens.systems.create("lorenz63")
    truth = takens.simulate(lorenz, dt=0.1, steps=60, seed=0)
    found = assimilate(
        lorenz, Observations(truth.t, truth.x[None, :, :2]), observed=[0, 2], noise=1.0
    )
    picture = draw_filter(found, truth)
    assert isinstance(picture, matplotlib.figure.Figure)
    assert [axes.get_ylabel() for axes in picture.axes] == ["x1", "x2", "x3"]
    # Band, mean, truth; and observations where there are any.
    assert [len(axes.lines) for axes in picture.axes] == [3, 2, 3]
    ranks = draw_rank_histogram(found.rank_histogram())
    bars = ranks.axes[1].patches[:51]
    assert sum(bar.get_height() for bar in bars) == 60  # pyright: ignore
    with pytest.raises(takens.InputError, match="3 variables and 1 problems"):
        draw_filter(found, variables=[3])


def test_a_forecast_that_explodes_says_so() -> None:
    with pytest.raises(takens.TakensError, match="left the finite numbers"):
        assimilate(
            lambda x: (1e4 * x).exp(),
            Observations(torch.arange(9), torch.ones(9, 1)),
            noise=1.0,
            initial=torch.arange(4.0).unsqueeze(-1),
        )


@pytest.mark.parametrize("members", [10, 20, 50])
@pytest.mark.parametrize("noise", [0.1, 1.0])
def test_consistency_knows_its_finite_ensemble(members: int, noise: float) -> None:
    generator = torch.Generator().manual_seed(members)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    right = 0
    for _ in range(100):
        predicted = normal(2000, members, 1)
        observed = normal(2000, 1) + math.sqrt(noise) * normal(2000, 1)
        covariance = noise * torch.eye(1, dtype=torch.float64)
        (found,) = consistency(observed, predicted, covariance, ("x",))
        right += "as far as can be told right" in found.sentence
    assert right >= 93
