"""Gaussian processes: regression with honest uncertainty, and dynamics from it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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

_HOME = {
    "Brownian": "brownian",
    "Calibration": "diagnostics",
    "Composable": "composition",
    "Constant": "linear",
    "Functions": "functions",
    "GaussianProcess": "gaussian_process",
    "GaussianProcessField": "field_model",
    "GaussianProcessMap": "map_model",
    "LeaveOneOut": "diagnostics",
    "Linear": "linear",
    "Matern12": "matern",
    "Matern32": "matern",
    "Matern52": "matern",
    "Periodic": "periodic",
    "Posterior": "posterior",
    "Prediction": "prediction",
    "Product": "composition",
    "RationalQuadratic": "rational_quadratic",
    "SquaredExponential": "squared_exponential",
    "Sum": "composition",
    "SupportsSpectrum": "spectrum",
    "White": "white",
    "calibration": "diagnostics",
    "draw": "draws",
    "kernel_from": "expression",
    "log_evidence": "evidence",
    "uncertain_run": "draws",
}

_BOOK = "Rasmussen and Williams (2006), Gaussian processes for machine learning"


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the kernels and models of this package."""
    yield from _kernels()
    kernel = takens.Parameter(
        "kernel", "squared_exponential", summary="names of kernels, joined by + and *"
    )
    sizes = (
        takens.Parameter("points", 500, summary="the most states that are learned from"),
        takens.Parameter(
            "inducing", 0, summary="inducing points, through which all states are; 0 for none"
        ),
    )
    obs_dim = takens.Parameter("obs_dim", types=(int,), summary="observed variables")
    seed = takens.Parameter("seed", 0, summary="of the starts of the search")
    yield takens.ComponentSpec(
        kind="model",
        name="gaussian_process_map",
        target="takens_gp.map_model:GaussianProcessMap",
        summary="Gaussian process of the step to the next sample; scheme closed_form.",
        parameters=(
            obs_dim,
            kernel,
            *sizes,
            takens.Parameter("smooth", True, summary="whether noise is taken out first"),
            seed,
        ),
        supports=("closed_form",),
        source="Girard, Rasmussen, Quinonero Candela, Murray-Smith (2002), NIPS, section 3",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="gaussian_process_field",
        target="takens_gp.field_model:GaussianProcessField",
        summary="Gaussian process of the velocity at each state; scheme closed_form.",
        parameters=(
            obs_dim,
            kernel,
            *sizes,
            takens.Parameter("integrator", "rk4", summary="one step a sampling interval"),
            seed,
        ),
        supports=("closed_form",),
        source="Heinonen and others (2018), ICML, section 3.2",
    )


def _kernels() -> Iterator[takens.ComponentSpec]:
    variance = takens.Parameter("variance", 1.0, unit="y^2", summary="at every point")
    lengthscale = takens.Parameter(
        "lengthscale",
        1.0,
        unit="x",
        types=(float, int, list),
        summary="distance over which values change, one or one for each dimension",
    )
    yield takens.ComponentSpec(
        kind="kernel",
        name="squared_exponential",
        target="takens_gp.squared_exponential:SquaredExponential",
        summary="Smooth functions with one lengthscale, or one for each dimension.",
        parameters=(variance, lengthscale),
        supports=("spectrum",),
        source=f"{_BOOK}, eq. 4.9",
    )
    for name, word in (
        ("12", "Rough, continuous functions"),
        ("32", "Functions with one derivative"),
        ("52", "Functions with two derivatives"),
    ):
        yield takens.ComponentSpec(
            kind="kernel",
            name=f"matern{name}",
            target=f"takens_gp.matern:Matern{name}",
            summary=f"{word} (Matern {name[0]}/2).",
            parameters=(variance, lengthscale),
            supports=("spectrum",),
            source=f"{_BOOK}, section 4.2.1",
        )
    yield takens.ComponentSpec(
        kind="kernel",
        name="rational_quadratic",
        target="takens_gp.rational_quadratic:RationalQuadratic",
        summary="Smooth functions with many lengthscales at once.",
        parameters=(
            variance,
            lengthscale,
            takens.Parameter("shape", 1.0, unit="1", summary="large for a single lengthscale"),
        ),
        supports=("spectrum",),
        source=f"{_BOOK}, eq. 4.19",
    )
    yield takens.ComponentSpec(
        kind="kernel",
        name="periodic",
        target="takens_gp.periodic:Periodic",
        summary="Functions that repeat themselves.",
        parameters=(
            variance,
            takens.Parameter("lengthscale", 1.0, unit="1", summary="small for wiggly periods"),
            takens.Parameter("period", 1.0, unit="x", summary="after which values return"),
        ),
        supports=("spectrum",),
        source="MacKay (1998), Introduction to Gaussian processes, eq. 47",
    )
    yield takens.ComponentSpec(
        kind="kernel",
        name="linear",
        target="takens_gp.linear:Linear",
        summary="Linear functions through the origin.",
        parameters=(
            takens.Parameter(
                "variance",
                1.0,
                unit="y^2 / x^2",
                types=(float, int, list),
                summary="of slopes, one or one for each dimension",
            ),
        ),
        source=f"{_BOOK}, eq. 2.15",
    )
    yield takens.ComponentSpec(
        kind="kernel",
        name="constant",
        target="takens_gp.linear:Constant",
        summary="Functions that are the same everywhere.",
        parameters=(variance,),
        supports=("spectrum",),
        source=f"{_BOOK}, table 4.1",
    )
    yield takens.ComponentSpec(
        kind="kernel",
        name="brownian",
        target="takens_gp.brownian:Brownian",
        summary="Brownian motion from 0, along one time.",
        parameters=(
            takens.Parameter("variance", 1.0, unit="y^2 / x", summary="gained per time"),
        ),
        source=f"{_BOOK}, section B.2.1",
    )
    yield takens.ComponentSpec(
        kind="kernel",
        name="white",
        target="takens_gp.white:White",
        summary="A value of its own at every point.",
        parameters=(variance,),
        source=f"{_BOOK}, section 4.2.3",
    )


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
