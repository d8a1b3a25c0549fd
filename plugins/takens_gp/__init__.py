"""Gaussian processes: regression with honest uncertainty, and dynamics from it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_gp.brownian import Brownian as Brownian
    from takens_gp.composition import (
        Composable as Composable,
        Product as Product,
        Sum as Sum,
    )
    from takens_gp.diagnostics import (
        Calibration as Calibration,
        LeaveOneOut as LeaveOneOut,
        calibration as calibration,
    )
    from takens_gp.draws import draw as draw, uncertain_run as uncertain_run
    from takens_gp.evidence import log_evidence as log_evidence
    from takens_gp.expression import kernel_from as kernel_from
    from takens_gp.field_model import GaussianProcessField as GaussianProcessField
    from takens_gp.functions import Functions as Functions
    from takens_gp.gaussian_process import GaussianProcess as GaussianProcess
    from takens_gp.kernel import Kernel as Kernel
    from takens_gp.linear import Constant as Constant, Linear as Linear
    from takens_gp.map_model import GaussianProcessMap as GaussianProcessMap
    from takens_gp.matern import (
        Matern12 as Matern12,
        Matern32 as Matern32,
        Matern52 as Matern52,
    )
    from takens_gp.periodic import Periodic as Periodic
    from takens_gp.posterior import Posterior as Posterior
    from takens_gp.prediction import Prediction as Prediction
    from takens_gp.rational_quadratic import RationalQuadratic as RationalQuadratic
    from takens_gp.spectrum import SupportsSpectrum as SupportsSpectrum
    from takens_gp.squared_exponential import SquaredExponential as SquaredExponential
    from takens_gp.white import White as White

TAKENS_API = 2

_SPECTRUM: Final = ("spectrum",)
_KERNELS: Final = (
    ("squared_exponential", "squared_exponential:SquaredExponential", _SPECTRUM),
    ("matern12", "matern:Matern12", _SPECTRUM),
    ("matern32", "matern:Matern32", _SPECTRUM),
    ("matern52", "matern:Matern52", _SPECTRUM),
    ("rational_quadratic", "rational_quadratic:RationalQuadratic", _SPECTRUM),
    ("periodic", "periodic:Periodic", _SPECTRUM),
    ("linear", "linear:Linear", ()),
    ("constant", "linear:Constant", _SPECTRUM),
    ("brownian", "brownian:Brownian", ()),
    ("white", "white:White", ()),
)
_MODELS: Final = (
    ("gaussian_process_map", "map_model:GaussianProcessMap", ("closed_form",)),
    ("gaussian_process_field", "field_model:GaussianProcessField", ("closed_form",)),
)


@takens.plugin.hookimpl
def takens_kinds() -> Iterator[takens.plugin.KindSpec]:
    """Bring kernels."""
    yield takens.plugin.KindSpec(
        name="kernel",
        protocol="takens_gp.kernel:Kernel",
        checks="takens_gp.checks:CHECKS",
        summary="The covariance of a Gaussian process.",
    )


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the kernels and models of this package."""
    for kind, offered in (("kernel", _KERNELS), ("model", _MODELS)):
        for name, place, supports in offered:
            yield takens.plugin.ComponentSpec(
                kind=kind,
                name=name,
                target=f"takens_gp.{place}",
                settings=f"takens_gp.settings:{place.partition(':')[2]}Settings",
                supports=supports,
            )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
