# scikit-learn has no types of its own.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
from collections.abc import Callable
from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks
from takens_sklearn import DynamicsForecaster

ORDERED = "rows are in the order of time, and a forecast depends on those before it"
EXCUSED = {
    "check_methods_sample_order_invariance": ORDERED,
    "check_methods_subset_invariance": ORDERED,
}

SMALL = DynamicsForecaster(
    model_parameters={"latent_dim": 12, "hidden_dim": 4}, steps=3, batch=2, window=6, context=4
)
SOLVED = DynamicsForecaster(
    "linear_autoregression",
    scheme="closed_form",
    context=4,
    model_parameters={"context_length": 1},
)


def excused(estimator: DynamicsForecaster) -> dict[str, str]:
    # A model of order one knows nothing but the row itself.
    return {} if estimator.model == "linear_autoregression" else EXCUSED


@parametrize_with_checks([SMALL, SOLVED], expected_failed_checks=excused)
def test_it_is_an_estimator(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
