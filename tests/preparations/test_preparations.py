"""Preparations, each against what is known of it, and models that were trained on them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import takens
from takens.testing import parametrize_with_checks, registered

OURS = [plugin for plugin in takens.catalogue().plugins if plugin.name == "preparations"]
MADE = list(registered(OURS))


@parametrize_with_checks(MADE)
def test_ours_keep_what_preparations_promise(component: Any, check: Any) -> None:
    check(component)


def series(x: Any, t: Any = None, **more: Any) -> takens.TimeSeries:
    x = torch.as_tensor(x, dtype=torch.float64)
    return takens.TimeSeries(0.1 * torch.arange(len(x)).double() if t is None else t, x, **more)


def prepared(name: str, given: takens.TimeSeries, **parameters: Any) -> takens.TimeSeries:
    made = takens.create("preparation", name, **parameters)
    return made.forward(given, made.fit(given))


def test_a_polynomial_is_taken_away_whole() -> None:
    t = torch.arange(200).double() * 0.1
    x = torch.stack((3 + 2 * t, 1 - t + 0.5 * t**2), -1)
    left = prepared("detrend", series(x, t), order=2).x
    assert float(left.abs().max()) < 1e-9
    assert float(prepared("detrend", series(x, t), order=1).x[:, 1].abs().max()) > 1


def test_a_trend_is_found_around_what_is_missing() -> None:
    x = 2 * torch.arange(100.0, dtype=torch.float64)[:, None]
    mask = torch.ones(100, 1, dtype=torch.bool)
    mask[30:60] = False
    made = takens.preparations.create("detrend")
    gone = series(x, mask=mask)
    left = made.forward(gone, made.fit(gone))
    assert left.mask is not None
    assert float(left.x.nan_to_num().abs().max()) < 1e-9


def test_a_season_is_differenced_away_and_summed_up_again() -> None:
    season = torch.tensor([1.0, 5.0, 2.0]).repeat(20)[:, None]
    given = series(season + 0.01 * torch.arange(60)[:, None])
    made = takens.preparations.create("difference", lag=3)
    changes = made.forward(given, {})
    assert torch.allclose(changes.x, torch.full((57, 1), 0.03, dtype=torch.float64))
    assert changes.columns == ("change of x1",)
    back = made.inverse(changes[30:], {}, given[:33])
    assert torch.allclose(back.x, given.x[33:])


def test_counts_get_unit_variance() -> None:
    # Anscombe (1948): the variance of 2 sqrt(x + 3/8) is 1 up to 1 / (16 mean^2).
    for mean in (4.0, 20.0, 100.0):
        counts = np.random.default_rng(0).poisson(mean, 40_000)[:, None]
        assert float(prepared("transform", series(counts), by="anscombe").x.var()) == (
            pytest.approx(1.0, abs=0.03)
        )


def test_what_has_no_logarithm_is_refused_with_the_offset_that_helps() -> None:
    given = series([[1.0], [0.0], [-3.0], [2.0]])
    with pytest.raises(takens.errors.DataError, match="an offset of 4 makes") as refusal:
        prepared("transform", given)
    assert "'x1' has the value 0" in str(refusal.value)
    assert bool(prepared("transform", given, offset=4.0).x.isfinite().all())


def test_a_spline_goes_through_a_cubic_and_tells_its_error() -> None:
    t = torch.tensor([0.0, 0.1, 0.25, 0.3, 0.42, 0.5, 0.63, 0.7, 0.8, 0.9])
    made = takens.preparations.create("resample", dt=0.05)
    cubic = series((t**3 - t)[:, None], t)
    state = made.fit(cubic)
    grid = made.forward(cubic, state)
    assert grid.regular
    assert grid.dt == pytest.approx(0.05)
    assert torch.allclose(grid.x[:, 0], grid.t**3 - grid.t, atol=1e-6)
    assert float(state["error"]) < 1e-6
    rough = series(np.random.default_rng(0).standard_normal((10, 1)), t)
    assert float(made.fit(rough)["error"]) > 0.1


def test_a_spline_does_not_go_over_a_long_gap() -> None:
    t = torch.cat((torch.arange(10.0), 50 + torch.arange(10.0)))
    with pytest.raises(takens.errors.DataError, match=r"gap of 41 after t = 9"):
        prepared("resample", series(t[:, None], t))


def test_filters_keep_what_is_slow_in_its_place() -> None:
    t = 0.01 * torch.arange(2_000, dtype=torch.float64)
    slow, fast = torch.sin(2 * math.pi * 0.5 * t), torch.sin(2 * math.pi * 20 * t)
    for name, parameters in (("low_pass", {"cutoff": 5.0}), ("decimate", {"every": 5})):
        found = prepared(name, series((slow + fast)[:, None], t), **parameters)
        true = torch.sin(2 * math.pi * 0.5 * found.t)
        inner = slice(len(found) // 10, -len(found) // 10)
        assert float((found.x[inner, 0] - true[inner]).abs().max()) < 0.02
        assert found.t[-1] == t[-1]
    assert prepared("decimate", series(slow[:, None], t), every=5).dt == pytest.approx(0.05)
    with pytest.raises(takens.errors.DataError, match="beyond 50, the highest"):
        prepared("low_pass", series(slow[:, None], t), cutoff=60.0)


def test_short_gaps_are_filled_and_long_ones_stay() -> None:
    t = 0.05 * torch.arange(200, dtype=torch.float64)
    mask = torch.ones(200, 1, dtype=torch.bool)
    mask[50:53] = mask[100:110] = mask[:2] = False
    given = series(torch.sin(t)[:, None], t, mask=mask)
    found = prepared("fill_gaps", given)
    assert found.mask is not None
    assert (~found.mask).nonzero()[:, 0].tolist() == [0, 1, *range(100, 110)]
    assert float((found.x[50:53, 0] - torch.sin(t[50:53])).abs().max()) < 2e-3


def test_spikes_are_masked_and_chaos_is_not() -> None:
    x = takens.simulate("lorenz63", dt=0.01, steps=3_000, seed=0).x.double()
    assert prepared("mask_outliers", series(x)).mask is None
    spiked = x.clone()
    spiked[[100, 1500], 0] += torch.tensor([40.0, -60.0], dtype=torch.float64)
    found = prepared("mask_outliers", series(spiked))
    assert found.mask is not None
    assert (~found.mask).nonzero().tolist() == [[100, 0], [1500, 0]]


def test_components_are_those_of_the_correlation_matrix() -> None:
    base = np.random.default_rng(0).standard_normal((500, 2))
    x = base @ np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]]) + 5
    made = takens.preparations.create("principal_components")
    given = series(x)
    state = made.fit(given)
    values = np.sort(np.linalg.eigvalsh(np.corrcoef(x.T)))[::-1]
    assert torch.allclose(state["shares"], torch.from_numpy(values[:2] / 3), atol=1e-10)
    low = made.forward(given, state)
    assert low.columns == ("component 1", "component 2")
    assert torch.allclose(made.inverse(low, state, given).x, given.x)


def test_delays_are_those_of_embed_and_hold_the_present() -> None:
    given = takens.simulate("lorenz63", dt=0.02, steps=3_000, seed=0)
    found = prepared("delays", given["x1"], delay=8, dimension=3)
    assert torch.equal(found.x, takens.embed(given["x1"], delay=8, dimension=3).x)
    both = prepared("delays", given)
    assert torch.equal(both.x[-1, :3], given.x[-1])


def test_what_needs_all_samples_says_what_fills_them() -> None:
    gone = series([[1.0], [2.0], [math.nan], [3.0]], mask=[[1], [1], [0], [1]])
    with pytest.raises(takens.errors.DataError, match="put fill_gaps before it"):
        prepared("difference", gone)


CHAINS = [
    ["detrend", "standardise"],
    [{"name": "transform", "offset": 60.0}, {"name": "delays", "delay": 5, "dimension": 2}],
    ["difference"],
    [{"name": "principal_components", "share": 1.0}],
]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: str(chain[0]))
def test_runs_speak_the_units_of_the_data(chain: list[Any], tmp_path: Path) -> None:
    whole = takens.simulate("lorenz63", dt=0.02, steps=1_500, seed=0)
    t = whole.t
    data = takens.TimeSeries(t, whole.x.double() + 0.5 * t[:, None], whole.columns)
    fit = takens.fit("linear_autoregression", data[:1000], "closed_form", prepare=chain)
    before = data[900:1000]
    run = takens.generate(fit.model, context=before, steps=50)
    assert run.series.columns == data.columns
    assert run.t[0] == pytest.approx(0.02)
    # A linear step ahead is near the truth in the data's units, trend and all.
    spread = data.x.std(0)
    assert bool(((run.x[0] - data.x[1000]).abs() < 0.3 * spread).all())
    takens.save_model(fit.model, tmp_path / "model.pt")
    again = takens.generate(tmp_path / "model.pt", context=before, steps=50)
    assert torch.equal(again.x, run.x)
    halved = takens.generate(fit.model, context=before, steps=50, keep_every=2)
    assert torch.equal(halved.x, run.x[1::2])


def test_a_model_of_prepared_data_is_judged_on_prepared_data() -> None:
    whole = takens.simulate("lorenz63", dt=0.02, steps=1_500, seed=0)
    chain: list[Any] = [{"name": "delays", "delay": 5, "dimension": 2}]
    fit = takens.fit("linear_autoregression", whole[:1000]["x1"], "closed_form", prepare=chain)
    found = takens.judge(fit.model, whole["x1"], ["prediction_error"], runs=2, starts=4)
    assert found.reference.columns == ("x1", "x1, 5 ago")
    assert found.scores["prediction_error"].value is not None


def test_a_checkpoint_with_broken_preparations_is_refused(tmp_path: Path) -> None:
    data = takens.simulate("lorenz63", dt=0.02, steps=300, seed=0)
    fit = takens.fit("linear_autoregression", data, "closed_form", prepare=["standardise"])
    stored = fit.model.preparations.stored()  # pyright: ignore[reportOptionalMemberAccess]
    restored = takens.plugin.Preparations.restored
    assert restored(stored).columns == data.columns
    stored["steps"][0]["state"] = {"mean": "no tensor"}
    with pytest.raises(takens.errors.CheckpointError, match="mean is no tensor"):
        restored(stored)
    with pytest.raises(takens.errors.InputError, match="No preparation is called 'os'"):
        restored(stored | {"steps": [{"name": "os", "parameters": {}, "state": {}}]})


def test_a_context_without_times_is_that_of_the_variables() -> None:
    data = takens.simulate("lorenz63", dt=0.02, steps=300, seed=0)
    fit = takens.fit("linear_autoregression", data, "closed_form", prepare=["difference"])
    with pytest.raises(takens.errors.InputError, match="observations of x1, x2, x3"):
        takens.generate(fit.model, context=torch.zeros(5, 2), steps=5)


def test_a_run_prepares_what_its_configuration_says(tmp_path: Path) -> None:
    data = takens.simulate("lorenz63", dt=0.02, steps=1_200, seed=0)
    file = tmp_path / "x.csv"
    np.savetxt(
        file, np.column_stack((data.t, data.x[:, 0])), delimiter=",", header="t,x", comments=""
    )
    (tmp_path / "run.toml").write_text(
        f'model = "linear_autoregression"\nscheme = "closed_form"\nfigures = []\n'
        f'[data]\nfile = "{file.as_posix()}"\ntime = "t"\n'
        '[[data.prepare]]\nname = "delays"\ndelay = 5\ndimension = 3\n'
        ""
        '[judge]\nmetrics = ["prediction_error"]\nruns = 1\nstarts = 4\npower = false\n'
    )
    done = takens.run(tmp_path / "run.toml", tmp_path / "out")
    assert done.results.reference.columns == ("x", "x, 5 ago", "x, 10 ago")
    model = takens.load_model(tmp_path / "out")
    run = takens.generate(model, context=data[:50]["x1"], steps=10)
    assert run.series.columns == ("x",)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<h2>Data</h2>" in page
    assert done.results.examination is not None
    assert all(text in page for _, text in done.results.examination.lines if "<" not in text)
    text = (tmp_path / "out" / "config.toml").read_text()
    assert "preparations:delays" in text
