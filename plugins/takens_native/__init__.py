"""Whole solves compiled from the fields that people write in torch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
        summary="Traces a field and compiles the whole solve by the system's C compiler.",
        parameters=(
            takens.plugin.Parameter(
                "preference", 100, summary="those with more are asked first"
            ),
        ),
        supports=("fixed", "adaptive", "gradient", "tangents", "maps"),
    )


def __getattr__(name: str) -> Any:
    if name == "Native":
        from takens_native.backend import Native

        return Native
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
