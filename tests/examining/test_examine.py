"""What a user is told of data."""

import json
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

import takens
from takens.cli.main import main


def lorenz(steps: int = 6_000, dt: float = 0.02) -> takens.TimeSeries:
    return takens.simulate("lorenz63", dt=dt, steps=steps, seed=0)


def examined(x: object, **options: int) -> takens.Examination:
    return takens.examine(x, **({"surrogates": 19} | options))  # pyright: ignore[reportArgumentType]


def test_lorenz_is_known_again() -> None:
    found = examined(lorenz())
    assert found.verdict.startswith("Nonlinear")
    assert found.chance == 0.05
    assert "(surrogates as well: 0.05).\n" in repr(found) + "\n"
    assert found.exponent == pytest.approx(0.906, abs=3 * (found.exponent_error or 0))
    low, high = found.exponent_interval or (1.0, 0.0)
    assert low < 0.906 < high
    assert f"({low:.3g} to {high:.3g} at 95 %)" in repr(found)
    assert found.lyapunov_times == pytest.approx(0.906 * 120, rel=0.5)
    assert found.findings == ()
    assert len(repr(found).splitlines()) <= 10


def test_a_broken_table_is_told_what_to_do_first() -> None:
    wave = np.sin(0.2 * np.arange(3_000)) + 0.02 * np.random.default_rng(0).standard_normal(
        3_000
    )
    wave += 3 * np.linspace(0, 1, 3_000)
    wave[[100, 101]] = -9999
    switch = (np.arange(3_000) % 100 < 50).astype(float)
    table = {"wave": wave, "still": np.ones(3_000), "switch": switch}
    found = examined(table)
    told = [finding.what for finding in found.findings]
    assert told[0] == "wave is -9999 in 2 places."
    assert found.findings[0].remedy == "data.missing = [-9999]"
    assert told[1] == "still does not vary."
    assert found.findings[1].remedy == 'data.columns = ["wave", "switch"]'
    assert any("trend" in each for each in told)
    assert any("switch has 2 values" in each for each in told)
    assert '{ name = "detrend" }' in found.prepare


def test_a_torus_is_linear_and_predictable() -> None:
    t = 0.1 * torch.arange(4_000, dtype=torch.float64)
    x = torch.sin(t) + 0.7 * torch.sin(1.7 * math.sqrt(2) * t)
    found = examined(takens.TimeSeries(t, x[:, None]))
    assert "a linear model says it all" in found.verdict
    assert 'model = "linear_autoregression"' in [f.remedy for f in found.findings]


def test_noise_is_not_predictable() -> None:
    x = np.random.default_rng(0).standard_normal(2_000)
    assert "Not predictable" in examined(x).verdict


def test_gaps_jitter_and_sampling_are_told() -> None:
    series = lorenz(3_000, dt=0.002)
    x = series.x.double().clone()
    x[50:53] = math.nan
    jitter = 0.002 * 0.1 * torch.rand(3_000, generator=torch.Generator().manual_seed(0))
    broken = takens.TimeSeries(series.t + jitter, x, mask=x.isfinite())
    found = examined(broken)
    told = " ".join(finding.what for finding in found.findings)
    assert "9 numbers are missing, at most 3 in a row" in told
    assert "sampling interval varies" in told
    order = [found.prepare.index(name) for name in ("fill_gaps", "resample", "decimate")]
    assert order == sorted(order)


def test_what_follows_is_no_outlier_of_what_comes_before() -> None:
    parts = [takens.simulate("rossler", dt=0.1, steps=n, seed=n) for n in (800, 1_500)]
    found = examined([one.x.numpy() for one in parts], surrogates=0)
    assert [variable.outliers for variable in found.variables] == [0, 0, 0]
    assert (found.recordings, found.samples) == (2, 2_300)
    assert found.periods[0] == pytest.approx(58.6, rel=0.05)


def test_what_is_advised_prepares_the_data() -> None:
    series = lorenz(3_000)["x1"]
    found = examined(series)
    assert "delays" in found.prepare
    chain = tomllib.loads(found.prepare.replace("data.prepare", "prepare"))["prepare"]
    fit = takens.fit("linear_autoregression", series, "closed_form", prepare=chain)
    assert takens.generate(fit.model, context=series[:200], steps=5).series.columns == ("x1",)


def test_short_and_constant_data_are_no_error() -> None:
    assert "too short" in examined([1.0, 2.0, 4.0]).verdict
    assert examined(np.ones((100, 1))).findings[0].what == "x1 does not vary."


def test_the_doctor_reads_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lorenz.csv"
    series = lorenz(2_000)
    rows = np.column_stack((series.t, series.x[:, :1]))
    np.savetxt(file, rows, delimiter=",", header="t,x", comments="")
    with pytest.raises(SystemExit) as end:
        main(["doctor", str(file), "--plot", str(tmp_path / "pictures")])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert "2,000 samples of x" in said
    assert "every 0.02" in said
    assert "delays" in said
    assert len(list((tmp_path / "pictures").glob("*.png"))) >= 2
    with pytest.raises(SystemExit):
        main(["doctor", str(file), "--json"])
    assert json.loads(capsys.readouterr().out)["samples"] == 2_000


def test_the_doctor_reads_recordings_of_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x = lorenz(600).x[:, 0].tolist()
    rows = [f"{'ab'[i // 300]},{0.02 * (i % 300):g},{v:.4f}" for i, v in enumerate(x)]
    rows[5] = "a,0.1,-999"
    (tmp_path / "long.csv").write_text("who,time,x\n" + "\n".join(rows))
    with pytest.raises(SystemExit) as end:
        main(["doctor", str(tmp_path / "long.csv"), "--id", "who", "--missing", "-999"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert "600 samples in 2 recordings of x" in said
    assert "every 0.02" in said
    assert "1 number is missing" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["doctor", "no_such.csv"], "no_such.csv"),
        (["doctor", "--dt", "0.1"], "--dt goes with a FILE"),
    ],
)
def test_the_doctor_refuses_in_a_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert says in capsys.readouterr().err
