"""Named columns, as they were found in a file or a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

import attrs
from numpy.typing import NDArray

from takens._data.provenance import Provenance


def _position(i: int) -> str:
    return f"index {i}"


@final
@attrs.frozen(eq=False, kw_only=True)
class Table:
    """Columns of one length, which are loaded when it is known which of them are wanted.

    ``load(numbers, others, gaps)`` gives arrays `(T,)`, or `(trajectories, T)`, by name:
    ``numbers`` in double precision, NaN where nothing was measured; ``others`` (times, labels)
    numbers, dates (``datetime64``) or texts; ``gaps`` are texts that stand for what is
    missing. It raises DataError where a number is something else.

    A column in ``counts`` has no name, and is left out where it only counts the rows.

    ``what`` names the whole in sentences, ``noun`` a column and ``place`` the sample i.
    ``note`` explains names that were made up. ``clock`` is the column that holds the times
    unless another is named, in ``time_unit``.
    """

    what: str
    names: tuple[str, ...]
    load: Callable[[Sequence[str], Sequence[str], Sequence[str]], Mapping[str, NDArray[Any]]]
    noun: str = "column"
    note: str = ""
    place: Callable[[int], str] = _position
    units: Mapping[str, str] = attrs.field(factory=dict[str, str])
    clock: str | None = None
    time_unit: str = ""
    counts: tuple[str, ...] = ()
    source: Provenance = attrs.field(factory=Provenance)
