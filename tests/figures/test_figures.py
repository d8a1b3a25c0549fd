"""Every figure on every shape of result that a run can have."""

# matplotlib leaves its keyword arguments, and lists of artists, untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import attrs
import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from numpy.typing import NDArray

import takens

NAMES = ("attractor", "loss_history", "lyapunov_convergence", "spectra", "time_series")
OF_STATES = ("attractor", "spectra", "time_series")
TRUTH, MODEL = "#0072b2", "#d55e00"


def drawn(name: str, results: takens.plugin.Results) -> Figure:
    figure = takens.create("figure", name).draw(results)
    assert figure is not None
    return figure


def png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def texts(figure: Figure) -> str:
    found: list[Any] = figure.findobj(Text)
    return "\n".join(text.get_text() for text in found)


def legend_entries(figure: Figure) -> list[str]:
    legends: list[Any] = figure.findobj(Legend)
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def lines(axes: Axes, colour: str) -> list[NDArray[np.float64]]:
    return [
        np.column_stack([np.asarray(part, float) for part in line.get_data()])
        for line in axes.lines
        if to_hex(line.get_color()) == colour
    ]


def one_diverged(results: takens.plugin.Results) -> takens.plugin.Results:
    x, free = results.free.x[:1], results.free
    series = takens.TimeSeries(free.t, x, free.series.columns, time_unit=free.series.time_unit)
    return attrs.evolve(results, free=takens.FreeRun(series, free.diverged_at[:1]))


def test_the_plugin_offers_these_figures_and_no_other() -> None:
    ours = {
        spec.name
        for plugin, spec in takens.catalogue()
        if spec.kind == "figure" and plugin.distribution == "takens"
    }
    # Curves of scores have tests of their own, with the scores that they need.
    assert ours == {*NAMES, "scaling_region", "forecast_curve", "forecast_fan", "subject_space"}


@pytest.mark.parametrize("name", NAMES)
def test_is_a_figure_with_a_title(name: str) -> None:
    figure = takens.create("figure", name)
    assert isinstance(figure, takens.plugin.Figure)
    assert figure.title[0].isupper()


@pytest.mark.parametrize("name", NAMES)
def test_png_is_seven_inches_wide_at_150_dots_an_inch(
    name: str, results: takens.plugin.Results
) -> None:
    data = png(drawn(name, results))
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1050
    assert 300 <= height <= 1050
    at = data.index(b"pHYs") + 4
    per_metre, _, unit = struct.unpack(">IIB", data[at : at + 9])
    assert unit == 1
    assert per_metre * 0.0254 == pytest.approx(150, abs=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_is_labelled(name: str, results: takens.plugin.Results) -> None:
    figure = drawn(name, results)
    for axes in figure.axes:
        shares = axes.get_shared_x_axes().get_siblings(axes)
        assert any(other.get_xlabel() for other in shares)
        assert axes.get_ylabel() or figure.axes[0].get_ylabel()


@pytest.mark.parametrize("name", NAMES)
def test_settings_of_the_user_are_neither_used_nor_changed(
    name: str, results: takens.plugin.Results
) -> None:
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        figure = drawn(name, results)
        assert dict(matplotlib.rcParams) == before
    for axes in figure.axes:
        assert to_hex(axes.get_facecolor()) == "#ffffff"
        assert max(line.get_linewidth() for line in axes.lines) <= 1.5


@pytest.mark.parametrize("name", OF_STATES)
@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_any_number_of_variables(
    name: str, dim: int, of_dim: Callable[[int], takens.plugin.Results]
) -> None:
    figure = drawn(name, of_dim(dim))
    png(figure)
    panels = 2 if name == "attractor" else dim
    assert len(figure.axes) == panels


@pytest.mark.parametrize("name", ["spectra", "time_series"])
def test_truth_and_model_have_their_colours_and_a_legend(
    name: str, results: takens.plugin.Results
) -> None:
    figure = drawn(name, results)
    assert legend_entries(figure) == ["truth", "model, running freely"]
    for axes in figure.axes:
        assert len(lines(axes, TRUTH)) == 1
        assert len(lines(axes, MODEL)) == 1


def test_time_series_is_a_stretch_of_both_from_the_same_start(
    results: takens.plugin.Results,
) -> None:
    figure = drawn("time_series", results)
    for i, axes in enumerate(figure.axes):
        truth, model = lines(axes, TRUTH)[0], lines(axes, MODEL)[0]
        np.testing.assert_allclose(truth[:, 1], results.reference.x[: len(truth), i])
        np.testing.assert_allclose(model[:, 1], results.free.x[0, : len(model), i])
        assert truth[0, 1] == model[0, 1]
    z = lines(figure.axes[2], TRUTH)[0][:, 1]
    peaks = np.sum((z[1:-1] > z[:-2]) & (z[1:-1] >= z[2:]))
    assert 10 <= peaks <= 20
    assert figure.axes[2].get_xlabel() == "Time (s)"
    assert [axes.get_ylabel() for axes in figure.axes] == ["x", "y", "z"]


def test_time_without_a_unit_is_in_time_units(results: takens.plugin.Results) -> None:
    reference = attrs.evolve(results.reference, time_unit="")
    results = attrs.evolve(results, reference=reference)
    assert drawn("time_series", results).axes[-1].get_xlabel() == "Time (time units)"
    assert drawn("spectra", results).axes[0].get_xlabel() == "Frequency (1/time unit)"


def test_attractors_are_drawn_whole_on_the_same_axes(results: takens.plugin.Results) -> None:
    left, right = drawn("attractor", results).axes
    assert left.get_title() == "truth"
    assert right.get_title() == "model, running freely"
    for letter in "xyz":
        limits = [getattr(axes, f"get_{letter}lim")() for axes in (left, right)]
        assert limits[0] == limits[1]
        assert getattr(left, f"get_{letter}label")() == letter
    drawn_x = np.concatenate([line.get_data_3d()[0][:-1] for line in left.lines])  # pyright: ignore[reportAttributeAccessIssue]
    np.testing.assert_allclose(drawn_x, results.reference.x[:-1, 0])


def test_attractor_of_many_variables_says_which_it_shows(
    of_dim: Callable[[int], takens.plugin.Results],
) -> None:
    assert "first 3 of 5 variables" in texts(drawn("attractor", of_dim(5)))
    assert "variables" not in texts(drawn("attractor", of_dim(3)))


def test_attractor_of_one_variable_is_a_delay_plot(
    of_dim: Callable[[int], takens.plugin.Results],
) -> None:
    results = of_dim(1)
    left, _ = drawn("attractor", results).axes
    x = results.reference.x[:, 0].numpy()
    correlation = [np.mean((x[:-k] - x.mean()) * (x[k:] - x.mean())) for k in range(1, 60)]
    lag = 1 + int(np.argmax(np.array(correlation) < x.var() / np.e))
    assert left.get_xlabel() == "x(t)"
    assert left.get_ylabel() == f"x(t + {0.02 * lag:.3g} s)"
    first = lines(left, TRUTH)[0]
    np.testing.assert_allclose(first[:100, 0], x[:100])
    np.testing.assert_allclose(first[:100, 1], x[lag : lag + 100])


def test_spectrum_peaks_at_the_frequency_of_the_oscillation(
    results: takens.plugin.Results,
) -> None:
    t = torch.arange(4000, dtype=torch.float64) * 0.05
    x = torch.sin(2 * torch.pi * 0.75 * t)[:, None]
    wave = takens.TimeSeries(t, x, ("u",), time_unit="ms")
    fast = takens.TimeSeries(t, torch.sin(2 * torch.pi * 1.5 * t)[None, :, None], ("u",))
    results = attrs.evolve(results, reference=wave, free=takens.FreeRun(fast, (None,)))
    axes = drawn("spectra", results).axes[0]
    assert axes.get_xlabel() == "Frequency (1/ms)"
    for colour, frequency in ((TRUTH, 0.75), (MODEL, 1.5)):
        curve = lines(axes, colour)[0]
        assert curve[curve[:, 1].argmax(), 0] == pytest.approx(frequency, rel=0.03)


def test_spectrum_of_white_noise_is_flat_at_twice_variance_times_interval(
    results: takens.plugin.Results,
) -> None:
    generator = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(2, 20_000, 1, generator=generator, dtype=torch.float64)
    t = torch.arange(20_000, dtype=torch.float64) * 0.05
    free = takens.FreeRun(takens.TimeSeries(t, x[1:]), (None,))
    results = attrs.evolve(results, reference=takens.TimeSeries(t, x[0]), free=free)
    axes = drawn("spectra", results).axes[0]
    for colour in (TRUTH, MODEL):
        curve = lines(axes, colour)[0]
        assert np.median(curve[:, 1]) == pytest.approx(2 * 9 * 0.05, rel=0.05)
        assert curve[-1, 0] == pytest.approx(10, rel=0.05)


def test_loss_history_is_drawn_as_logged(results: takens.plugin.Results) -> None:
    figure = drawn("loss_history", results)
    loss, gradient, rate = figure.axes
    logged = lines(loss, MODEL)[0]
    np.testing.assert_allclose(logged[:, 0], [line["step"] for line in results.history])
    np.testing.assert_allclose(logged[:, 1], [line["loss"] for line in results.history])
    assert [axes.get_yscale() for axes in figure.axes] == ["log"] * 3
    labels = [axes.get_ylabel() for axes in (loss, gradient, rate)]
    assert labels == ["Loss", "Gradient norm", "Learning rate"]
    assert legend_entries(figure) == ["logged", "median of 21"]
    median = lines(loss, MODEL)[1]
    np.testing.assert_allclose(median[200, 1], np.median(logged[190:211, 1]))
    np.testing.assert_allclose(median[0, 1], np.median(logged[:11, 1]))


def test_a_loss_below_zero_is_not_drawn_on_a_logarithmic_axis(
    results: takens.plugin.Results,
) -> None:
    history = tuple({**line, "loss": -1.0} for line in results.history)
    loss, gradient, _ = drawn("loss_history", attrs.evolve(results, history=history)).axes
    assert loss.get_yscale() == "linear"
    assert gradient.get_yscale() == "log"


def test_no_history_gives_no_picture_of_it(results: takens.plugin.Results) -> None:
    figure = takens.figures.create("loss_history")
    assert figure.draw(attrs.evolve(results, history=())) is None
    solved = ({"step": 1, "loss": 0.1, "seconds": 0.2},)
    assert figure.draw(attrs.evolve(results, history=solved)) is None
    png(drawn("loss_history", attrs.evolve(results, history=results.history[:1])))


def test_convergence_shows_estimate_error_and_reference(results: takens.plugin.Results) -> None:
    figure = drawn("lyapunov_convergence", results)
    (axes,) = figure.axes
    score = results.scores["max_lyapunov"]
    estimate = lines(axes, MODEL)[0]
    curve = score.curves["convergence"]
    np.testing.assert_allclose(estimate[:, 0], np.array(curve.x, dtype=np.float64))
    np.testing.assert_allclose(estimate[:, 1], np.array(curve.y, dtype=np.float64))
    corners = np.asarray(axes.collections[0].get_paths()[0].vertices)
    for i in (1, 50, 199):
        middle, error = curve.y[i] or 0.0, curve.error[i] or 0.0
        edges = corners[corners[:, 0] == estimate[i, 0], 1]
        assert edges.min() == pytest.approx(middle - error)
        assert edges.max() == pytest.approx(middle + error)
    assert lines(axes, TRUTH)[0][0, 1] == score.reference
    assert legend_entries(figure) == ["model", "± one standard error", "reference 0.9056"]
    assert axes.get_xlabel() == "Averaging time (s)"
    assert axes.get_ylabel() == "Largest Lyapunov exponent (1/s)"


def test_convergence_without_reference_or_error(results: takens.plugin.Results) -> None:
    score = results.scores["max_lyapunov"]
    curve = attrs.evolve(score.curves["convergence"], error=[None] * 200)
    score = attrs.evolve(score, reference=None, curves={"convergence": curve})
    figure = drawn(
        "lyapunov_convergence", attrs.evolve(results, scores={"max_lyapunov": score})
    )
    assert legend_entries(figure) == ["model"]
    png(figure)


def test_no_convergence_gives_no_picture_of_it(results: takens.plugin.Results) -> None:
    figure = takens.figures.create("lyapunov_convergence")
    score = results.scores["max_lyapunov"]
    without = (
        {},
        {"max_lyapunov": attrs.evolve(score, curves={})},
        {"max_lyapunov": attrs.evolve(score, value=None)},
    )
    for scores in without:
        assert figure.draw(attrs.evolve(results, scores=scores)) is None


def test_a_diverged_run_is_shown_to_its_last_good_state(
    diverged: takens.plugin.Results,
) -> None:
    for name in ("attractor", "time_series"):
        figure = drawn(name, diverged)
        png(figure)
        note = texts(figure).replace("\n", " ")
        assert "First of 3 free runs, of which 1 diverged." in note
        assert "diverged at step 401 and was frozen" in note
    for i, axes in enumerate(drawn("time_series", diverged).axes):
        assert len(lines(axes, MODEL)[0]) == 400
        # The run reaches thousands of times the truth, which must still be seen.
        truth = diverged.reference.x[:, i]
        low, high = axes.get_ylim()
        assert high - low < 2 * float(truth.max() - truth.min())


def test_spectra_leave_out_runs_that_diverged(diverged: takens.plugin.Results) -> None:
    figure = drawn("spectra", diverged)
    assert "Mean of 2 of 3 free runs; the others diverged." in texts(figure)
    alone = drawn("spectra", one_diverged(diverged))
    png(alone)
    assert "The free run diverged: no spectrum." in texts(alone)
    assert legend_entries(alone) == ["truth"]


@pytest.mark.parametrize("name", OF_STATES)
def test_a_truth_and_a_model_that_do_not_move(
    name: str, results: takens.plugin.Results
) -> None:
    still = takens.TimeSeries(results.reference.t, torch.ones_like(results.reference.x))
    free = takens.FreeRun(takens.TimeSeries(still.t, still.x[None]), (1,))
    png(drawn(name, attrs.evolve(results, reference=still, free=free)))


@pytest.mark.parametrize("name", OF_STATES)
def test_two_samples(name: str, results: takens.plugin.Results) -> None:
    short = results.reference.between(0, 2)
    free = takens.FreeRun(results.free.series.between(0, 2), results.free.diverged_at)
    figure = takens.create("figure", name).draw(
        attrs.evolve(results, reference=short, free=free)
    )
    if name == "spectra":
        assert figure is None
    else:
        assert figure is not None
        png(figure)


def test_names_that_look_like_mathematics(results: takens.plugin.Results) -> None:
    columns = (
        "price $",
        "$ broken_{ $",
        "a name too long for the axis of a figure",
    )
    reference = attrs.evolve(results.reference, columns=columns)
    for name in OF_STATES:
        png(drawn(name, attrs.evolve(results, reference=reference)))


def test_data_in_single_precision_are_drawn(results: takens.plugin.Results) -> None:
    reference = attrs.evolve(results.reference, x=results.reference.x.float())
    series = attrs.evolve(results.free.series, x=results.free.x.float())
    free = takens.FreeRun(series, results.free.diverged_at)
    for name in OF_STATES:
        png(drawn(name, attrs.evolve(results, reference=reference, free=free)))
