"""What has other names now, by its old ones, which work until the next minor version."""

from __future__ import annotations

import enum
from typing import Any

from takens._backends.dispatch import dispatch
from takens._protocols import requests
from takens._protocols.backend import Unsupported
from takens._protocols.solution import Solution
from takens._protocols.step_control import StepControl as StepControl

Declined = Unsupported
Exponents = requests.TangentGrowth
FixedSolve = requests.FixedStepSolve
ForcedIterate = requests.ForcedIteration
Iterate = requests.MapIteration
Question = requests.SolveRequest
Stretched = requests.TangentGrowthResult
accelerated_adaptive = accelerated_exponents = accelerated_solve = dispatch


def Adapted(**fields: Any) -> Solution:  # noqa: N802 - it was a class
    """Return a solution as backends gave it before it held its times."""
    return Solution(ts=fields["x"].new_empty(0), **fields)


class Aspect(enum.StrEnum):
    """Aspects by name, equal to the words that findings have now."""

    STABILITY = enum.auto()
    GEOMETRY = enum.auto()
    SPECTRUM = enum.auto()
    EXPONENTS = enum.auto()
    PREDICTION = enum.auto()
