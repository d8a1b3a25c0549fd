"""Every portrait on every shape of series, and what it says of starts that hardly show."""

# matplotlib leaves its keyword arguments, and lists of artists, untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import attrs
import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from torch import Tensor

import takens
from takens_figures.starts import angles_of, broken, labelled, seen

NAMES = ("phase_portrait", "trajectories", "vector_field")
PREY = takens.systems.create("lotka_volterra", alpha=1.0, beta=1.0, delta=1.0, gamma=1.0)
PENDULUM = takens.systems.create("pendulum")


@attrs.frozen
class Own:
    """Any field as a system."""

    field: Any
    dim: int
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        return self.field(t, x)

    def initial(self) -> tuple[float, ...]:
        return (1.0,) * self.dim

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


def solved(
    system: takens.plugin.System,
    starts: Sequence[Sequence[float]],
    steps: int = 300,
    dt: float = 0.05,
) -> takens.TimeSeries:
    initial = torch.tensor(starts, dtype=torch.float64)
    return takens.simulate(system, dt=dt, steps=steps, initial=initial)


def drawn(
    name: str, system: takens.plugin.System | None, series: takens.TimeSeries
) -> tuple[Figure, str]:
    figure = takens.create("portrait", name).draw(system, series)
    assert figure is not None
    figure.savefig(io.BytesIO(), format="png")
    found: list[Any] = figure.findobj(Text)
    return figure, " ".join(text.get_text().replace("\n", " ") for text in found)


def marks(figure: Figure) -> list[tuple[float, float, bool]]:
    """Return place of every start that is marked, and whether it is a dot."""
    found = list[tuple[float, float, bool]]()
    for line in figure.axes[0].lines:
        if line.get_marker() == "o":
            x, y = (float(np.asarray(part)[0]) for part in line.get_data())
            found.append((x, y, line.get_markerfacecolor() != "white"))
    return found


def test_the_plugin_offers_these_portraits() -> None:
    assert set(takens.portraits.names()) == {*NAMES, "data_sheet"}
    for name in (*NAMES, "data_sheet"):
        portrait = takens.create("portrait", name)
        assert isinstance(portrait, takens.plugin.Portrait)
        assert portrait.title[0].isupper()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dim", [1, 2, 3, 5, 10])
@pytest.mark.parametrize("many", [None, 1, 3, 9])
def test_any_number_of_variables_and_trajectories(
    name: str, dim: int, many: int | None
) -> None:
    rates = torch.linspace(1, 2, dim, dtype=torch.float64)
    system = Own(lambda t, x: -rates * x, dim)
    series = takens.simulate(system, dt=0.1, steps=30, transient=0, trajectories=many)
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red"}):
        figure, _ = drawn(name, system, series)
    assert len(figure.axes) == (min(dim, 8) if name == "trajectories" else 1)
    assert to_hex(figure.axes[0].get_facecolor()) == "#ffffff"
    assert figure.axes[-1].get_xlabel()
    assert figure.axes[0].get_ylabel()


@pytest.mark.parametrize("name", ["phase_portrait", "trajectories"])
def test_series_without_equations_are_drawn(name: str) -> None:
    series = solved(PREY, [[1.0, 2.0], [0.5, 0.5]])
    drawn(name, None, series)
    assert takens.portraits.create("vector_field").draw(None, series) is None


def test_the_phase_portrait_holds_every_trajectory_from_its_start() -> None:
    series = solved(PREY, [[1.0, 2.0], [0.5, 0.5]])
    figure, _ = drawn("phase_portrait", PREY, series)
    assert marks(figure) == [(1.0, 2.0, False), (0.5, 0.5, False)]
    for i, colour in enumerate(("#0072b2", "#d55e00")):
        lines = [line for line in figure.axes[0].lines if line.get_marker() == "None"]
        xs = [
            np.asarray(line.get_xdata(), float)
            for line in lines
            if to_hex(line.get_color()) == colour
        ]
        joined = np.concatenate([xs[0], *(x[1:] for x in xs[1:])])
        np.testing.assert_allclose(joined, series.x[i, :, 0])


def test_a_single_variable_is_drawn_against_its_delay_and_a_map_against_its_next() -> None:
    t = torch.arange(2000, dtype=torch.float64) * 0.05
    wave = takens.TimeSeries(t, torch.sin(t)[:, None], ("u",), time_unit="s")
    # The autocorrelation of a sine falls to 1/e where its cosine does.
    figure, _ = drawn("phase_portrait", None, wave)
    assert figure.axes[0].get_ylabel() == "u(t + 1.2 s)"
    logistic = takens.systems.create("logistic", r=3.9)
    figure, _ = drawn("phase_portrait", logistic, takens.simulate(logistic, steps=500))
    x, y = figure.axes[0].lines[0].get_data()
    np.testing.assert_allclose(np.asarray(y), 3.9 * np.asarray(x) * (1 - np.asarray(x)))
    assert figure.axes[0].get_ylabel() == "x, step k + 1"


def test_starts_on_a_fixed_point_or_an_axis_are_said() -> None:
    series = solved(PREY, [[1.0, 2.0], [1.0, 1.0], [0.0, 2.0], [0.0, 0.0]])
    for name in NAMES:
        figure, text = drawn(name, PREY, series)
        assert "Trajectories 2 and 4 start on a fixed point and stay there" in text
        assert "Trajectory 3 stays on x = 0." in text
        if name != "trajectories":
            assert [mark for mark in marks(figure) if mark[2]] == [
                (1.0, 1.0, True),
                (0.0, 0.0, True),
            ]
    _, text = drawn("phase_portrait", PREY, solved(PREY, [[1.0, 2.0], [0.5, 0.5]]))
    assert "stay" not in text


def test_a_fixed_point_that_is_left_by_rounding_is_said() -> None:
    series = solved(PENDULUM, [[torch.pi, 0.0], [1.0, 0.0]], steps=1000)
    assert float(series.x[0, -1, 0] - torch.pi) != pytest.approx(0, abs=1e-3)
    _, text = drawn("phase_portrait", PENDULUM, series)
    assert "Trajectory 1 starts on a fixed point, to rounding, and leaves it" in text


def test_one_that_runs_away_does_not_hide_the_others_and_is_said() -> None:
    series = solved(PREY, [[1.0, 2.0], [0.5, 0.5], [2.0, 0.0]])
    for name in NAMES:
        figure, text = drawn(name, PREY, series)
        assert "Trajectory 3 leaves the picture." in text
        low, high = figure.axes[0].get_ylim() if name == "trajectories" else (0.0, 0.0)
        assert high - low < 10
        if name != "trajectories":
            assert figure.axes[0].get_xlim()[1] < 10
    _, text = drawn("phase_portrait", PREY, solved(PREY, [[1.0, 2.0], [0.5, 0.5]]))
    assert "leave" not in text


def arrows(figure: Figure) -> LineCollection:
    (found,) = [c for c in figure.axes[0].collections if isinstance(c, LineCollection)]
    return found


def test_streamlines_follow_the_field() -> None:
    system = takens.systems.create("harmonic_oscillator", frequency=2.0)
    figure, _ = drawn("vector_field", system, solved(system, [[1.0, 0.0]]))
    pieces = np.array(arrows(figure).get_segments())
    middle, along = pieces.mean(1), pieces[:, 1] - pieces[:, 0]
    # x' = v, v' = -4 x: streamlines are ellipses, passed clockwise.
    field = np.stack((middle[:, 1], -4 * middle[:, 0]), -1)
    size = np.linalg.norm(along, axis=-1) * np.linalg.norm(field, axis=-1)
    cosine = (along * field).sum(-1)[size > 1e-6] / size[size > 1e-6]
    assert len(cosine) > 500
    assert np.median(cosine) > 0.999


def test_more_variables_are_cut_through_the_mean() -> None:
    rossler = takens.systems.create("rossler")
    series = takens.simulate(rossler, dt=0.1, steps=500)
    _, text = drawn("vector_field", rossler, series)
    mean = float(series.x[:, 2].mean())
    assert f"The plane through the mean of the trajectories, z = {mean:.3g}" in text
    assert "projected onto it" in text

    def slant(t: Tensor, x: Tensor, /) -> Tensor:
        """Along (x3, 1) in the plane, with x3 = 2 on the mean."""
        speed = 2 + torch.cos(x[..., 0])
        return torch.stack((x[..., 2] * speed, speed, 0 * speed), -1)

    slanted = Own(slant, 3)
    figure, _ = drawn("vector_field", slanted, solved(slanted, [[0.0, 0.0, 2.0]]))
    pieces = np.array(arrows(figure).get_segments())
    along = pieces[:, 1] - pieces[:, 0]
    np.testing.assert_allclose(along[:, 0], 2 * along[:, 1], atol=1e-6)


def test_a_plane_of_one_velocity_is_passed_over() -> None:
    """Positions and then velocities: those of the first two positions are the means."""
    pendulums = Own(lambda t, x: torch.cat((x[..., 2:], -torch.sin(x[..., :2])), -1), 4)
    figure, text = drawn("vector_field", pendulums, solved(pendulums, [[1.0, 2.0, 0.0, 0.5]]))
    assert figure.axes[0].get_ylabel() == "x3"
    assert "x2 = " in text
    assert "x4 = " in text
    assert "x3 = " not in text


def test_a_field_that_depends_on_time_says_so() -> None:
    plane = Own(lambda t, x: torch.cos(t) - x, 2)
    _, text = drawn("vector_field", plane, solved(plane, [[1.0, 2.0]]))
    assert "The field depends on time; shown at t = 0." in text
    line = Own(lambda t, x: torch.cos(t) - x, 1)
    figure, text = drawn("vector_field", line, solved(line, [[1.0], [2.0]]))
    assert "The field depends on time." in text
    assert figure.axes[0].get_xlabel() == "Time (time units)"
    steady = Own(lambda t, x: -x, 2)
    assert "depends" not in drawn("vector_field", steady, solved(steady, [[1.0, 2.0]]))[1]


def test_maps_and_other_variables_have_no_field() -> None:
    henon = takens.systems.create("henon")
    portrait = takens.portraits.create("vector_field")
    assert portrait.draw(henon, takens.simulate(henon, steps=50)) is None
    assert (
        portrait.draw(PENDULUM, takens.TimeSeries(torch.arange(3), torch.zeros(3, 1))) is None
    )


def test_a_field_that_is_undefined_or_zero_somewhere() -> None:
    root = Own(lambda t, x: -x.sqrt(), 2)
    starts = [[1.0, 2.0], [0.01, 0.1]]
    figure, _ = drawn("vector_field", root, solved(root, starts, steps=10, dt=0.01))
    assert figure.axes[0].get_xlim()[0] < -0.1
    pieces = np.array(arrows(figure).get_segments())
    assert len(pieces) > 100
    assert pieces.min() > -1e-9
    still = Own(lambda t, x: torch.zeros_like(x), 2)
    _, text = drawn("vector_field", still, solved(still, [[1.0, 2.0]]))
    assert "The trajectory starts on a fixed point and stays there" in text


def test_the_stretch_of_trajectories_is_said() -> None:
    series = solved(PENDULUM, [[1.0, 0.0]], steps=2000, dt=0.05)
    figure, text = drawn("trajectories", PENDULUM, series)
    end = figure.axes[0].get_xlim()[1]
    assert 20 < end < 50
    assert f"The first {end:.4g} of 99.95 time units." in text


def test_portraits_know_names_units_and_turns() -> None:
    pendulum = takens.systems.create("pendulum")
    series = takens.simulate(pendulum, dt=0.01, steps=400, initial=[[1.0, 0.0], [0.0, 7.0]])
    shown = seen(pendulum, series)
    assert labelled(shown) == ["q (rad)", "w (rad/s)"]
    assert float(series.x[..., 0].max()) > 6
    assert float(shown.x[..., 0].abs().max()) <= math.pi
    torch.testing.assert_close(shown.x[..., 0].sin(), series.x[..., 0].sin())
    assert torch.equal(shown.x[..., 1], series.x[..., 1])
    cut = broken(shown.x.numpy(), angles_of(pendulum, 2))
    assert not np.isnan(cut[0]).any()
    assert int(np.isnan(cut[1, :, 0]).sum()) == 3
    for name in ("phase_portrait", "vector_field"):
        picture = takens.portraits.create(name).draw(pendulum, series)
        assert picture is not None
        assert picture.axes[0].get_xlabel() == "q (rad)"
    own = takens.TimeSeries(series.t, series.x, ["angle", "speed"])
    assert labelled(seen(pendulum, own)) == ["angle (rad)", "speed (rad/s)"]
    assert seen(None, series) is series


@pytest.mark.parametrize("name", sorted(takens.systems))
def test_systems_name_all_of_their_variables(name: str) -> None:
    system = takens.create("system", name)
    if isinstance(system, takens.plugin.SupportsVariables):
        names = [one.name for one in system.variables]
        assert len(set(names)) == len(names) == takens.create("system", name).dim
