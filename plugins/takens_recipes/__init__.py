"""Recipes: families of models, set for the data at hand."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_recipes.closed_forms import (
        GaussianProcess as GaussianProcess,
        Linear as Linear,
        Reservoir as Reservoir,
    )
    from takens_recipes.trained import (
        Field as Field,
        FreeStates as FreeStates,
        Recurrent as Recurrent,
    )

TAKENS_API = 2

# In the order in which they are tried; of two that are alike the first one is kept.
_RECIPES: Final = {
    "recurrent_network": "trained:Recurrent",
    "free_states": "trained:FreeStates",
    "neural_field": "trained:Field",
    "gaussian_step": "closed_forms:GaussianProcess",
    "reservoir": "closed_forms:Reservoir",
    "linear_prediction": "closed_forms:Linear",
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the recipes of this package."""
    for name, place in _RECIPES.items():
        recipe = place.rpartition(":")[2]
        yield takens.plugin.ComponentSpec(
            kind="recipe",
            name=name,
            target=f"takens_recipes.{place}",
            settings=f"takens_recipes.settings:{recipe}Settings",
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
