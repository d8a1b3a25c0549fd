"""The registries of our kinds; type checkers read the stub beside this file."""

from takens._plugins.registry import (
    backends as backends,
    datasets as datasets,
    devices as devices,
    figures as figures,
    integrators as integrators,
    kernels as kernels,
    metrics as metrics,
    models as models,
    optimisers as optimisers,
    portraits as portraits,
    preparations as preparations,
    recipes as recipes,
    schedules as schedules,
    schemes as schemes,
    searches as searches,
    sources as sources,
    systems as systems,
)
