"""Sparse identification of equations by PySINDy, as models of takens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    from takens_sindy.recipe import SparseEquations as SparseEquations
    from takens_sindy.terms import Equations as Equations, Term as Term

TAKENS_API = 1


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the models, the figure and the recipe of this package."""
    for name, place, derivative in (
        ("sindy", "field_model:SparseField", "jacobian"),
        ("sindy_map", "map_model:SparseMap", "tangent"),
    ):
        yield takens.plugin.ComponentSpec(
            kind="model",
            name=name,
            target=f"takens_sindy.{place}",
            settings=f"takens_sindy.settings:{place.partition(':')[2]}Settings",
            supports=("closed_form", "forcing_signal", derivative, "adopt_units"),
            example={"resamples": 2},
        )
    yield takens.plugin.ComponentSpec(
        kind="figure",
        name="equations",
        target="takens_sindy.equations_figure:EquationsFigure",
        summary="The equations that were found, with the errors of their coefficients.",
    )
    yield takens.plugin.ComponentSpec(
        kind="recipe",
        name="sparse_equations",
        target="takens_sindy.recipe:SparseEquations",
        settings="takens_sindy.settings:SparseEquationsSettings",
    )


@takens.plugin.hookimpl
def takens_commands() -> Iterator[takens.plugin.CommandSpec]:
    """Add the command that prints equations."""
    yield takens.plugin.CommandSpec(
        name="equations",
        target="takens_sindy.command:equations",
        summary="Print the equations of a run, or find those of a data file.",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
