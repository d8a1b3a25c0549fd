"""Gaussian processes of takens, computed by GPyTorch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

import takens

if TYPE_CHECKING:
    from takens_gpytorch.cosine import Cosine as Cosine
    from takens_gpytorch.process import (
        GPyTorchPosterior as GPyTorchPosterior,
        GPyTorchProcess as GPyTorchProcess,
    )

TAKENS_API = 1


@attrs.frozen
class CosineSettings:
    """Sinusoids of one period."""

    variance: float = takens.plugin.parameter(
        1.0, unit="y^2", summary="at every point", above=0
    )
    period: float = takens.plugin.parameter(
        1.0, unit="x", summary="after which values return", above=0
    )


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the kernel of this package."""
    yield takens.plugin.ComponentSpec(
        kind="kernel",
        name="cosine",
        target="takens_gpytorch.cosine:Cosine",
        settings=CosineSettings,
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
