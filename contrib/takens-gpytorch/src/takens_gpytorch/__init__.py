"""Gaussian processes of takens, computed by GPyTorch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import takens

if TYPE_CHECKING:
    from takens_gpytorch.cosine import Cosine as Cosine
    from takens_gpytorch.process import (
        GPyTorchPosterior as GPyTorchPosterior,
        GPyTorchProcess as GPyTorchProcess,
    )

TAKENS_API = 1


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the kernel of this package."""
    yield takens.ComponentSpec(
        kind="kernel",
        name="cosine",
        target="takens_gpytorch.cosine:Cosine",
        summary="Sinusoids of one period.",
        parameters=(
            takens.Parameter("variance", 1.0, unit="y^2", summary="at every point"),
            takens.Parameter("period", 1.0, unit="x", summary="after which values return"),
        ),
    )


def __getattr__(name: str) -> Any:
    if name == "Cosine":
        from takens_gpytorch.cosine import Cosine

        return Cosine
    if name in ("GPyTorchPosterior", "GPyTorchProcess"):
        from takens_gpytorch import process

        return getattr(process, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
