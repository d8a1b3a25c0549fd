"""What the lifecycle hooks are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import attrs

from takens._protocols.device import Placement
from takens._protocols.model import Model
from takens._training.settings import Training


@final
@attrs.frozen(eq=False)
class FitStarted:
    """Training begins; ``first_step`` is above 0 after a resume."""

    model: Model
    scheme: Any
    training: Training
    placement: Placement
    seed: int
    first_step: int


@final
@attrs.frozen(eq=False)
class StepLogged:
    """A line of the history: ``step``, ``loss``, ``gradient_norm``, ``learning_rate``, ..."""

    record: Mapping[str, float]


@final
@attrs.frozen(eq=False)
class FitFinished:
    """Training ended after ``steps`` updates; ``reason`` says why where it stopped early."""

    model: Model
    steps: int
    seconds: float
    reason: str = ""
