"""An example of a plugin for takens: one system and one metric."""

from collections.abc import Iterator

import attrs

import takens

TAKENS_API = 1


@attrs.frozen
class ThomasSettings:
    """A cyclically symmetric attractor in a lattice of wells.

    Source: Thomas (1999), Int. J. Bifurcation Chaos 9, 1889-1905, eq. 1.
    """

    damping: float = takens.plugin.parameter(0.18, unit="1 / time unit", summary="friction")


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the components of this package, importing none of them."""
    yield takens.plugin.ComponentSpec(
        kind="system",
        name="thomas",
        target="takens_example.thomas:Thomas",
        settings=ThomasSettings,
        supports=("jacobian",),
    )
    yield takens.plugin.ComponentSpec(
        kind="metric",
        name="mean_distance",
        target="takens_example.mean_distance:MeanDistance",
        summary="How far the mean of a free run is from that of the truth.",
    )
