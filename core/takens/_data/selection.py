"""Choosing the columns of a table."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import final

import attrs

from takens._data.table import Table
from takens.errors import DataError


@final
class NoClockError(DataError):
    """Nothing says when samples were taken."""


@final
@attrs.frozen(kw_only=True)
class Selection:
    """Which columns are variables, inputs, the time and labels, by name.

    ``complete`` says that nobody chose: the variables are all columns but the others.
    """

    variables: tuple[str, ...]
    inputs: tuple[str, ...]
    time: str | None
    id: str | None
    group: str | None
    complete: bool


def select(
    table: Table,
    *,
    columns: Sequence[str] | None,
    inputs: Sequence[str] = (),
    time: str | None = None,
    id: str | None = None,  # noqa: A002 - as in a configuration
    group: str | None = None,
    timed: bool,
) -> Selection:
    """Look up the wanted columns; ``timed`` says that times are known without a column.

    Raises: DataError where two columns share a name, a wanted one does not exist or is wanted
    twice, none is left, or the times are not known.
    """
    names = table.names
    for i, name in enumerate(names):
        first = names.index(name)
        if first < i:
            raise DataError(
                f"{table.what}: columns {first + 1} and {i + 1} are both called {name!r}; "
                "rename one."
            )
    if time is None and not timed:
        raise NoClockError(
            f"{table.what}: the times of the samples are not known; name the column that holds "
            "them, or give the sampling interval dt."
        )
    taken: dict[str, str] = {}
    for use, wanted in (
        ("the time", [time]),
        ("the id", [id]),
        ("the group", [group]),
        ("an input", inputs),
        ("a variable", columns or ()),
    ):
        for name in wanted:
            if name is None:
                continue
            _find(table, name)
            if name in taken:
                raise DataError(
                    f"{table.what}: column {name!r} is {taken[name]} already; name it once."
                )
            taken[name] = use
    if columns is not None and not columns:
        raise DataError(f"{table.what}: the list of columns is empty; name at least one.")
    variables = tuple(columns or (name for name in names if name not in taken))
    if not variables:
        beside = f" beside the times {time!r}" if time else ""
        raise DataError(f"{table.what} has no columns{beside}; a series has at least one.")
    return Selection(
        variables=variables,
        inputs=tuple(inputs),
        time=time,
        id=id,
        group=group,
        complete=columns is None,
    )


def _find(table: Table, name: str) -> None:
    names = table.names
    if name in names:
        return
    close = difflib.get_close_matches(name, names, n=1)
    guess = f" (did you mean {close[0]!r}?)" if close else ""
    listed = ", ".join(map(repr, names[:12])) + (", ..." if len(names) > 12 else "")
    raise DataError(f"{table.what} has no column {name!r}{guess}; it has {listed}{table.note}.")
