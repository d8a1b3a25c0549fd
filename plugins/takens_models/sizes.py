"""Sizes and read-outs of models that data ask for: imported without torch."""

from collections.abc import Mapping
from typing import Any, Final

import takens

# Up to so many variables are units of the state; of more a few latent ones are read out.
_DIRECT: Final = 12
# Whole states with less noise need no further units.
_CLEAN: Final = 0.03
_LATENT: Final = 20
_HIDDEN: Final = 100
_MOST_HIDDEN: Final = 300


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
    elif n >= 3 and scales.noise < _CLEAN and scales.contrast > 2:
        latent, why = n, f"{n} variables, hardly noisy, are the whole state"
    else:
        latent, why = max(_LATENT, n + 8), f"{n} variables, with units that are not observed"
    hidden = round(min(_HIDDEN * scales.contrast**0.7, _MOST_HIDDEN) / 10) * 10
    return {
        "observation": (observation, f"{n} variables"),
        "latent_dim": (latent, why),
        "hidden_dim": (
            hidden,
            f"data change {scales.contrast:.2g} times as fast as a sine of their period",
        ),
    }
