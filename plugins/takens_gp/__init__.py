"""Gaussian processes: regression with honest uncertainty, and dynamics from it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_gp.dynamics.field_model import GaussianProcessField as GaussianProcessField
    from takens_gp.dynamics.map_model import GaussianProcessMap as GaussianProcessMap
    from takens_gp.dynamics.sampled_dynamics import draw as draw, uncertain_run as uncertain_run
    from takens_gp.inference.diagnostics import (
        Calibration as Calibration,
        LeaveOneOut as LeaveOneOut,
        calibration as calibration,
    )
    from takens_gp.inference.evidence import log_evidence as log_evidence
    from takens_gp.inference.function_samples import Functions as Functions
    from takens_gp.inference.gaussian_process import GaussianProcess as GaussianProcess
    from takens_gp.inference.posterior import Posterior as Posterior
    from takens_gp.inference.prediction import Prediction as Prediction
    from takens_gp.kernel import Kernel as Kernel
    from takens_gp.kernels.brownian import Brownian as Brownian
    from takens_gp.kernels.composition import (
        Composable as Composable,
        Product as Product,
        Sum as Sum,
    )
    from takens_gp.kernels.expression import kernel_from as kernel_from
    from takens_gp.kernels.linear import Constant as Constant, Linear as Linear
    from takens_gp.kernels.matern import (
        Matern12 as Matern12,
        Matern32 as Matern32,
        Matern52 as Matern52,
    )
    from takens_gp.kernels.periodic import Periodic as Periodic
    from takens_gp.kernels.rational_quadratic import RationalQuadratic as RationalQuadratic
    from takens_gp.kernels.spectrum import SupportsSpectrum as SupportsSpectrum
    from takens_gp.kernels.squared_exponential import SquaredExponential as SquaredExponential
    from takens_gp.kernels.white import White as White

TAKENS_API = 2

_SPECTRUM: Final = ("spectrum",)
_KERNELS: Final = (
    ("squared_exponential", "kernels.squared_exponential:SquaredExponential", _SPECTRUM),
    ("matern12", "kernels.matern:Matern12", _SPECTRUM),
    ("matern32", "kernels.matern:Matern32", _SPECTRUM),
    ("matern52", "kernels.matern:Matern52", _SPECTRUM),
    ("rational_quadratic", "kernels.rational_quadratic:RationalQuadratic", _SPECTRUM),
    ("periodic", "kernels.periodic:Periodic", _SPECTRUM),
    ("linear", "kernels.linear:Linear", ()),
    ("constant", "kernels.linear:Constant", _SPECTRUM),
    ("brownian", "kernels.brownian:Brownian", ()),
    ("white", "kernels.white:White", ()),
)
_MODELS: Final = (
    ("gaussian_process_map", "dynamics.map_model:GaussianProcessMap", ("closed_form",)),
    ("gaussian_process_field", "dynamics.field_model:GaussianProcessField", ("closed_form",)),
)

_PLOTS: Final = {
    "gaussian_process": "A posterior: mean, bands, samples and data.",
    "evidence": "The evidence over two hyperparameters.",
}


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
    """Offer the kernels, models and plots of this package."""
    for name, summary in _PLOTS.items():
        yield takens.plugin.ComponentSpec(
            kind="plot", name=name, target=f"takens_gp.plots:{name}", summary=summary
        )
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
