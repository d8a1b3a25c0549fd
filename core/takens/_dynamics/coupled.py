"""Maps whose rows act on one another, noticed where each row is a run of its own."""

from __future__ import annotations

import weakref
from typing import Any, ClassVar, Final

import torch
from torch import Tensor

from takens._backends.rows import coupled_dims
from takens._protocols.dynamics import Map
from takens.errors import InputError

# Of the largest number that a step gives, by which rounding in adaptive solves may move others.
_ROUNDING: Final = 1e-7


def refuse_coupled(step: Map, x: Tensor) -> None:
    """Refuse a map that has rows of `x: (runs, d)` act on one another.

    Symbols and what is being compiled are not looked at.

    Raises: InputError.
    """
    if are_coupled(step, step, x):
        about = getattr(step, "field", step)
        name = getattr(about, "__name__", type(about).__name__)
        raise InputError(
            f"Rows of the state of {name} act on one another, and each is a run of its own "
            "here. Make all rows one state, as takens.joined(field, (particles, 2)); a model "
            "with batch statistics has none after model.eval()."
        )


def are_coupled(owner: object, step: Map, x: Tensor) -> bool:
    """Whether a map has rows of `x: (..., d)` act on one another, looked at once an owner."""
    plain = type(x) in (Tensor, torch.nn.Parameter) and not torch.compiler.is_compiling()
    return plain and x.shape[:-1].numel() > 1 and _Known.look(owner, step, x)


class _Known:
    """What was found out of owners, in training and not, while they live."""

    owners: ClassVar[dict[int, tuple[Any, dict[tuple[bool, int], bool]]]] = {}

    @classmethod
    def look(cls, owner: object, step: Map, x: Tensor) -> bool:
        number = id(owner)
        reference, found = cls.owners.get(number, (None, {}))
        if reference is None or reference() is not owner:
            found = {}
            try:
                reference = weakref.ref(owner, lambda _: cls.owners.pop(number, None))
            except TypeError:
                reference = _Always(owner)
            cls.owners[number] = (reference, found)
        key = (getattr(owner, "training", False), x.ndim)
        if key not in found:
            found[key] = coupled_dims(step, x, within=_ROUNDING) > 0
        return found[key]


class _Always:
    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __call__(self) -> object:
        return self.thing
