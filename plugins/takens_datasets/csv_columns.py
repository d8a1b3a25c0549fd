"""Reading the columns of numbers: quickly where a file is regular, with care where not."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.csv_fields import GAPS, Column, is_number
from takens_datasets.csv_layout import Layout
from takens_datasets.csv_rows import BLANK, Row, split_rows
from takens_datasets.files import blocks_of

Columns = Mapping[str, NDArray[Any]]

# Enough rows for numpy to be quick, few enough for their texts to take little memory.
_BLOCK = 50_000


def read_quickly(
    path: Path,
    encoding: str,
    layout: Layout,
    numbers: Sequence[str],
    others: Sequence[str],
    gaps: Sequence[str],
    *,
    strict: bool,
) -> Columns | None:
    """Read the columns by polars, or give None where that might lose or misread anything."""
    if layout.delimiter == BLANK or encoding == "utf-16":
        return None
    import polars

    numeric, texts = polars.Float64(), polars.String()
    for kind in (numeric, texts) if others else (numeric,):
        kinds = dict.fromkeys(others, kind) | dict.fromkeys(numbers, numeric)
        found = _parsed(path, layout, kinds, gaps, strict=strict)
        if found is not None:
            return found
    return None


def _parsed(
    path: Path, layout: Layout, kinds: Mapping[str, Any], gaps: Sequence[str], *, strict: bool
) -> Columns | None:
    import polars

    missing = {variant for gap in GAPS for variant in (gap, gap.upper(), gap.title())}
    place = {name: f"column_{i + 1}" for i, name in enumerate(layout.names)}
    schema = {f"column_{i + 1}": polars.String() for i in range(layout.width)}
    schema |= {place[name]: kind for name, kind in kinds.items()}
    end = f"column_{layout.width}"
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in kinds}
    for block, last in blocks_of(path, layout.before):
        # Among decimal commas, a point separates thousands.
        if b"#" in block or b'"' in block or (layout.decimal_comma and b"." in block):
            return None
        if b"\n\n" in block or b"\n\r\n" in block:
            return None
        try:
            frame = polars.read_csv(
                block,
                has_header=False,
                separator=layout.delimiter,
                schema=schema,
                columns=list(dict.fromkeys((*(place[name] for name in kinds), end))),
                null_values=sorted(missing | {*gaps}),
                decimal_comma=layout.decimal_comma,
                encoding="utf8-lossy",
                raise_if_empty=False,
            )
        except (polars.exceptions.PolarsError, ValueError):
            return None
        # A row that is too short is filled up in silence, from the end.
        if frame.get_column(end).null_count():
            rows = block.count(b"\n") + (last and not block.endswith(b"\n"))
            if block.count(layout.delimiter.encode()) != rows * (layout.width - 1):
                return None
        for name, parts in found.items():
            series = frame.get_column(place[name])
            if kinds[name] == polars.String():
                texts = series.to_numpy()
                if series.null_count() or is_number(texts[0]):
                    return None
                parts.append(texts)
                continue
            values = series.fill_null(math.nan).to_numpy()
            low, high = (float(f(values)) for f in (np.fmin.reduce, np.fmax.reduce))
            if math.inf in (-low, high) or (strict and bool(np.isnan(values).any())):
                return None
            parts.append(values)
    if not all(found.values()):
        return None
    for name in kinds:
        parts = found[name]
        found[name] = [parts[0] if len(parts) == 1 else np.concatenate(parts)]
    return {name: parts[0] for name, parts in found.items()}


def read_carefully(
    path: Path,
    lines: Iterable[str],
    layout: Layout,
    numbers: Sequence[str],
    others: Sequence[str],
    gaps: Sequence[str],
    *,
    strict: bool,
) -> tuple[Sequence[int], Columns]:
    """Read the columns field by field, and the rows where they are.

    Raises: DataError where rows differ in width or a field is no number, with its place.
    """
    body = _body(path, lines, layout)
    place = {name: i for i, name in enumerate(layout.names)}
    columns = {
        name: Column(path, name, layout.decimal_comma, strict, tuple(gaps)) for name in numbers
    }
    at: list[NDArray[np.int64]] = []
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in (*numbers, *others)}
    while block := list(itertools.islice(body, _BLOCK)):
        rows, fields = zip(*block, strict=True)
        texts = list(zip(*fields, strict=True))
        at.append(np.array(rows))
        for name in numbers:
            found[name].append(columns[name].numbers(rows, texts[place[name]]))
        for name in others:
            found[name].append(np.array([text.strip() for text in texts[place[name]]], object))
    if not at:
        raise takens.errors.DataError(f"{path} has a header and no rows of numbers below it.")
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    for name in others:
        clock = Column(path, name, layout.decimal_comma, strict, tuple(gaps))
        whole[name] = clock.times(np.concatenate(at).tolist(), whole[name].tolist())
    return np.concatenate(at).tolist(), whole


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
