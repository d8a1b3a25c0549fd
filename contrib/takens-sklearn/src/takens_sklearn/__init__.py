"""Models of takens in scikit-learn's pipelines and searches."""

from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_sklearn.forecaster import DynamicsForecaster as DynamicsForecaster

TAKENS_API = 1


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
