"""Delays, dimensions and states of series of which they are known."""

import math

import numpy as np
import pytest
import torch

import takens
from takens._embedding.arrays import standardised  # pyright: ignore[reportPrivateUsage]
from takens._embedding.mutual_information import (  # pyright: ignore[reportPrivateUsage]
    binned,
)
from takens._embedding.neighbours import neighbours  # pyright: ignore[reportPrivateUsage]
from takens._embedding.unified import unified  # pyright: ignore[reportPrivateUsage]


def simulated(name: str, dt: float, steps: int) -> torch.Tensor:
    return takens.simulate(name, dt=dt, steps=steps, seed=0).x.double()


def mackey_glass(steps: int) -> torch.Tensor:
    """x' = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x, every unit of time, by Heun's method."""
    dt, every, behind = 0.1, 10, 170
    x = [1.2 + 0.1 * math.sin(0.3 * i) for i in range(behind + 1)]

    def rate(now: float, then: float) -> float:
        return 0.2 * then / (1 + then**10) - 0.1 * now

    for _ in range((steps + 300) * every):
        first = rate(x[-1], x[-behind - 1])
        x.append(x[-1] + dt / 2 * (first + rate(x[-1] + dt * first, x[-behind])))
    return torch.tensor(x, dtype=torch.float64)[::every][-steps:]


def torus(steps: int) -> torch.Tensor:
    t = 0.1 * torch.arange(steps, dtype=torch.float64)
    return torch.sin(t) + 0.7 * torch.sin(1.7 * math.sqrt(2) * t + 1)


def noise(steps: int, memory: float = 0.0) -> torch.Tensor:
    drawn = np.random.default_rng(1).standard_normal(steps)
    for i in range(1, steps):
        drawn[i] += memory * drawn[i - 1]
    return torch.from_numpy(drawn)


KNOWN = {
    # Fraser and Swinney's delay of Lorenz' x is 0.17, Rossler's a quarter of its 5.9 or less.
    "lorenz": (lambda: simulated("lorenz63", 0.01, 10_000)[:, 0], (15, 20), (3,)),
    "rossler": (lambda: simulated("rossler", 0.05, 10_000)[:, 0], (23, 30), (3,)),
    "mackey_glass": (lambda: mackey_glass(4_000), (9, 15), (3, 4)),
    "henon": (lambda: simulated("henon", 1.0, 4_000)[:, 0], (1, 1), (2,)),
    "torus": (lambda: torus(5_000), (5, 16), (3, 4)),
    "cycle": (lambda: torch.sin(0.1 * torch.arange(4_000.0)), (10, 16), (2,)),
}


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("method", ["cao", "false_neighbours"])
def test_delay_and_dimension_are_those_that_are_known(name: str, method: str) -> None:
    make, (least, most), dimensions = KNOWN[name]
    found = takens.embed(make(), dimension=method)  # pyright: ignore[reportArgumentType]
    assert found.delay is not None
    assert least <= found.delay.samples <= most
    assert len(found.delays) in dimensions


@pytest.mark.parametrize("memory", [0.0, 0.95])
@pytest.mark.parametrize("method", ["cao", "false_neighbours"])
def test_noise_has_no_dimension(memory: float, method: str) -> None:
    with pytest.raises(takens.errors.DataError, match="give a number for the dimension"):
        takens.embed(noise(3_000, memory), dimension=method)  # pyright: ignore[reportArgumentType]


def test_all_at_once_unfolds_lorenz_as_published() -> None:
    # DelayEmbeddings' page gives 3 coordinates and a total of -1.22 for 100 units of time.
    found = takens.embed(simulated("lorenz63", 0.01, 10_000)[:, 0], delay="unified")
    assert len(found.delays) == 3
    assert sum(found.gains) == pytest.approx(-1.22, abs=0.2)


@pytest.mark.parametrize(
    ("system", "dt", "dimension"), [("lorenz63", 0.01, 3), ("henon", 1.0, 2)]
)
def test_variables_are_taken_before_delays(system: str, dt: float, dimension: int) -> None:
    x = takens.simulate(system, dt=dt, steps=4_000, seed=0)
    found = takens.embed(x)
    assert dimension <= len(found.delays) <= dimension + 1
    assert len(set(found.variables)) >= 2


def test_all_at_once_finds_nothing_in_noise() -> None:
    x = standardised(noise(2_000)[:, None].numpy())
    assert unified(x, longest=10, window=1).gains == ()
    with pytest.raises(takens.errors.DataError, match="No second coordinate"):
        takens.embed(noise(2_000), delay="unified")


def test_states_are_the_samples_before() -> None:
    x = torch.arange(10, dtype=torch.float64)
    found = takens.embed(x, delay=2, dimension=3)
    assert found.x[0].tolist() == [4.0, 2.0, 0.0]
    assert found.t[0] == 4
    assert found.delays == (0, 2, 4)
    again = found.of(x + 1)
    assert torch.equal(again.x, found.x + 1)
    assert again.columns == ("x1", "x1, 2 ago", "x1, 4 ago")


def test_every_record_of_several_is_embedded() -> None:
    x = torch.stack((torch.arange(10.0), -torch.arange(10.0)))[..., None]
    series = takens.TimeSeries(torch.arange(10.0), x)
    assert takens.embed(series, delay=[0, 3]).x[1, 0].tolist() == [-3.0, 0.0]


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_mutual_information_is_that_of_gaussian_pairs(correlation: float) -> None:
    x = noise(20_000, correlation)
    told = takens.plugin.mutual_information(x, [1])[0]
    # Chance of an independent pair, and a twentieth for the bins.
    known = -0.5 * math.log(1 - correlation**2)
    assert float(told) == pytest.approx(known, rel=0.05, abs=0.006)


def test_bins_hold_equally_many_and_ties_stay_together() -> None:
    values = np.repeat(np.arange(50.0), 20)
    bins, count = binned(values)
    assert all(len(set(bins[values == value])) == 1 for value in range(50))
    assert np.bincount(bins, minlength=count).min() > 0


def test_neighbours_are_not_those_in_time() -> None:
    x = np.sin(0.1 * np.arange(1_000.0))[:, None]
    near = neighbours(x, np.array([500]), count=3, window=40)
    assert (np.abs(near.which - 500) > 40).all()
    assert (np.diff(near.distances) >= 0).all()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"delay": 0}, "delay is a whole number of at least 1; got 0"),
        ({"delay": "best"}, "one of auto, mutual_information, autocorrelation; got 'best'"),
        ({"delay": 1, "dimension": "best"}, "one of auto, false_neighbours, cao"),
        ({"delay": [1, 1]}, "different numbers of samples"),
        ({"delay": 600, "dimension": 3}, "1200 samples ago; the series has 1 variables"),
        ({"dimensions": 3}, "Did you mean 'dimension'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(takens.errors.InputError, match=says):
        takens.embed(noise(1_000), **arguments)  # pyright: ignore[reportArgumentType]


def test_one_delay_for_several_variables_is_asked_for() -> None:
    with pytest.raises(takens.errors.InputError, match='say delay="unified"'):
        takens.embed(torch.randn(500, 2), delay=3)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (torch.zeros(100), "does not vary"),
        (torch.tensor([1.0, math.nan]), "sample 1, column 0 is nan"),
        (torch.tensor([1.0, 2.0, 1.0, 3.0]), "too few|at least 20"),
    ],
)
def test_series_that_cannot_be_embedded_are_refused(x: torch.Tensor, says: str) -> None:
    with pytest.raises(takens.errors.DataError, match=says):
        takens.embed(x)
