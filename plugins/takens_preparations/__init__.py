"""Preparations of data, each with its way back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_preparations.decimate import Decimate as Decimate
    from takens_preparations.delays import Delays as Delays
    from takens_preparations.detrend import Detrend as Detrend
    from takens_preparations.difference import Difference as Difference
    from takens_preparations.fill_gaps import FillGaps as FillGaps
    from takens_preparations.low_pass import LowPass as LowPass
    from takens_preparations.mask_outliers import MaskOutliers as MaskOutliers
    from takens_preparations.principal_components import (
        PrincipalComponents as PrincipalComponents,
    )
    from takens_preparations.resample import Resample as Resample
    from takens_preparations.standardise import Standardise as Standardise
    from takens_preparations.transform import Transform as Transform

TAKENS_API = 2

_PREPARATIONS: Final[dict[str, dict[str, Any]]] = {
    "standardise:Standardise": {},
    "detrend:Detrend": {},
    "difference:Difference": {},
    "transform:Transform": {"offset": 10.0},
    "resample:Resample": {},
    "low_pass:LowPass": {"cutoff": 1.0},
    "decimate:Decimate": {},
    "fill_gaps:FillGaps": {},
    "mask_outliers:MaskOutliers": {},
    "principal_components:PrincipalComponents": {},
    "delays:Delays": {"delay": 2, "dimension": 2},
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the preparations of this package."""
    for place, example in _PREPARATIONS.items():
        name, _, preparation = place.partition(":")
        yield takens.plugin.ComponentSpec(
            kind="preparation",
            name=name,
            target=f"takens_preparations.{place}",
            settings=f"takens_preparations.settings:{preparation}Settings",
            example=example,
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
