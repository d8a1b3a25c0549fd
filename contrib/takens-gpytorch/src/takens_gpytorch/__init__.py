"""Gaussian processes of takens, computed by GPyTorch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_gpytorch.cosine import Cosine as Cosine
    from takens_gpytorch.process import (
        GPyTorchPosterior as GPyTorchPosterior,
        GPyTorchProcess as GPyTorchProcess,
    )

TAKENS_API = 1


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the kernel of this package."""
    yield takens.plugin.ComponentSpec(
        kind="kernel",
        name="cosine",
        target="takens_gpytorch.cosine:Cosine",
        settings="takens_gpytorch.settings:CosineSettings",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
