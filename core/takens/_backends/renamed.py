"""Old names of requests and answers, which work until the next minor version."""

from __future__ import annotations

from typing import Any

from takens._backends.dispatch import dispatch
from takens._protocols.backend import Unsupported as Declined
from takens._protocols.requests import (
    FixedStepSolve as FixedSolve,
    ForcedIteration as ForcedIterate,
    MapIteration as Iterate,
    SolveRequest as Question,
    TangentGrowth as Exponents,
    TangentGrowthResult as Stretched,
)
from takens._protocols.solution import Solution
from takens._protocols.step_control import StepControl

__all__ = [
    "Adapted", "Declined", "Exponents", "FixedSolve", "ForcedIterate", "Iterate", "Question",
    "StepControl", "Stretched", "accelerated_adaptive", "accelerated_exponents",
    "accelerated_solve",
]  # fmt: skip

accelerated_adaptive = accelerated_exponents = accelerated_solve = dispatch


def Adapted(**fields: Any) -> Solution:  # noqa: N802 - it was a class
    """Return a solution as backends gave it before it held its times."""
    return Solution(ts=fields["x"].new_empty(0), **fields)
