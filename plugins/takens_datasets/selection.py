"""Choosing the columns of a table."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import final

import attrs

import takens

_CLOCKS = ("t", "time", "times", "date", "datetime", "timestamp")


@final
@attrs.frozen
class Selection:
    """Which columns are variables, and which one is the time, as indices into the names.

    ``complete`` says that nobody chose: the variables are all columns but the time.
    """

    variables: tuple[int, ...]
    time: int | None
    complete: bool


def select(
    path: Path,
    names: Sequence[str],
    *,
    columns: Sequence[str] | None,
    time: str | None,
    dt: float | None,
    note: str = "",
) -> Selection:
    """Look up the wanted columns among ``names``; ``note`` explains names that were made up.

    Raises: DataError where two columns share a name, a wanted one does not exist, none is
    left, or neither ``time`` nor a positive ``dt`` is given.
    """
    for i, name in enumerate(names):
        first = names.index(name)
        if first < i:
            raise takens.errors.DataError(
                f"{path}: columns {first + 1} and {i + 1} are both called {name!r}; rename one."
            )
    if dt is not None and not 0 < dt < float("inf"):
        raise takens.errors.DataError(f"dt is a positive sampling interval; got {dt}.")
    if time is None and dt is None:
        clock = next((name for name in names if name.lower() in _CLOCKS), None)
        hint = f" (perhaps time = {clock!r})" if clock else ""
        raise takens.errors.DataError(
            f"{path}: the times of the samples are not known; name the column that holds "
            f"them{hint}, or give the sampling interval dt."
        )
    when = None if time is None else _find(path, names, time, note)
    if columns is None:
        variables = tuple(i for i in range(len(names)) if i != when)
        if not variables:
            beside = f" beside the times {time!r}" if time else ""
            raise takens.errors.DataError(
                f"{path} has no columns{beside}; a series has at least one."
            )
        return Selection(variables, when, complete=True)
    variables = tuple(_find(path, names, name, note) for name in columns)
    if not variables:
        raise takens.errors.DataError(
            f"{path}: the list of columns is empty; name at least one."
        )
    for i, index in enumerate(variables):
        if index == when or index in variables[:i]:
            used = "the time" if index == when else "a variable"
            raise takens.errors.DataError(
                f"{path}: column {names[index]!r} is {used} already; name it once."
            )
    return Selection(variables, when, complete=False)


def _find(path: Path, names: Sequence[str], name: str, note: str) -> int:
    if name in names:
        return names.index(name)
    close = difflib.get_close_matches(name, names, n=1)
    guess = f" (did you mean {close[0]!r}?)" if close else ""
    listed = ", ".join(map(repr, names[:12])) + (", ..." if len(names) > 12 else "")
    raise takens.errors.DataError(
        f"{path} has no column {name!r}{guess}; it has {listed}{note}."
    )
