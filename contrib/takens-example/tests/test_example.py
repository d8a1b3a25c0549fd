import torch

import takens


def test_the_jacobian_is_the_derivative() -> None:
    thomas = takens.create("system", "example:thomas", damping=0.2)
    assert isinstance(thomas, takens.plugin.SupportsJacobian)
    x = torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64)
    t = torch.zeros((), dtype=torch.float64)
    found = thomas.jacobian(t, x)
    expected = torch.func.jacfwd(lambda y: thomas(t, y))(x)  # pyright: ignore
    torch.testing.assert_close(found, expected)


def test_the_divergence_is_constant() -> None:
    # The trace of the Jacobian is -3 b everywhere.
    thomas = takens.create("system", "example:thomas", damping=0.2)
    assert isinstance(thomas, takens.plugin.SupportsJacobian)
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    trace = thomas.jacobian(torch.zeros(()), x).diagonal(dim1=-2, dim2=-1).sum(-1)
    torch.testing.assert_close(trace, torch.full((7,), -0.6))


def test_the_distance_counts_standard_deviations() -> None:
    metric = takens.create("metric", "example:mean_distance")
    assert isinstance(metric, takens.plugin.SeriesMetric)
    t = torch.arange(100) * 0.1
    x = torch.randn(100, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    truth = takens.TimeSeries(t, x)
    moved = takens.TimeSeries(t, x + 2 * x.std(0))
    assert metric.compare(truth, truth).value == 0
    value = metric.compare(truth, moved).value
    assert value is not None
    assert abs(value - 2) < 1e-12


def test_the_metric_is_found_and_used_by_the_core() -> None:
    thomas = takens.create("system", "example:thomas")
    data = takens.simulate(thomas, dt=0.1, steps=400, seed=0)
    scores = takens.evaluate(thomas, data, metrics=["example:mean_distance"], runs=2)
    score = scores["example:mean_distance"]
    assert score.value is not None
    assert score.floor is not None
