"""Models that can be trained."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import takens

if TYPE_CHECKING:
    from takens_models.shallow_plrnn import ShallowPLRNN as ShallowPLRNN


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the models of this package."""
    yield takens.ComponentSpec(
        kind="model",
        name="shallow_plrnn",
        target="takens_models.shallow_plrnn:ShallowPLRNN",
        summary="Piecewise-linear recurrent network with one hidden layer.",
        parameters=(
            takens.Parameter("obs_dim", types=(int,), summary="observed variables"),
            takens.Parameter("latent_dim", 20, summary="latent variables, at least obs_dim"),
            takens.Parameter("hidden_dim", 100, summary="hidden units"),
            takens.Parameter(
                "initialisation",
                "uniform",
                choices=("uniform", "talathi"),
                summary="how weights start",
            ),
            takens.Parameter("seed", 0, summary="of the initial weights"),
        ),
        supports=("tangent",),
        source="Hess, Monfared, Brenner, Durstewitz (2023), ICML, eq. 4",
    )


def __getattr__(name: str) -> Any:
    if name == "ShallowPLRNN":
        from takens_models.shallow_plrnn import ShallowPLRNN

        return ShallowPLRNN
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
