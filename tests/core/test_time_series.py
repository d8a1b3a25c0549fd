import pytest
import torch

import takens


def series(x: torch.Tensor, dt: float = 0.1) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(x.shape[-2]) * dt, x)


def test_columns_get_names() -> None:
    assert series(torch.zeros(3, 2)).columns == ("x1", "x2")


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(takens.errors.DataError, match=r"got t: \(4,\) and x: \(3, 2\)"):
        takens.TimeSeries(torch.arange(4.0), torch.zeros(3, 2))


def test_a_number_that_is_not_finite_is_found() -> None:
    x = torch.zeros(5, 2)
    x[3, 1] = float("nan")
    with pytest.raises(takens.errors.DataError, match="sample 3, column 1 is nan"):
        series(x)


def test_finite_numbers_may_have_a_sum_that_is_not() -> None:
    x = torch.full((5, 2), torch.finfo(torch.float64).max, dtype=torch.float64)
    assert series(x).x is x


def test_infinities_of_both_signs_are_found() -> None:
    x = torch.tensor([[0.0], [float("inf")], [-float("inf")]])
    with pytest.raises(takens.errors.DataError, match="sample 1, column 0 is inf"):
        series(x)


def test_times_must_increase() -> None:
    with pytest.raises(takens.errors.DataError, match=r"sample 2 is at t = 0\.5 after t = 1"):
        takens.TimeSeries(torch.tensor([0.0, 1.0, 0.5]), torch.zeros(3, 1))


def test_times_keep_double_precision() -> None:
    t = torch.arange(100_001, dtype=torch.float64) * 0.01
    assert takens.TimeSeries(t, torch.zeros(100_001, 1)).dt == pytest.approx(0.01, rel=1e-12)


def test_unequal_steps_have_no_interval() -> None:
    uneven = takens.TimeSeries(torch.tensor([0.0, 1.0, 2.5, 3.5]), torch.zeros(4, 1))
    with pytest.raises(takens.errors.DataError, match=r"step 1 is 1\.5 where the median is 1"):
        _ = uneven.dt


def test_halves_are_equally_long_and_start_at_zero() -> None:
    x = torch.arange(7.0).unsqueeze(-1)
    first, second = series(x).halves()
    assert first.x.flatten().tolist() == [0, 1, 2]
    assert second.x.flatten().tolist() == [3, 4, 5]
    assert float(second.t[0]) == 0


def test_bfloat16_is_widened_since_numpy_lacks_it() -> None:
    x = torch.randn(60, 2, generator=torch.Generator().manual_seed(0)).bfloat16()
    series = takens.TimeSeries(torch.arange(60.0, dtype=torch.float64) * 0.1, x)
    assert series.x.dtype == torch.float32
    assert torch.equal(series.x, x.float())
    assert series.values()["x1"].shape == (60,)
    model = takens.create("model", "shallow_plrnn", obs_dim=2)
    fit = takens.fit(model, series, takens.schemes.create("teacher_forcing"), steps=1, window=5)
    assert len(fit.history) >= 1


def test_windows_go_into_torchs_loader() -> None:
    x = torch.arange(20.0).reshape(2, 5, 2)
    data = takens.TimeSeries(torch.arange(5), x)
    windows = data.windows(3, every=2)
    assert [w.flatten().tolist() for w in windows] == [  # pyright: ignore
        [0, 1, 2, 3, 4, 5], [4, 5, 6, 7, 8, 9], [10, 11, 12, 13, 14, 15],
        [14, 15, 16, 17, 18, 19]
    ]  # fmt: skip
    loader = torch.utils.data.DataLoader(data.windows(), batch_size=2)
    assert [batch.shape for batch in loader] == [(2, 5, 2)]
    with pytest.raises(takens.errors.DataError, match="longer than the data, which have 5"):
        data.windows(6)
    with pytest.raises(takens.errors.DataError, match="a sample or more"):
        data.windows(3, every=0)
