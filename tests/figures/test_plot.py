"""What draws on axes, by ``takens.plot``."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import takens
from takens.testing import run_checks

NAMES = takens.registry("plot").names()


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    matplotlib.use("agg")
    yield
    plt.close("all")


def _lorenz(steps: int = 300, **options: Any) -> takens.TimeSeries:
    return takens.simulate("lorenz63", dt=0.02, steps=steps, **options)


def _xy(axes: Any) -> tuple[Any, Any]:
    return axes.lines[0].get_data()


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_keeps_to_what_is_asked(name: str) -> None:
    for outcome in run_checks(takens.create("plot", name)):
        assert outcome.state == "passed", outcome.message


def test_axes_are_made_returned_and_taken() -> None:
    data = _lorenz()
    axes = takens.plot.series(data, marks=[2.0])
    assert [one.get_ylabel() for one in axes] == ["x1", "x2", "x3"]
    np.testing.assert_allclose(_xy(axes[1])[1], data.x[:, 1].numpy())
    figure = Figure()
    own = figure.subplots()
    assert takens.plot.delays(data, axes=own, lag=5) is own
    x, y = _xy(own)
    np.testing.assert_allclose(x, data.x[: len(x), 0].numpy())
    np.testing.assert_allclose(y, data.x[5 : 5 + len(y), 0].numpy())
    assert "Draw a series against time" in str(takens.plot.series.__doc__)


def test_gaps_stay_open() -> None:
    data = _lorenz()
    x = data.x.clone()
    x[100:120, 0] = torch.nan
    gappy = takens.TimeSeries(data.t, x, mask=x.isfinite())
    _, y = _xy(takens.plot.series(gappy)[0])
    assert int(np.isnan(y).sum()) == 20


def test_a_dark_picture_is_dark_and_leaves_the_settings() -> None:
    before = dict(matplotlib.rcParams)
    light, dark = (takens.plot.phase_plane(_lorenz(), dark=flag) for flag in (False, True))
    assert to_hex(light.figure.get_facecolor()) == "#ffffff"
    assert to_hex(dark.figure.get_facecolor()) == "#14171a"
    assert light.lines[0].get_color() != dark.lines[0].get_color()
    assert dict(matplotlib.rcParams) == before
    assert light.figure.get_figwidth() == 7.2
    assert takens.plot.phase_plane(_lorenz(), columns=1).figure.get_figwidth() == 3.5
    with pytest.raises(takens.InputError, match="one or two columns"):
        takens.plot.phase_plane(_lorenz(), columns=3)


def test_letters_stay_letters(tmp_path: Path) -> None:
    axes = takens.plot.series(_lorenz())
    takens.plot.save(axes, tmp_path / "series.svg")
    assert ">x2<" in (tmp_path / "series.svg").read_text()
    takens.plot.save(axes, tmp_path / "series.pdf")
    assert (tmp_path / "series.pdf").read_bytes().startswith(b"%PDF")


def test_a_film_has_its_frames(tmp_path: Path) -> None:
    from PIL import Image

    figure = takens.plot.phase_plane(_lorenz(50)).figure
    path = takens.plot.film(
        figure, lambda k: figure.axes[0].plot([0, 20], [0, k]), range(3), tmp_path / "a.gif"
    )
    with Image.open(path) as film:
        assert getattr(film, "n_frames", 1) == 3
    with pytest.raises(takens.InputError, match=r"a film is \.gif or \.mp4"):
        takens.plot.film(figure, print, range(3), tmp_path / "a.txt")


def test_results_draw_themselves() -> None:
    data = _lorenz(2000)
    fit = takens.fit("linear_autoregression", data, "closed_form", device="cpu")
    free = takens.generate(fit.model, context=data.x[:20], steps=50)
    assert len(free.plot()) == 3
    scores = takens.evaluate(data, data, ["state_space_divergence"])
    verdict = takens.verdict(scores)
    axes = verdict.plot()
    tests = [test.name for found in verdict.findings.values() for test in found.tests]
    assert [label.get_text() for label in axes.get_yticklabels()] == tests
    assert scores.plot() is not axes  # pyright: ignore[reportAttributeAccessIssue]
    assert fit.plot().get_xlabel() == "Update"


def test_names_are_listed_and_the_nearest_is_told() -> None:
    assert {"series", "verdict", "style", "film", "gaussian_process"} <= set(dir(takens.plot))
    with pytest.raises(AttributeError, match="Did you mean 'series'"):
        takens.plot.serie  # noqa: B018


def test_matplotlib_is_imported_when_something_is_drawn() -> None:
    code = "import sys, takens; takens.plot.style; print('matplotlib' in sys.modules)"
    found = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert found.strip() == "False"
