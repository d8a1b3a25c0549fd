"""Reading the columns of numbers: quickly where a file is regular, with care where not."""

import itertools
import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.csv_fields import GAPS, SWAP, Column, is_number
from takens_datasets.csv_layout import Layout
from takens_datasets.csv_rows import BLANK, Row, split_rows
from takens_datasets.files import blocks_of

Columns = Mapping[str, NDArray[Any]]

# Enough rows for numpy to be quick, few enough for their texts to take little memory.
_BLOCK = 50_000
# Blank lines at the end of a file are sought in so many bytes.
_TAIL = 4096
_GAP_WORDS = {variant for gap in GAPS for variant in (gap, gap.upper(), gap.title())}


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
        # What does not decode is replaced, which no label survives.
        if kind == texts and encoding == "cp1252":
            return None
        kinds = dict.fromkeys(others, kind) | dict.fromkeys(numbers, numeric)
        full = {*kinds} if strict else {*others}
        found = _parsed(path, layout, kinds, gaps, full)
        if found is not None:
            return found
    return None


def _parsed(
    path: Path,
    layout: Layout,
    kinds: Mapping[str, Any],
    gaps: Sequence[str],
    full: Container[str],
) -> Columns | None:
    """Return columns of these kinds; those in ``full`` have no gaps."""
    place = {name: f"column_{i + 1}" for i, name in enumerate(layout.names)}
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in kinds}
    # To compare every field with words for gaps takes as long as all else: only where needed.
    words = sorted(gaps)
    for block in blocks_of(path, layout.before):
        # Among decimal commas, a point separates thousands.
        if b"#" in block or (layout.decimal_comma and b"." in block):
            return None
        frame = _frame(block, layout, kinds, words)
        if frame is None and len(words) == len(gaps):
            words = sorted({*_GAP_WORDS, *gaps})
            frame = _frame(block, layout, kinds, words)
        if frame is None:
            return None
        for name, parts in found.items():
            # One by one: polars would copy its pieces to one, and they are joined below.
            for piece in frame.get_column(place[name]).get_chunks():
                values = _values(piece, name in full)
                if values is None:
                    return None
                parts.append(values)
    if not all(found.values()):
        return None
    for name in kinds:
        parts = found[name]
        found[name] = [parts[0] if len(parts) == 1 else np.concatenate(parts)]
    return {name: parts[0] for name, parts in found.items()}


def _frame(
    block: bytes, layout: Layout, kinds: Mapping[str, Any], words: Sequence[str]
) -> Any | None:
    """Return the columns of a block, or None where a row or a number is not as it should be."""
    import polars

    place = {name: f"column_{i + 1}" for i, name in enumerate(layout.names)}
    schema = {f"column_{i + 1}": polars.String() for i in range(layout.width)}
    schema |= {place[name]: kind for name, kind in kinds.items()}
    end = f"column_{layout.width}"
    try:
        frame = polars.read_csv(
            block,
            has_header=False,
            separator=layout.delimiter,
            schema=schema,
            columns=list(dict.fromkeys((*(place[name] for name in kinds), end))),
            null_values=words or None,
            decimal_comma=layout.decimal_comma,
            encoding="utf8-lossy",
            raise_if_empty=False,
        )
    except (polars.exceptions.PolarsError, ValueError):
        return None
    # A row that is too short is filled up in silence, from the end, and a blank line is a row;
    # what is quoted may hold delimiters and go on in the next line.
    gone = frame.get_column(end).null_count()
    quoted = b'"' in block
    if gone or quoted:
        tail = block[-_TAIL:]
        rows = block.count(b"\n") + 1 - tail[len(tail.rstrip()) :].count(b"\n")
        delimiters = block.count(layout.delimiter.encode())
        unlike = delimiters != rows * (layout.width - 1) or frame.height != rows
        if unlike or (gone and (quoted or layout.width == 1)):
            return None
    return frame


def _values(series: Any, full: bool) -> NDArray[Any] | None:
    """Return texts without gaps, or numbers that are finite or NaN."""
    if str(series.dtype) == "String":
        stripped = series.str.strip_chars()
        gone = series.null_count() or stripped.is_in(sorted(_GAP_WORDS)).any()
        return None if gone or is_number(stripped[0]) else stripped.to_numpy()
    values = (series.fill_null(math.nan) if series.null_count() else series).to_numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        if math.isfinite(float(values.sum())):
            return values
    low, high = (float(f(values)) for f in (np.fmin.reduce, np.fmax.reduce))
    lost = math.inf in (-low, high) or (full and bool(np.isnan(values).any()))
    return None if lost else values


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
            found[name].append(np.array(_as_written(texts[place[name]], layout), object))
    if not at:
        raise takens.errors.DataError(f"{path} has a header and no rows of numbers below it.")
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    for name in others:
        clock = Column(path, name, layout.decimal_comma, strict, tuple(gaps))
        whole[name] = clock.times(np.concatenate(at).tolist(), whole[name].tolist())
    return np.concatenate(at).tolist(), whole


def _as_written(texts: Iterable[str], layout: Layout) -> list[str]:
    """Give texts that are no numbers their points back, where commas were taken for these."""
    found = [text.strip() for text in texts]
    if not layout.decimal_comma:
        return found
    return [text if is_number(text) else text.translate(SWAP) for text in found]


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
