import math
from typing import Any

import pytest
import torch

import takens


def start(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).reshape(-1, 1, 1)


def test_a_free_run_is_the_iterated_map(linear: Any) -> None:
    free = takens.generate(linear(0.5), context=start(8.0)[0], steps=3)
    assert free.x.flatten().tolist() == [4.0, 2.0, 1.0]
    assert free.t.tolist() == [1.0, 2.0, 3.0]
    assert free.diverged_at == (None,)


def test_a_free_run_may_begin_at_time_zero(linear: Any) -> None:
    context = start(8.0, 4.0)
    free = takens.generate(
        linear(0.5), context=context, steps=4, keep_every=2, dt=0.1, with_start=True
    )
    assert free.t.tolist() == [0.0, 0.2, 0.4]
    assert free.x.flatten(1).tolist() == [[8.0, 2.0, 0.5], [4.0, 1.0, 0.25]]


def test_a_run_of_prepared_data_begins_with_the_data_as_they_were() -> None:
    data = takens.simulate("lorenz63", dt=0.02, steps=400)
    model = takens.fit(
        "linear_autoregression", data, "closed_form", prepare=["difference"], device="cpu"
    ).model
    runs = [
        takens.generate(model, context=data, steps=5, with_start=on) for on in (True, False)
    ]
    assert torch.equal(runs[0].x[0], data.x[-1])
    assert torch.equal(runs[0].x[1:], runs[1].x)
    assert torch.equal(runs[0].t[1:], runs[1].t)


def test_a_continuous_model_runs_through_its_integrator(linear: Any) -> None:
    model = linear(-1.0, takens.plugin.Time.CONTINUOUS)
    free = takens.generate(model, context=start(1.0)[0], steps=100, dt=0.01)
    assert float(free.x[-1, 0]) == pytest.approx(math.exp(-1), rel=1e-9)


def test_a_model_can_give_its_own_map(linear: Any) -> None:
    model = linear(0.5)
    # Of an interval of 2 it makes two steps, wherever it is run.
    model.step_map = lambda dt: lambda z: 0.5 ** int(dt) * z
    free = takens.generate(model, context=start(8.0)[0], steps=2, dt=2.0)
    assert free.x.flatten().tolist() == [2.0, 0.5]
    trained = takens.TrainedModel(model, mean=torch.zeros(1), scale=torch.ones(1), dt=2.0)
    assert takens.generate(trained, context=start(8.0)[0], steps=2).x[0] == 2.0


@pytest.mark.parametrize("keep_every", [1, 3, 7, 499, 500, 501])
def test_what_is_kept_does_not_change_the_run(linear: Any, keep_every: int) -> None:
    model = linear(0.999)
    full = takens.generate(model, context=start(1.0, 2.0), steps=2003)
    kept = takens.generate(model, context=start(1.0, 2.0), steps=2003, keep_every=keep_every)
    torch.testing.assert_close(kept.x, full.x[:, keep_every - 1 :: keep_every], rtol=0, atol=0)
    torch.testing.assert_close(kept.t, full.t[keep_every - 1 :: keep_every])


def test_a_diverged_run_is_reported_at_its_step_and_stays_finite(linear: Any) -> None:
    # 2^19 is below a million and 2^20 above; the second run stays where it is.
    free = takens.generate(linear(2.0), context=start(1.0, 0.0), steps=1200)
    assert free.diverged_at == (20, None)
    assert free.diverged == 0.5
    assert float(free.x[0, 18, 0]) == 2.0**19
    assert set(free.x[0, 18:, 0].tolist()) == {2.0**19}
    assert bool(free.x.isfinite().all())


def test_divergence_on_the_first_step_of_a_later_chunk(linear: Any) -> None:
    factor = 10.0 ** (6 / 500.5)
    free = takens.generate(linear(factor), context=start(1.0), steps=1100)
    assert free.diverged_at == (501,)
    assert bool((free.x[0, 500:] == free.x[0, 499]).all())


def test_a_context_that_does_not_fit_is_refused(linear: Any) -> None:
    with pytest.raises(takens.InputError, match=r"got a context of shape \(3,\)"):
        takens.generate(linear(1.0), context=torch.zeros(3), steps=5)


def test_memory_is_flat_in_what_is_not_kept(linear: Any) -> None:
    sparse, dense = (_peak(linear(1.0), keep_every) for keep_every in (4000, 1))
    assert sparse < 50_000
    assert dense > 64_000


def _peak(model: Any, keep_every: int) -> int:
    """Return the most bytes that torch had at once in a run of 8,000 steps."""
    with torch.profiler.profile(profile_memory=True) as profile:
        takens.generate(model, context=start(1.0), steps=8000, keep_every=keep_every)
    live, peak = 0, 0
    for event in profile.events() or []:  # pyright: ignore[reportUnknownVariableType]
        live += event.self_cpu_memory_usage
        peak = max(peak, live)
    return peak


def test_units_are_kept_exact(linear: Any) -> None:
    # Far from zero, a context in single precision would lose what tells its samples apart.
    t = torch.arange(100, dtype=torch.float64)
    data = takens.TimeSeries(t, (torch.sin(t / 5) + 1e9).unsqueeze(-1))
    model = takens.TrainedModel.for_series(linear(1.0).float(), data)
    free = takens.generate(model, context=data.x[:3], steps=4)
    assert float((free.x - data.x[2]).abs().max()) < 1e-6
