"""Models of takens in scikit-learn's pipelines and searches."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from takens_sklearn.forecaster import DynamicsForecaster as DynamicsForecaster

TAKENS_API = 1


def __getattr__(name: str) -> Any:
    if name == "DynamicsForecaster":
        from takens_sklearn.forecaster import DynamicsForecaster

        return DynamicsForecaster
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
