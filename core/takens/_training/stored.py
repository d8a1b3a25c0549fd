"""What the stored state of a training has to be, for another one to go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch

from takens._training.settings import CHANGEABLE
from takens.errors import CheckpointError


def refuse_groups(ours: Sequence[Any], stored: Sequence[Any]) -> None:
    """Refuse groups of other weights, and settings of another type than ours."""
    for group, other in zip(ours, stored, strict=True):
        for key, value in group.items():
            kind: type[Any] = value.__class__
            kinds = (int, float) if kind in (int, float) else (kind,)
            if key == "params" and other[key] != value:
                raise ValueError("its optimiser is of other weights")
            if value is not None and type(other[key]) not in kinds:
                raise TypeError(f"{key} of its optimiser is {other[key]!r}")


def refuse_moments(optimiser: torch.optim.Optimizer) -> None:
    """Refuse moments that are not numbers, or do not belong to their weights."""
    for weights, moments in optimiser.state.items():
        for name, value in cast(Mapping[str, Any], moments).items():
            if not isinstance(value, (torch.Tensor, int, float, list, type(None))):
                raise TypeError(f"{name} of its optimiser is a {type(value).__name__}")
            if not isinstance(value, torch.Tensor):
                continue
            try:
                # Some keep a row and a column of what others keep whole.
                both = cast(Any, torch).broadcast_shapes(value.shape, weights.shape)
                fits = bool(both == weights.shape)
            except RuntimeError:
                fits = False
            if bool(value.isnan().any()) or not fits:
                raise ValueError(f"{name} of its optimiser does not fit its weights")


def refuse_others(
    path: Path,
    content: Mapping[str, Any],
    identity: Mapping[str, Any],
    name: str,
    settings: Mapping[str, Any],
) -> None:
    known = content["training"]["identity"]
    for key, value in identity.items():
        # What an earlier version had no setting for is as it was.
        stored = known.get(key, value)
        if key.removeprefix("training.") in CHANGEABLE:
            regrouped = isinstance(stored, tuple) != isinstance(value, tuple)
            if not (regrouped and key == "training.learning_rate"):
                continue
        if stored != value:
            shown = "differ" if key == "data" else f"was {stored!r} and is {value!r}"
            raise CheckpointError(
                f"{path} belongs to another training: {key} {shown}. Restore the old settings, "
                "or start again with --overwrite."
            )
    if content["name"] != name:
        raise CheckpointError(
            f"{path} holds a {content['name']} and this is a {name}; restore "
            "the old settings, or start again with --overwrite."
        )
    # What an earlier version had no setting for is as it was.
    if {**settings, **content["parameters"]} != settings:
        raise CheckpointError(
            f"{path} holds a model with {content['parameters']}, and this one has "
            f"{settings}. Restore the old settings, or start again with --overwrite."
        )
