"""Sizes and read-outs of models that data ask for: imported without torch."""

from collections.abc import Mapping
from typing import Any, Final

import takens

# Up to so many variables are units of the state; of more a few latent ones are read out.
_DIRECT: Final = 100
_LATENT: Final = 20
# What changes by its spread within so few samples has more bends from one to the next.
_QUICK: Final = 5.0
_HIDDEN, _MANY_HIDDEN = 100, 300


def sizes(
    scales: "takens.plugin.Scales", given: Mapping[str, Any]
) -> Mapping[str, tuple[Any, str]]:
    """Return sizes and read-out for data of these scales, each with its reason.

    What is ``given`` already is taken into account.
    """
    n, wide = scales.variables, scales.variables > _DIRECT
    observation = "affine" if wide else "identity"
    if given.get("observation", "auto") != "auto":
        observation = given["observation"]
    if wide and observation != "identity":
        latent = min(max(2 * scales.dimension, 8), n)
        why = f"{scales.dimension} components hold what is no noise in {n} variables"
    else:
        latent, why = max(_LATENT, n + 8), f"{n} variables, with units that are not observed"
    hidden = _MANY_HIDDEN if scales.fast < _QUICK else _HIDDEN
    return {
        "observation": (observation, f"{n} variables"),
        "latent_dim": (latent, why),
        "hidden_dim": (
            hidden,
            f"data change by their spread in {scales.fast:.2g} samples",
        ),
    }
