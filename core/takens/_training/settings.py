"""Settings of the training loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, cast, final

import attrs

from takens._defaults import CHECK_METRIC, OPTIMISER, SCHEDULE
from takens._plugins.choice import Choice, Component, chosen
from takens._plugins.parameter import parameter
from takens.errors import InputError

# One number for all members of an ensemble, or one for each.
# Of windows, samples or runs: no machine holds more.
MOST: Final = 1_000_000_000
PerMember: TypeAlias = float | tuple[float, ...] | Literal["auto"]
# A number of samples, or what follows from the data.
Samples: TypeAlias = int | Literal["auto"]
# How much a recording counts: by its length, all alike, or by a table of names.
Balance: TypeAlias = str | dict[str, float]


def _per_member(value: Any) -> Any:
    return tuple(cast(Sequence[Any], value)) if isinstance(value, list) else value


def _component(kind: str, default: str) -> Any:
    return attrs.field(default=default, converter=chosen, metadata={"kind": kind})


@final
@attrs.frozen(kw_only=True)
class Training:
    """How ``fit`` goes about it.

    ``steps`` updates, each on ``batch`` windows of ``window`` samples, drawn uniformly with
    replacement. The ``optimiser`` and the ``schedule``, by which the learning rate goes from
    ``learning_rate`` to ``final_learning_rate``, are components: names, tables with a name, or
    made already. Gradients longer than ``gradient_clip`` (Euclidean norm over all
    parameters; 0 for never) are shortened to it. With ``"auto"`` the window follows from the
    time scales of the data, and the learning rate is found by short trainings.

    With ``epochs`` above 0 there are so many passes through all windows, each in an order of
    its own, and ``steps`` is as many updates as these take. The data are standardised first, or
    with ``standardise = false`` taken in their own units, in which losses are then given.

    ``members`` models are trained at once, which differ by the seeds of their weights and
    windows, and by their learning rates where a list of those is given; with ``bootstrap``
    each sees a sample of the data of its own. Every ``check_every`` updates (0 for never) the
    models run freely on the training data; ``keep`` says whether the best of those weights are
    kept, by ``check_metric`` (a component: the lower, the better), or the last.

    Windows are drawn from all recordings: by ``balance = "length"`` each window alike, by
    ``"equal"`` each recording alike, and by a table of recordings or groups and their weights
    as that says: a recording counts for its own, else for its group's, else for 1.

    A member whose loss is no longer finite goes back to weights of some updates before, at half
    its learning rate, ``step_backs`` times at most; then it stops.

    Where free runs on the training data get better, training goes on for another round of
    ``steps`` updates, from half the learning rate of the round before, up to ``rounds`` of
    them. It ends after ``time_limit`` seconds in any case; 0 is no limit.

    Raises: InputError where a number makes no sense.
    """

    steps: int = parameter(5000, at_least=1)
    batch: int = parameter(16, unit="windows", at_least=1, at_most=MOST)
    window: Samples = parameter(75, unit="samples", at_least=2)
    optimiser: Choice = _component("optimiser", OPTIMISER)
    learning_rate: PerMember = parameter(2e-2, converter=_per_member, above=0, finite=True)
    final_learning_rate: float = parameter(1e-5, above=0, finite=True)
    schedule: Choice = _component("schedule", SCHEDULE)
    gradient_clip: float = parameter(10.0, at_least=0, finite=False)
    rounds: int = parameter(1, at_least=1, at_most=1_000)
    time_limit: float = parameter(0.0, unit="seconds", at_least=0, finite=False)
    step_backs: int = parameter(10, at_least=0, at_most=60)
    log_every: int = parameter(20, unit="steps", at_least=1)
    checkpoint_every: int = parameter(500, unit="steps", at_least=1)
    members: int = parameter(1, at_least=1, at_most=10_000)
    bootstrap: bool = False
    check_every: int = parameter(500, unit="steps", at_least=0)
    check_metric: Choice = _component("metric", CHECK_METRIC)
    keep: str = parameter("best", choices=("best", "last"))
    balance: Balance = "length"
    epochs: int = parameter(
        0, summary="passes through all windows, in place of steps", at_least=0, at_most=MOST
    )
    standardise: bool = True
    toml_table = "training"

    def __attrs_post_init__(self) -> None:
        rates = self.learning_rate
        if isinstance(rates, tuple) and len(rates) != self.members:
            raise InputError(
                f"training.learning_rate lists {len(rates)} rates for {self.members} members; "
                "give one for each, or one number for all."
            )
        if self.epochs and (self.bootstrap or self.balance != "length"):
            other = "bootstrap" if self.bootstrap else "balance"
            raise InputError(
                f"training.epochs takes every window once, and training.{other} some "
                f"more often; give steps in place of epochs, or leave out {other}."
            )
        known = self.balance if isinstance(self.balance, dict) else {}
        if isinstance(self.balance, str) and self.balance not in ("length", "equal"):
            raise InputError(
                "training.balance is 'length', 'equal' or a table of weights by recording or "
                f"group; got {self.balance!r}."
            )
        for name, weight in known.items():
            if not 0 <= weight < math.inf:
                raise InputError(
                    f"training.balance: a weight is a number from 0; {name!r} has {weight!r}."
                )

    def first_rate(self, member: int) -> float:
        """Return the learning rate that a member starts with."""
        rates = self.learning_rate
        if isinstance(rates, str):
            raise InputError(
                'training.learning_rate = "auto" is found by fit; give a number elsewhere.'
            )
        return rates[member] if isinstance(rates, tuple) else rates

    @property
    def most_updates(self) -> int:
        """The number of updates of all rounds."""
        return self.steps * self.rounds

    @property
    def window_length(self) -> int:
        """The number of samples of a window.

        Raises: InputError where it is still to follow from data.
        """
        if isinstance(self.window, str):
            raise InputError(
                'training.window = "auto" follows from the data that fit is given; give a '
                "number elsewhere."
            )
        return self.window


# The kinds of the fields that name components.
KINDS: Final[Mapping[str, str]] = {
    field.name: field.metadata["kind"]
    for field in attrs.fields(Training)
    if "kind" in field.metadata
}

# What a training may go on with otherwise than it began; the rest decides what it is.
CHANGEABLE: Final = frozenset(
    (
        "steps",
        "epochs",
        "learning_rate",
        "final_learning_rate",
        "schedule",
        "gradient_clip",
        "rounds",
        "step_backs",
        "time_limit",
        "log_every",
        "checkpoint_every",
        "check_every",
        "keep",
    )
)


def changed_for_good(before: Training, now: Training) -> str:
    """Say which setting a training cannot go on with, was and is what; empty for none."""
    for field in attrs.fields(Training):
        old, new = getattr(before, field.name), getattr(now, field.name)
        # One rate for all members is one group of the optimiser, a list of rates several.
        regrouped = field.name == "learning_rate" and isinstance(old, tuple) != isinstance(
            new, tuple
        )
        if old != new and (field.name not in CHANGEABLE or regrouped):
            return f"training.{field.name} was {_shown(old)} and is {_shown(new)}"
    return ""


def _shown(value: Any) -> str:
    return repr(value.name) if isinstance(value, Component) else repr(value)
