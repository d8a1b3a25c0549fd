"""Sparse identification of equations by PySINDy, as models of takens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import takens

if TYPE_CHECKING:
    from takens_sindy.candidates import Candidates as Candidates
    from takens_sindy.field_model import SparseField as SparseField
    from takens_sindy.identification import (
        Identified as Identified,
        equations as equations,
        identify as identify,
    )
    from takens_sindy.map_model import SparseMap as SparseMap
    from takens_sindy.terms import Equations as Equations, Term as Term

TAKENS_API = 1

_HOME = {
    "Candidates": "candidates",
    "Equations": "terms",
    "Identified": "identification",
    "SparseField": "field_model",
    "SparseMap": "map_model",
    "Term": "terms",
    "equations": "identification",
    "identify": "identification",
}

_SOURCE = "Brunton, Proctor and Kutz (2016), PNAS 113, 3932-3937"


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the models and the figure of this package."""
    obs_dim = takens.Parameter("obs_dim", types=(int,), summary="observed variables")
    choice = (
        takens.Parameter("degree", 2, summary="of the monomials among the candidates"),
        takens.Parameter("frequencies", 0, summary="sines and cosines of 1 to so many times x"),
        takens.Parameter(
            "optimiser", "ssr", choices=("ssr", "stlsq", "sr3"), summary="which chooses terms"
        ),
        takens.Parameter(
            "threshold",
            0.02,
            types=(float, int),
            summary="share of a velocity below which a term is dropped",
        ),
        takens.Parameter(
            "normalise", True, summary="or else the threshold is one of coefficients"
        ),
        takens.Parameter(
            "ridge", 1e-9, types=(float, int), summary="regularisation while terms are chosen"
        ),
        takens.Parameter("resamples", 20, summary="of the data, for errors; 0 for none"),
    )
    seed = takens.Parameter("seed", 0, summary="of the resamples")
    yield takens.ComponentSpec(
        kind="model",
        name="sindy",
        target="takens_sindy.field_model:SparseField",
        summary="Differential equations of few terms; scheme closed_form.",
        parameters=(
            obs_dim,
            *choice,
            takens.Parameter(
                "differentiation",
                "weak",
                choices=("weak", "finite_difference", "smoothed"),
                summary="how velocities are found",
            ),
            takens.Parameter(
                "window",
                0.0,
                types=(float, int),
                unit="time unit",
                summary="of smoothing and of test functions; 0 to go by the data",
            ),
            takens.Parameter("integrator", "rk4", summary="one step a sampling interval"),
            seed,
        ),
        supports=("closed_form", "forcing_signal", "jacobian", "units"),
        source=_SOURCE,
        example={"resamples": 2},
    )
    yield takens.ComponentSpec(
        kind="model",
        name="sindy_map",
        target="takens_sindy.map_model:SparseMap",
        summary="A map of few terms; scheme closed_form.",
        parameters=(obs_dim, *choice, seed),
        supports=("closed_form", "forcing_signal", "tangent", "units"),
        source=_SOURCE,
        example={"resamples": 2},
    )
    yield takens.ComponentSpec(
        kind="figure",
        name="equations",
        target="takens_sindy.equations_figure:EquationsFigure",
        summary="The equations that were found, with the errors of their coefficients.",
    )


@takens.hookimpl
def takens_commands() -> Iterator[takens.CommandSpec]:
    """Add the command that prints equations."""
    yield takens.CommandSpec(
        name="equations",
        target="takens_sindy.command:equations",
        summary="Print the equations of a run, or find those of a data file.",
    )


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
