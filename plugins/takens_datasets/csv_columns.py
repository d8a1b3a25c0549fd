"""Reading the columns of numbers: quickly where a file is regular, with care where not."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.csv_fields import SWAP, Column, is_number
from takens_datasets.csv_layout import Layout
from takens_datasets.csv_rows import BLANK, Row, split_rows
from takens_datasets.dates import is_date
from takens_datasets.selection import Selection

# Row numbers `(T,)`, variables `(T, n)` and times `(T,)`, which may be dates.
Columns = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[Any]]

# Enough rows for numpy to be quick, few enough for their texts to take little memory.
_BLOCK = 50_000


def read_quickly(lines: Iterable[str], layout: Layout, chosen: Selection) -> Columns | None:
    """Read the columns by numpy, or give None where that might lose or misread anything."""
    wanted = chosen.variables if chosen.time is None else (*chosen.variables, chosen.time)
    delimiter = None if layout.delimiter == BLANK else layout.delimiter
    body = itertools.islice(lines, layout.before, None)
    blocks: list[NDArray[np.float64]] = []
    while block := list(itertools.islice(body, _BLOCK)):
        if layout.decimal_comma:
            block = [line.translate(SWAP) for line in block]
        text = "".join(block)
        if (
            '"' in text
            or "#" in text
            or {len(line.split(delimiter)) for line in block} != {layout.width}
        ):
            return None
        try:
            numbers = np.loadtxt(
                block, delimiter=delimiter, comments=None, usecols=wanted, ndmin=2
            )
        except ValueError:
            return None
        if len(numbers) != len(block) or not bool(np.isfinite(numbers).all()):
            return None
        blocks.append(numbers)
    if not blocks:
        return None
    found = np.concatenate(blocks)
    at = np.arange(len(found)) + layout.before + 1
    n = len(chosen.variables)
    return at, found[:, :n], found[:, n:].ravel()


def read_carefully(
    path: Path, lines: Iterable[str], layout: Layout, chosen: Selection
) -> Columns:
    """Read the columns field by field.

    Raises: DataError where rows differ in width or a field is no number, with its place.
    """
    body = _body(path, lines, layout)
    columns = [Column(path, name, layout.decimal_comma) for name in layout.names]
    at: list[NDArray[np.int64]] = []
    x: list[NDArray[np.float64]] = []
    t: list[NDArray[Any]] = []
    dates: bool | None = None
    while block := list(itertools.islice(body, _BLOCK)):
        rows, fields = zip(*block, strict=True)
        texts = list(zip(*fields, strict=True))
        at.append(np.array(rows))
        numbers = [columns[i].numbers(rows, texts[i]) for i in chosen.variables]
        x.append(np.stack(numbers, axis=-1))
        if chosen.time is not None:
            clock, times = columns[chosen.time], texts[chosen.time]
            if dates is None:
                dates = not is_number(times[0]) and is_date(times[0])
            t.append((clock.dates if dates else clock.numbers)(rows, times))
    if not x:
        raise takens.errors.DataError(f"{path} has a header and no rows of numbers below it.")
    return np.concatenate(at), np.concatenate(x), np.concatenate(t or [np.empty(0)])


def _body(path: Path, lines: Iterable[str], layout: Layout) -> Iterator[Row]:
    """Return the rows of data, all of one width.

    Raises: DataError for another width, or a blank line that is not at an end.
    """
    rows = split_rows(path, lines, layout.delimiter, decimal_comma=layout.decimal_comma)
    blank = 0
    started = False
    for at, fields in rows:
        if at <= layout.before:
            continue
        if not fields:
            blank = blank or at
        elif blank and started:
            raise takens.errors.DataError(
                f"{path}: row {blank} is blank, with more rows below; if samples are missing "
                "there fill the gap or cut the series, otherwise delete the line."
            )
        elif len(fields) != layout.width:
            expected = "the header" if layout.header else "the first row"
            raise takens.errors.DataError(
                f"{path}: row {at} has {len(fields)} field{'s' * (len(fields) != 1)} where "
                f"{expected} has {layout.width}; complete the row, or cut the file there."
            )
        else:
            blank, started = 0, True
            yield at, fields
