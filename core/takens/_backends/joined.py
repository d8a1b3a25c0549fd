"""Fields whose rows act on one another, with all rows as one state."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast, final

import attrs
import torch
from torch import Tensor

from takens._protocols.dynamics import SupportsKinks, Time, VectorField
from takens._protocols.system import Facts
from takens.errors import InputError


@final
@attrs.frozen(eq=False)
class Joined:
    """A field of particles, pixels or nodes, the numbers of which are one state `(..., d)`.

    The field sees them in its own ``shape``, and `d` is the product of that.
    """

    field: VectorField
    shape: tuple[int, ...]
    start: tuple[float, ...] = ()

    time = Time.CONTINUOUS

    @property
    def dim(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., d)`."""
        velocity = self.field(t, x.reshape(*x.shape[:-1], *self.shape))
        return velocity.reshape(x.shape)

    def initial(self) -> tuple[float, ...]:
        """Return where the field begins.

        Raises: InputError where nobody said where that is.
        """
        if self.start:
            return self.start
        raise InputError(
            "The field does not say where it begins: takens.joined(field, shape, "
            "initial=torch.zeros(shape))."
        )

    def facts(self) -> Facts:
        """Return nothing: facts about a field of one row are not facts about all."""
        return Facts()

    def kinks(self) -> Tensor:
        """Return the times at which the field jumps, `(k,)`."""
        return self.field.kinks() if isinstance(self.field, SupportsKinks) else torch.empty(0)


def joined(
    field: VectorField, shape: Sequence[int], *, initial: Tensor | Sequence[float] = ()
) -> Joined:
    """Make the rows of a field that act on one another one state of a system.

    ``shape`` is that of one sample as the field sees it, as `(particles, 2)` or
    `(channels, height, width)`, and ``initial`` a state of it in the same shape or in a row.

    Raises: InputError where the shape is none, or the start has another number of entries.
    """
    sizes = tuple(int(size) for size in shape)
    flat = torch.as_tensor(initial, dtype=torch.float64).flatten()
    start = cast(list[float], flat.tolist())  # pyright: ignore[reportUnknownMemberType]
    if not sizes or min(sizes) < 1:
        raise InputError(f"A shape has one or more sizes above 0; got {tuple(shape)}.")
    if start and len(start) != math.prod(sizes):
        raise InputError(
            f"A start of shape {sizes} has {math.prod(sizes)} numbers; got {len(start)}."
        )
    return Joined(field, sizes, tuple(start))
