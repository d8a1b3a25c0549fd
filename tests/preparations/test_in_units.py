"""What comes out of models of prepared data, in the units of the data."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import takens
from takens._data.entrance import as_recordings
from takens._run.sources import Source, find_series

SLOPE = 3.0
LOG = {"name": "transform", "by": "log"}


def cycle(count: int = 1200) -> Any:
    return takens.simulate("van_der_pol", dt=0.1, steps=count, seed=0).x.numpy()


def written(path: Path, x: Any, first: float = 0.0) -> Path:
    rows = "".join(f"{first + 0.1 * i:.1f},{a:.6f},{b:.6f}\n" for i, (a, b) in enumerate(x))
    path.write_text("t,temp,flow\ns,degC,l/min\n" + rows)
    return path


def trend(path: Path) -> Path:
    x = cycle()
    time = 50 + 0.1 * np.arange(len(x))
    x = np.column_stack((100 + SLOPE * time + 10 * x[:, 0], 5 + x[:, 1]))
    return written(path, x, first=50.0)


def found(**data: Any) -> Source:
    return find_series(takens.Data(**data), 0)


def configuration(file: Path, *prepare: Any) -> takens.Configuration:
    return takens.Configuration(
        data=takens.Data(file=str(file), prepare=[*prepare]),
        model="echo_state_network",
        scheme="closed_form",
        judge=takens.Judge(metrics=["prediction_error"], power=False),
        figures=[],
        seed=0,
    )


@pytest.mark.parametrize(
    "prepare",
    [["detrend", "standardise"], ["difference"], [LOG, "difference"], ["delays"]],
    ids=str,
)
def test_what_is_judged_goes_back_to_the_numbers_of_the_file(
    tmp_path: Path, prepare: list[Any]
) -> None:
    file = trend(tmp_path / "a.csv")
    source = found(file=str(file), prepare=prepare, split=0.6)
    whole, held, back = takens.read(file), source.reference, source.way_back
    assert back is not None
    at = float(held.t[20])
    after = held[21:]
    series = takens.TimeSeries(after.t - at, after.x, after.columns)
    made = back(series, at)
    assert (made.columns, made.units) == (("temp", "flow"), ("degC", "l/min"))
    np.testing.assert_allclose(made.x, whole.x[-len(made) :], rtol=1e-9)


def test_halves_of_several_recordings_keep_their_clock(tmp_path: Path) -> None:
    files = [str(trend(tmp_path / f"{name}.csv")) for name in "ab"]
    source = found(file=files, prepare=["detrend"])
    learned = as_recordings(source.training)
    # A clock that began anew would leave a slope of 180 degrees over the second half.
    assert float(source.reference.x[:, 0].abs().max()) < 1.2 * float(
        learned[0].x[:, 0].abs().max()
    )
    assert source.way_back is not None
    held = source.reference
    series = takens.TimeSeries(held.t[1:], held.x[1:], held.columns)
    back = source.way_back(series, 0.0)
    np.testing.assert_allclose(back.x, takens.read(files[0]).x[-len(back) :], rtol=1e-9)


def test_the_longest_stretch_of_a_test_file_finds_its_place(tmp_path: Path) -> None:
    file = trend(tmp_path / "a.csv")
    lines = file.read_text().splitlines()
    lines[300] = re.sub(r",.*", ",,", lines[300])
    (tmp_path / "b.csv").write_text("\n".join(lines))
    source = found(file=str(file), test=str(tmp_path / "b.csv"), prepare=["detrend"])
    assert source.way_back is not None
    assert source.way_back.start == pytest.approx(50 + 29.9)
    held = source.reference
    series = takens.TimeSeries(held.t[1:], held.x[1:], held.columns)
    back = source.way_back(series, 0.0)
    np.testing.assert_allclose(back.x, takens.read(file).x[-len(back) :], rtol=1e-9)


@pytest.fixture(scope="module")
def detrended(tmp_path_factory: pytest.TempPathFactory) -> takens.Run:
    folder = tmp_path_factory.mktemp("trend")
    return takens.run(
        configuration(trend(folder / "a.csv"), "detrend", "standardise"), folder / "run"
    )


def test_runs_are_written_in_the_units_of_the_data(detrended: takens.Run) -> None:
    whole = takens.read(detrended.folder.parent / "a.csv").x.numpy()
    generated = np.load(detrended.folder / "generated.npz")["x"]
    length = generated.shape[1]
    assert float(np.abs(generated[0] - whole[-length:]).max()) < 10
    for run in generated:
        assert np.polyfit(0.1 * np.arange(length), run[:, 0], 1)[0] == pytest.approx(SLOPE, 0.1)
    shown = detrended.results.in_units
    assert shown is not None
    np.testing.assert_allclose(shown.reference.x, whole[-length:], rtol=1e-9)
    assert shown.reference.units == ("degC", "l/min")


def test_errors_of_forecasts_are_in_the_units_of_the_data(detrended: takens.Run) -> None:
    errors = detrended.results.forecast_errors
    assert errors is not None
    assert (errors.columns, errors.units) == (("temp", "flow"), ("degC", "l/min"))
    # The last value falls behind by what the data change in that time.
    x = takens.read(detrended.folder.parent / "a.csv").x[600:]
    for step, *last in zip(errors.steps, *errors.persistence, strict=True):
        moved = (x[step:] - x[:-step]).square().mean(0).sqrt()
        assert last == pytest.approx(moved.tolist(), rel=0.25)
    assert all(
        own < last for own, last in zip(errors.model[0], errors.persistence[0], strict=True)
    )
    stored = json.loads((detrended.folder / "metrics.json").read_text())["forecast_errors"]
    assert stored["units"] == {"temp": "degC", "flow": "l/min"}
    page = (detrended.folder / "report.html").read_text()
    assert "Errors of forecasts" in page
    assert "temp (degC)" in page


def test_scores_say_that_they_are_of_prepared_data(detrended: takens.Run) -> None:
    told = "of the data as prepared (detrend, standardise)"
    assert detrended.results.scores["prediction_error"].convention.endswith(told)
    data = takens.read(detrended.folder.parent / "a.csv")
    scores = takens.evaluate(detrended.fit.model, data, ["prediction_error"], runs=1)
    assert scores["prediction_error"].convention.endswith(told)


def test_errors_of_data_that_were_not_prepared_are_in_their_units(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", 20 + 5 * cycle())
    done = takens.run(configuration(file), tmp_path / "run")
    errors = done.results.forecast_errors
    assert errors is not None
    x = takens.read(file).x[600:]
    moved = (x[1:] - x[:-1]).square().mean(0).sqrt()
    assert [row[0] for row in errors.persistence] == pytest.approx(moved.tolist(), rel=0.25)
    assert errors.units == ("degC", "l/min")
    assert done.results.in_units is None


def test_the_fan_of_counts_is_of_counts(tmp_path: Path) -> None:
    from takens._reconstructing.forecast import forecast_of

    x = takens.simulate("lotka_volterra", dt=0.1, steps=3000, seed=0).x.numpy()
    counts = np.random.default_rng(0).poisson(100 * x + 1) + 1
    file = written(tmp_path / "a.csv", counts)
    settings = configuration(file, LOG)
    done = takens.run(settings, tmp_path / "run")
    told = forecast_of(done.fit.members, find_series(settings.data, 0))
    assert told is not None
    assert told.above is not None
    assert (told.series.columns, told.series.units) == (("temp", "flow"), ("degC", "l/min"))
    assert bool((told.low > 0).all())
    assert bool((told.low <= told.series.x).all() and (told.series.x <= told.high).all())
    # The logarithm of counts errs by shares, so that the fan is wide where they are many.
    wide = torch.corrcoef(torch.stack(((told.high - told.low)[:, 0], told.series.x[:, 0])))
    assert float(wide[0, 1]) > 0.5
    np.testing.assert_allclose(told.known.x[-1], counts[-1])
    low, high = told.interval
    assert low <= told.coverage <= high
    assert 0.75 < told.coverage < 1
