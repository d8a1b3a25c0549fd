"""The members of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from takens._plugins.catalogue import catalogue
from takens._plugins.registry import models
from takens._protocols.model import Model
from takens.errors import InputError


def members_of(model: Model | Sequence[Model], count: int) -> tuple[Model, ...]:
    """Return the models that are trained: those given, or ``count`` that differ by their seed.

    The first is the model itself; the others start from its ``seed`` plus 1, 2, ...

    Raises: InputError where others cannot be made.
    """
    if not isinstance(model, Model):
        if count not in (1, len(model)) or not model:
            raise InputError(
                f"fit was given {len(model)} models and members = {count}; leave out members."
            )
        return tuple(model)
    if count == 1:
        return (model,)
    name = catalogue().qualified_name("model", type(model))
    settings = attrs.asdict(model.config)
    if name is None or "seed" not in settings:
        raise InputError(
            f"{type(model).__name__} cannot be made again with another seed, since "
            + ("no plugin offers it" if name is None else "its settings have no seed")
            + f"; give fit a list of {count} models."
        )
    others = (
        models.create(name, **(settings | {"seed": settings["seed"] + i}))
        for i in range(1, count)
    )
    return (model, *others)
