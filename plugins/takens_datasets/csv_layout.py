"""How a file of text is laid out: its delimiter, decimal sign and header."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import final

import attrs

import takens
from takens_datasets.csv_fields import SWAP, is_gap, is_number
from takens_datasets.csv_rows import BLANK, COMMENTS, Row, split_rows

_DELIMITERS = (";", "\t", "|", ",", BLANK)
_DECIMAL_COMMA = re.compile(r"(?<![\d,.])[+-]?\d*,\d+(?:[eE][+-]?\d+)?(?![\d,.])")
_DOTTED_DATE = re.compile(r"\b\d{1,2}\.\d{1,2}\.(\d{4}|\d\d)\b")
_TWO_WHOLE = re.compile(r"\s*([+-]?\d+),(\d+)\s*")
_UNIT = re.compile(r"[(\[]?[\w°µμ%‰/^*·.\- ²³⁻¹]+[)\]]?")
_UNIT_IN_NAME = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")
# As many rows are looked at to tell points from commas.
_SAMPLE = 100


@final
@attrs.frozen
class Layout:
    """How to read the rows of a file, and the names of its columns.

    ``header`` says whether the first row holds the names, and ``before`` how many lines come
    before the first row of numbers. ``width`` is the number of fields of a row; rows that end
    in a delimiter have one more than there are names. ``unnamed`` are the names of columns
    that have none in the file, ``dates`` of those that begin with one, ``remarks`` sentences on
    what was guessed.
    """

    delimiter: str
    decimal_comma: bool
    header: bool
    before: int
    width: int
    names: tuple[str, ...]
    units: Mapping[str, str] = attrs.field(factory=dict[str, str])
    unnamed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


def find_layout(path: Path, lines: Iterable[str]) -> Layout:
    """Find the layout from the first rows.

    The first row is the header unless all its fields are numbers, dates or gaps. Without a
    header the names come from the last comment above the rows where it has one for each
    column (``# t x y``), and are x1, x2, ... otherwise.

    Raises: DataError where there are no rows.
    """
    comment, head, body = _beginning(lines)
    if (found := _laboratory(head)) is not None:
        return found
    above, head, body = _without_preamble(head, body)
    if not body:
        raise takens.errors.DataError(f"{path} has no rows of numbers, only comments.")
    if _is_one_column(path, body):
        rows = [row for row in split_rows(path, head, ";") if row[1]]
        (at, first), (_, second) = rows[0], rows[min(1, len(rows) - 1)]
        delimiter, decimal_comma = ";", True
    else:
        delimiter, (at, first), (_, second) = _delimiter(path, head)
        decimal_comma = delimiter != "," and _has_decimal_commas(body[1:] or body)
    swapped = [field.translate(SWAP) for field in first] if decimal_comma else first
    counted = _is_counted_header(path, head, delimiter, first)
    if _is_data(swapped) and not counted:
        _refuse_wristband(path, first, second)
        made_up = tuple(f"x{i + 1}" for i in range(len(first)))
        names = _names_in(comment, delimiter, len(first)) or made_up
        return Layout(delimiter, decimal_comma, False, at - 1, len(first), names)
    names = tuple(" ".join(name.split()) or f"column{i + 1}" for i, name in enumerate(first))
    unnamed = tuple(n for n, name in zip(names, first, strict=True) if not name.strip())
    if len(first) > 1 and not first[-1].strip() and not second[-1].strip():
        names = names[:-1]
    units = units_in(names)
    below = units_of_row(second) if len(body) > 2 and second != first else ()
    if below:
        units |= dict(zip(names, below, strict=False))
        at = next(row for row, fields in split_rows(path, head, delimiter) if fields == second)
    remarks = [f"What stands above row {above + 1} was left out."] if above else []
    if counted:
        listed = ", ".join(first)
        remarks.append(f"The first row, {listed}, was taken for the names of the columns.")
    dates = tuple(
        name
        for name, field in zip(names, second, strict=False)
        if takens.plugin.is_date(field) and not is_number(field)
    )
    guessed = tuple(remarks)
    return Layout(
        delimiter, decimal_comma, True, at, len(first), names, units, unnamed, guessed, dates
    )


def _refuse_wristband(path: Path, first: Sequence[str], second: Sequence[str]) -> None:
    """Refuse a file whose first rows are no samples but its start and its rate.

    Raises: DataError.
    """
    rows = [{float(f) for f in row if is_number(f)} for row in (first, second)]
    if all(len(row) == 1 for row in rows) and all(map(is_number, (*first, *second))):
        (start,), (rate,) = rows
        if 1e9 < start < 2e9 and 1 <= rate <= 1000:
            raise takens.errors.DataError(
                f"{path}: row 1 is a Unix time and row 2 a rate, as wristbands write them; "
                f"delete both, and give rate = '{rate:g} Hz'."
            )


def _laboratory(lines: Sequence[str]) -> Layout | None:
    """Return the layout of a recorder's export: a key and its values, then rows with times."""
    keys: dict[str, list[str]] = {}
    for line in lines:
        key, equals, rest = line.strip("\r\n").partition("=\t")
        if not equals:
            break
        keys[key] = [value.strip() for value in rest.split("\t")]
    names = keys.get("ChannelTitle")
    if names is None or "Interval" not in keys:
        return None
    units = dict(zip(names, keys.get("UnitName", []), strict=False))
    units |= {"Time": "s"}
    return Layout("\t", False, True, len(keys), 1 + len(names), ("Time", *names), units)


def _is_counted_header(
    path: Path, head: Sequence[str], delimiter: str, first: Sequence[str]
) -> bool:
    """Whether the first row is 0, 1, 2, ..., as pandas names columns that have no names.

    The rows below are written with points then, and do not go on from it.
    """
    named = first[1:] if not first[0].strip() else first
    if len(first) < 2 or [*named] != [str(i) for i in range(len(named))]:
        return False
    rows = [fields for _, fields in split_rows(path, head, delimiter) if fields][1:]
    if len(rows) < 2 or any(len(row) != len(first) for row in rows):
        return False
    start = len(first) - len(named)
    values = [[field.strip() for field in row[start:]] for row in rows]
    if not all(is_gap(text) or re.search(r"[.eE]", text) for row in values for text in row):
        return False
    if start:
        return True
    try:
        second, third = ([float(text) for text in row] for row in values[:2])
    except ValueError:
        return True
    steps = enumerate(zip(second, third, strict=True))
    return not any(abs(i - (2 * a - b)) <= 0.1 * abs(b - a) for i, (a, b) in steps)


def _is_one_column(path: Path, body: Sequence[str]) -> bool:
    """Whether rows such as 11,05 are one column with decimal commas.

    A whole number does not begin with a zero.

    Raises: DataError where they may as well be two columns of whole numbers.
    """
    rows = body[1:] if "," not in body[0] or re.search("[A-Za-z]", body[0]) else body
    parts = [_TWO_WHOLE.fullmatch(row) for row in rows]
    if len(rows) < 2 or not all(parts):
        return False
    after = [match[2] for match in parts if match]
    if any(len(digits) > 1 and digits.startswith("0") for digits in after):
        return True
    if rows is not body or len(rows) > 30 or {len(digits) for digits in after} != {2}:
        return False
    raise takens.errors.DataError(
        f"{path}: rows such as {body[0].strip()} may be one column with decimal commas or two "
        "of whole numbers; write decimals with points, or a header with the names."
    )


def units_in(names: Sequence[str]) -> dict[str, str]:
    """Return the units that stand in brackets at the end of names."""
    return {name: match[1] for name in names if (match := _UNIT_IN_NAME.search(name))}


def units_of_row(row: Sequence[str]) -> tuple[str, ...]:
    """Return units, where a row below the header holds them and nothing else."""
    texts = [text.strip() for text in row]
    if any(is_number(text) or takens.plugin.is_date(text) or len(text) > 16 for text in texts):
        return ()
    known = [text for text in texts if text and not is_gap(text)]
    if not known or not all(_UNIT.fullmatch(text) for text in known):
        return ()
    return tuple("" if is_gap(text) else text.strip("()[] ") for text in texts)


def _beginning(lines: Iterable[str]) -> tuple[str, list[str], list[str]]:
    """Return the last comment above the rows, all first lines, and the rows among them."""
    comment, head, body = "", list[str](), list[str]()
    for line in lines:
        head.append(line)
        text = line.strip()
        if text.startswith(COMMENTS):
            comment = comment if body else text.lstrip("#%!/ ")
        elif text:
            body.append(text)
        if len(body) > _SAMPLE:
            break
    return comment, head, body


def _without_preamble(
    head: Sequence[str], body: Sequence[str]
) -> tuple[int, Sequence[str], Sequence[str]]:
    """Return how many lines stand above the header, and the lines with those as comments.

    A header is text of one width with all rows below, and nothing above it is a row.
    """
    texts = [line.strip() for line in head]
    places = [i for i, text in enumerate(texts) if text and not text.startswith(COMMENTS)]
    for delimiter in _DELIMITERS:
        rows = [line.split(None if delimiter == BLANK else delimiter) for line in body]
        wide = len(rows[-1]) if rows else 0
        first = 1 + max((i for i, row in enumerate(rows) if len(row) != wide), default=-1)
        # A quote that goes on in the next line is a name with a line break.
        broken = any(line.count('"') % 2 for line in body[: first + 1])
        if broken or wide < 2 or not 0 < first < len(rows) - 2:
            continue
        if delimiter != ",":
            rows = [[field.replace(",", ".") for field in row] for row in rows]
        named = not any(is_number(field) for field in rows[first])
        numbers = _is_data(rows[first + 2]) and _is_data(rows[-1])
        if named and numbers and not any(len(r) > 1 and _is_data(r) for r in rows[:first]):
            above = places[first]
            commented = ["# " + line for line in head[:above]]
            return above, [*commented, *head[above:]], body[first:]
    return 0, head, body


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
    # Points of dates such as 31.12.2024 say nothing.
    lines = [_DOTTED_DATE.sub("", line) for line in body]
    return any(map(_DECIMAL_COMMA.search, lines)) and not any("." in line for line in lines)


def _is_data(fields: Sequence[str]) -> bool:
    gaps = [is_gap(field) for field in fields]
    known = [is_number(field) or takens.plugin.is_date(field) for field in fields]
    return not all(gaps) and all(map(max, gaps, known))


def _names_in(comment: str, delimiter: str, width: int) -> tuple[str, ...]:
    names = comment.split() if delimiter == BLANK else comment.split(delimiter)
    names = [name.strip().strip('"') for name in names]
    if len(names) != width or len(set(names)) < width or "" in names:
        return ()
    return () if any(is_number(name) for name in names) else tuple(names)
