"""Cutting lines into rows of fields."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import takens
from takens_datasets.csv_fields import SWAP

BLANK: Final = " "
# How lines begin that are comments as a whole.
COMMENTS: Final = ("#", "%", "!", "//")

# The number of the line where it ends, from 1, and its fields.
Row = tuple[int, list[str]]


def split_rows(
    path: Path, lines: Iterable[str], delimiter: str, *, decimal_comma: bool = False
) -> Iterator[Row]:
    """Split lines into rows of fields.

    Whole-line comments (``#``, ``%``, ``!``, ``//``) are left out. A blank line gives a row
    without fields.

    Raises: DataError where quotes do not match.
    """
    at = 0

    def significant() -> Iterator[str]:
        nonlocal at
        for raw in lines:
            at += 1
            line = " ".join(raw.split()) if delimiter == BLANK else raw.strip(" \r\n")
            if not line.startswith(COMMENTS):
                yield (line.translate(SWAP) if decimal_comma else line) + "\n"

    reader = csv.reader(significant(), delimiter=delimiter, skipinitialspace=True, strict=True)
    start = 1
    try:
        for fields in reader:
            yield at, fields
            start = at + 1
    except csv.Error as error:
        raise takens.errors.DataError(
            f"{path}: row {start} cannot be split into fields; a quote is not closed there, or "
            "has text behind it."
        ) from error
