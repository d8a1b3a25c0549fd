"""The separation of neighbours, as it is drawn."""

import attrs
import numpy as np
import torch

import takens
from takens_systems import Lorenz63


def results(free: takens.TimeSeries, data: takens.TimeSeries) -> takens.plugin.Results:
    metric = takens.metrics.create("lyapunov_from_data")
    assert isinstance(metric, takens.plugin.SeriesMetric)
    return takens.plugin.Results(
        title="test",
        history=(),
        training=data,
        reference=data,
        free=takens.FreeRun(attrs.evolve(free, x=free.x.unsqueeze(0)), (None,)),
        scores={"any:name": metric.compare(data, free)},
    )


def test_both_curves_are_drawn_with_their_straight_parts() -> None:
    data, free = (takens.simulate(Lorenz63(), dt=0.02, steps=4000, seed=i) for i in (0, 1))
    found = results(free, data)
    figure = takens.figures.create("scaling_region").draw(found)
    assert figure is not None
    score = found.scores["any:name"]
    curves = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    parts = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert len(curves) == len(parts) == 2
    curve = score.curves["separation"]
    drawn = np.asarray(curves[1].get_ydata())
    np.testing.assert_allclose(drawn, np.array(curve.y, dtype=np.float64))
    x, y = (np.asarray(data, dtype=np.float64) for data in parts[1].get_data())
    assert score.value is not None
    np.testing.assert_allclose(np.diff(y) / np.diff(x), score.value, rtol=1e-6)
    assert (x[0], x[-1]) == curve.straight


def test_a_curve_without_a_straight_part_says_so() -> None:
    generator = torch.Generator().manual_seed(0)
    data = takens.simulate(Lorenz63(), dt=0.02, steps=4000, seed=0)
    noise = attrs.evolve(data, x=torch.randn(data.x.shape, generator=generator).double())
    figure = takens.figures.create("scaling_region").draw(results(noise, data))
    assert figure is not None
    legend = figure.axes[0].get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[0].startswith("data: slope")
    assert texts[1] == "free run: no scaling region"


def test_without_such_a_score_nothing_is_drawn() -> None:
    data = takens.simulate(Lorenz63(), dt=0.02, steps=600, seed=0)
    empty = takens.plugin.Results(
        title="",
        history=(),
        training=data,
        reference=data,
        free=takens.FreeRun(attrs.evolve(data, x=data.x.unsqueeze(0)), (None,)),
        scores={},
    )
    assert takens.figures.create("scaling_region").draw(empty) is None
