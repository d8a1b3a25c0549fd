"""Errors of forecasts, as they are drawn."""

import numpy as np
import torch

import takens

X = (0.1, 0.2, 0.3)


def results(curves: dict[str, takens.plugin.Curve]) -> takens.plugin.Results:
    data = takens.TimeSeries(torch.arange(3.0), torch.randn(3, 1), time_unit="s")
    score = takens.Score(value=0.2, convention="ahead, in time units", curves=curves)
    free = takens.FreeRun(takens.TimeSeries(data.t, data.x[None]), (None,))
    return takens.plugin.Results(
        title="test",
        history=(),
        training=data,
        reference=data,
        free=free,
        scores={"any:name": score},
    )


def test_the_model_is_drawn_with_its_errors_beside_simple_forecasts() -> None:
    figure = takens.figures.create("forecast_curve").draw(
        results(
            {
                "model": takens.plugin.Curve(x=X, y=(0.1, 0.2, 0.3), error=(0.01, 0.02, 0.03)),
                "persistence": takens.plugin.Curve(x=X, y=(0.5, 0.6, 0.7)),
                "analogues": takens.plugin.Curve(x=X, y=(0.2, 0.3, 0.4)),
            }
        )
    )
    assert figure is not None
    (axes,) = figure.axes
    drawn = {line.get_label(): np.asarray(line.get_ydata()) for line in axes.lines}
    assert set(drawn) == {"persistence", "analogues", "model"}
    np.testing.assert_allclose(drawn["model"], (0.1, 0.2, 0.3))
    band = axes.collections[0].get_paths()[0].vertices
    assert float(np.asarray(band)[:, 1].max()) == 0.36
    assert axes.get_xlabel() == "Time ahead (s)"


def test_scores_without_curves_draw_nothing() -> None:
    assert takens.figures.create("forecast_curve").draw(results({})) is None
