"""Whole solves compiled from the fields that people write in torch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_native.backend import Native as Native

TAKENS_API = 2


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the backend of this package."""
    yield takens.plugin.ComponentSpec(
        kind="backend",
        name="native",
        target="takens_native.backend:Native",
        settings="takens_native.settings:NativeSettings",
        supports=("fixed", "adaptive", "gradient", "tangents", "maps"),
    )


@takens.plugin.hookimpl
def takens_commands() -> Iterator[takens.plugin.CommandSpec]:
    """Add the command for the compiled kernels on the disk."""
    yield takens.plugin.CommandSpec(
        name="cache",
        target="takens_native.cache_command:command",
        summary="Show, empty or limit the compiled kernels on the disk.",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
