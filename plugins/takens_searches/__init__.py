"""Searches among candidates."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_searches.halving import Halving as Halving

TAKENS_API = 2


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the searches of this package."""
    yield takens.plugin.ComponentSpec(
        kind="search",
        name="halving",
        target="takens_searches.halving:Halving",
        settings="takens_searches.settings:HalvingSettings",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
