"""How a file of text is laid out: its delimiter, decimal sign and header."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import final

import attrs

import takens
from takens_datasets.csv_fields import SWAP, is_gap, is_number
from takens_datasets.csv_rows import BLANK, Row, split_rows
from takens_datasets.dates import is_date

_DELIMITERS = (";", "\t", ",", BLANK)
_DECIMAL_COMMA = re.compile(r"(?<![\d,.])[+-]?\d*,\d+(?:[eE][+-]?\d+)?(?![\d,.])")
# As many rows are looked at to tell points from commas.
_SAMPLE = 100


@final
@attrs.frozen
class Layout:
    """How to read the rows of a file, and the names of its columns.

    ``header`` says whether the first row holds the names, and ``before`` how many lines come
    before the first row of numbers. ``width`` is the number of fields of a row; rows that end
    in a delimiter have one more than there are names.
    """

    delimiter: str
    decimal_comma: bool
    header: bool
    before: int
    width: int
    names: tuple[str, ...]


def find_layout(path: Path, lines: Iterable[str]) -> Layout:
    """Find the layout from the first rows.

    The first row is the header unless all its fields are numbers, dates or gaps. Without a
    header the names come from the last comment above the rows where it has one for each
    column (``# t x y``), and are x1, x2, ... otherwise.

    Raises: DataError where there are no rows.
    """
    comment, head, body = _beginning(lines)
    if not body:
        raise takens.errors.DataError(f"{path} has no rows of numbers, only comments.")
    delimiter, (at, first), (_, second) = _delimiter(path, head)
    decimal_comma = delimiter != "," and _has_decimal_commas(body[1:] or body)
    swapped = [field.translate(SWAP) for field in first] if decimal_comma else first
    if _is_data(swapped):
        made_up = tuple(f"x{i + 1}" for i in range(len(first)))
        names = _names_in(comment, delimiter, len(first)) or made_up
        return Layout(delimiter, decimal_comma, False, at - 1, len(first), names)
    names = tuple(" ".join(name.split()) or f"column{i + 1}" for i, name in enumerate(first))
    if len(first) > 1 and not first[-1].strip() and not second[-1].strip():
        names = names[:-1]
    return Layout(delimiter, decimal_comma, True, at, len(first), names)


def _beginning(lines: Iterable[str]) -> tuple[str, list[str], list[str]]:
    """Return the last comment above the rows, all first lines, and the rows among them."""
    comment, head, body = "", list[str](), list[str]()
    for line in lines:
        head.append(line)
        text = line.strip()
        if text.startswith("#"):
            comment = comment if body else text.lstrip("# ")
        elif text:
            body.append(text)
        if len(body) > _SAMPLE:
            break
    return comment, head, body


def _delimiter(path: Path, head: Sequence[str]) -> tuple[str, Row, Row]:
    """Return the delimiter that cuts the first two rows alike, and the two."""
    unequal: list[tuple[str, Row, Row]] = []
    for delimiter in _DELIMITERS:
        try:
            first, second = _first_two(path, head, delimiter)
        except takens.errors.DataError:
            continue
        above, below = len(first[1]), len(second[1])
        if above == below > 1:
            return delimiter, first, second
        # A lone column may well have blanks in its name.
        if below > 1 or (above > 1 and delimiter != BLANK):
            unequal.append((delimiter, first, second))
    # Rows that do not match their header, to be refused when they are read, or one column.
    return unequal[0] if unequal else (",", *_first_two(path, head, ","))


def _first_two(path: Path, head: Sequence[str], delimiter: str) -> tuple[Row, Row]:
    rows = (row for row in split_rows(path, head, delimiter) if row[1])
    first = next(rows)
    return first, next(rows, first)


def _has_decimal_commas(body: Sequence[str]) -> bool:
    return any(_DECIMAL_COMMA.search(line) for line in body) and not any(
        "." in line for line in body
    )


def _is_data(fields: Sequence[str]) -> bool:
    gaps = [is_gap(field) for field in fields]
    known = [is_number(field) or is_date(field) for field in fields]
    return not all(gaps) and all(map(max, gaps, known))


def _names_in(comment: str, delimiter: str, width: int) -> tuple[str, ...]:
    names = comment.split() if delimiter == BLANK else comment.split(delimiter)
    names = [name.strip().strip('"') for name in names]
    if len(names) != width or len(set(names)) < width or "" in names:
        return ()
    return () if any(is_number(name) for name in names) else tuple(names)
