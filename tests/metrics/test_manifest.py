import inspect
import subprocess
import sys

import pytest

import takens
import takens_metrics

SPECS = list(takens_metrics.takens_components())


def test_the_manifest_imports_nothing_heavy() -> None:
    code = "import sys, takens_metrics; print({'torch', 'numpy', 'scipy'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert found.stdout.strip() == b"set()"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_metric_is_what_its_spec_says(spec: takens.plugin.ComponentSpec) -> None:
    made = takens.create("metric", spec.name)
    kinds = (
        takens.plugin.SeriesMetric,
        takens.plugin.RecordsMetric,
        takens.plugin.DynamicsMetric,
        takens.plugin.DevianceMetric,
    )
    assert sum(isinstance(made, kind) for kind in kinds) == 1
    assert isinstance(made, takens.plugin.SupportsReference) == ("reference" in spec.supports)
    arguments = inspect.signature(type(made)).parameters
    assert {p.name: p.default for p in spec.parameters} == {
        name: argument.default for name, argument in arguments.items()
    }


def test_horizons() -> None:
    horizons = {
        spec.name: metric.horizon
        for spec in SPECS
        if isinstance(metric := takens.create("metric", spec.name), takens.plugin.SeriesMetric)
    }
    forecasts = {name: horizon for name, horizon in horizons.items() if horizon is not None}
    assert forecasts == {
        "prediction_error": 20,
        "valid_prediction_time": 500,
        "forecast_curve": 200,
        "mase": 10,
        "smape": 10,
    }
    assert len(horizons) > 10


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_metric_names_its_source_and_its_parameters(
    spec: takens.plugin.ComponentSpec,
) -> None:
    assert spec.source
    assert all(parameter.summary for parameter in spec.parameters)


def test_parameters_come_from_a_configuration() -> None:
    metric = takens.metrics.create("prediction_error", steps=[2, 4])
    assert metric == takens_metrics.PredictionError(steps=(2, 4))
    assert takens.metrics.create("max_lyapunov", qr_interval="auto")
    with pytest.raises(takens.errors.ComponentError, match="'auto'"):
        takens.create("metric", "max_lyapunov", qr_interval="often")


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="MinLyapunov"):
        takens_metrics.MinLyapunov  # noqa: B018 # pyright: ignore
