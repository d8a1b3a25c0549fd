"""What every recipe keeps to."""

from __future__ import annotations

import functools

from takens._examining.examination import Examination
from takens._examining.examine import examine
from takens._protocols.backend import Unsupported
from takens._protocols.recipe import Proposal, Recipe
from takens._run.reading import structure
from takens._run.resolution import resolve
from takens.testing.asking import require, require_instance
from takens.testing.check import Checks
from takens.testing.samples import record

CHECKS = Checks(Recipe)


@functools.cache
def _seen() -> Examination:
    return examine(record(), surrogates=0)


@CHECKS.add
def check_recipe_protocol(recipe: Recipe) -> None:
    """Check that ``propose`` is there."""
    require_instance(recipe, Recipe)


@CHECKS.add
def check_recipe_proposal(recipe: Recipe) -> None:
    """Check that settings make a configuration, and that it gives a reason either way."""
    found = recipe.propose(_seen())
    require_instance(found, (Proposal, Unsupported), "a Proposal or an Unsupported")
    require(bool(found.reason.strip()), "It gives no reason.")
    again = recipe.propose(_seen())
    require(found == again, "It proposes something else when it is asked again.")
    if isinstance(found, Proposal):
        resolve(structure({"data": {"file": "data.csv", "dt": 1.0}, **found.settings}, "it"))
