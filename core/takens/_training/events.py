"""What the lifecycle hooks are told of a training.

``fit_id`` is the same in all events of one ``fit`` and differs from fit to fit; ``run_id`` is
that of the run which the training is part of, and empty where it is part of none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, final

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
    fit_id: str = ""
    run_id: str = ""


@final
@attrs.frozen(eq=False)
class StepLogged:
    """A line of the history: ``step``, ``loss``, ``gradient_norm``, ``learning_rate``, ...

    ``model`` is the first one as it is now, in the units of its data.
    """

    record: Mapping[str, float]
    fit_id: str = ""
    run_id: str = ""
    model: Model | None = None


# Called with each line of the history; a text in answer is a reason to end.
Callback: TypeAlias = Callable[[StepLogged], object]


@final
@attrs.frozen(eq=False)
class FitFinished:
    """Training ended after ``steps`` updates; ``reason`` says why where it ended early.

    ``failed`` says whether it broke down; else a plugin asked for the end.
    """

    model: Model
    steps: int
    seconds: float
    reason: str = ""
    failed: bool = False
    fit_id: str = ""
    run_id: str = ""
