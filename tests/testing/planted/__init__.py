"""Components with one fault each, and the good ones that they were made of, by kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import (
    backends,
    datasets,
    devices,
    integrators,
    kernels,
    metrics,
    models,
    optimisers,
    pictures,
    plots,
    preparations,
    recipes,
    schemes,
    searches,
    sources,
    systems,
)
from .fault import Fault

PLANTED: Mapping[str, tuple[Sequence[Any], Sequence[Fault]]] = {
    "system": (systems.GOOD, systems.FAULTS),
    "integrator": (integrators.GOOD, integrators.FAULTS),
    "model": (models.GOOD, models.FAULTS),
    "scheme": (schemes.GOOD, schemes.FAULTS),
    "optimiser": (optimisers.GOOD, optimisers.FAULTS),
    "schedule": (optimisers.SCHEDULE_GOOD, optimisers.SCHEDULE_FAULTS),
    "metric": (metrics.GOOD, metrics.FAULTS),
    "device": (devices.GOOD, devices.FAULTS),
    "dataset": (datasets.GOOD, datasets.FAULTS),
    "figure": (pictures.FIGURE_GOOD, pictures.FIGURE_FAULTS),
    "portrait": (pictures.PORTRAIT_GOOD, pictures.PORTRAIT_FAULTS),
    "source": (sources.GOOD, sources.FAULTS),
    "preparation": (preparations.GOOD, preparations.FAULTS),
    "recipe": (recipes.GOOD, recipes.FAULTS),
    "search": (searches.GOOD, searches.FAULTS),
    "backend": (backends.GOOD, backends.FAULTS),
    "plot": (plots.GOOD, plots.FAULTS),
    "kernel": (kernels.GOOD, kernels.FAULTS),
    "layer_scheme": (schemes.LAYER_GOOD, schemes.LAYER_FAULTS),
}
