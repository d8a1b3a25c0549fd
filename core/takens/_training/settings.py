"""Settings of the training loop."""

from __future__ import annotations

from typing import TypedDict, final

import attrs

from takens._validators import above_zero, at_least, one_of


@final
@attrs.frozen(kw_only=True)
class Training:
    """How ``fit`` goes about it.

    ``steps`` updates, each on ``batch`` windows of ``window`` samples, drawn uniformly with
    replacement. The learning rate goes from ``learning_rate`` to ``final_learning_rate`` by
    ``schedule``; gradients longer than ``gradient_clip`` (Euclidean norm over all
    parameters; 0 for never) are shortened to it.

    Raises: InputError where a number makes no sense.
    """

    steps: int = attrs.field(default=4000, validator=at_least("training", 1))
    batch: int = attrs.field(
        default=16, validator=at_least("training", 1), metadata={"unit": "windows"}
    )
    window: int = attrs.field(
        default=100, validator=at_least("training", 2), metadata={"unit": "samples"}
    )
    optimiser: str = attrs.field(default="radam", validator=one_of("training", "adam", "radam"))
    learning_rate: float = attrs.field(default=2e-2, validator=above_zero("training"))
    final_learning_rate: float = attrs.field(default=1e-5, validator=above_zero("training"))
    schedule: str = attrs.field(
        default="cosine",
        validator=one_of("training", "constant", "cosine", "exponential"),
    )
    gradient_clip: float = attrs.field(default=10.0, validator=at_least("training", 0))
    log_every: int = attrs.field(
        default=20, validator=at_least("training", 1), metadata={"unit": "steps"}
    )
    checkpoint_every: int = attrs.field(
        default=500, validator=at_least("training", 1), metadata={"unit": "steps"}
    )


class TrainingOptions(TypedDict, total=False):
    """The fields of ``Training``, as keyword arguments of ``fit``."""

    steps: int
    batch: int
    window: int
    optimiser: str
    learning_rate: float
    final_learning_rate: float
    schedule: str
    gradient_clip: float
    log_every: int
    checkpoint_every: int
