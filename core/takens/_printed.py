"""How values print: ten lines at most in a terminal, and a table in a notebook."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import attrs

from takens._secrets import blanked

_LINES: Final = 10
_WIDTH: Final = 96
_WIDTH_OF_CELLS: Final = 400


class Printed:
    """A value that prints as its name and a line for each part that holds something."""

    __slots__ = ()

    def _parts(self) -> Iterable[tuple[str, object]]:
        """Return the parts by name: those of an attrs class are its fields."""
        return _fields(self)

    def _lines(self, width: int) -> Iterator[tuple[str, str]]:
        parts = [(name, part) for name, part in self._parts() if not _is_empty(part)]
        most = _LINES - 1 if len(parts) < _LINES else _LINES - 2
        for name, part in parts[:most]:
            yield name, _cut(blanked(short(part)), width - len(name) - 4)
        if parts[most:]:
            yield "and", _cut(", ".join(name for name, _ in parts[most:]), width - 7)

    def __repr__(self) -> str:
        lines = (f"\n  {name}: {text}" for name, text in self._lines(_WIDTH))
        return type(self).__name__ + "".join(lines)

    def _repr_html_(self) -> str:
        return table(type(self).__name__, self._lines(_WIDTH_OF_CELLS))


def digits(value: float, count: int) -> str:
    """Write a number to so many digits, with an exponent only from a million on."""
    return f"{float(f'{value:.{count}g}'):g}"


def paragraph(text: str) -> str:
    """Break a text into lines."""
    return "\n".join(textwrap.wrap(text, _WIDTH, max_lines=_LINES, subsequent_indent="  "))


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Write rows in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    more = [f"... and {len(lines) + 1 - _LINES} more"] if len(lines) > _LINES else []
    return "\n".join(lines[: _LINES - len(more)] + more)


def table(title: str, rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> str:
    """Return a table in HTML; the first column names the rows."""
    top = "".join(f"<th>{html.escape(word)}</th>" for word in head)
    lines = [f"<caption>{html.escape(title)}</caption>", f"<tr>{top}</tr>" if head else ""]
    for first, *others in rows:
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in others)
        lines.append(f"<tr><th>{html.escape(first)}</th>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def short(value: Any) -> str:
    """Write a value in a line: tensors by shape and type, what is large by its names."""
    kind = cast(type[Any], type(value))
    if isinstance(value, float):
        return f"{value:.6g}"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        if not value.shape:
            return str(value).partition(",")[0].removeprefix("tensor").strip("()")
        device = str(getattr(value, "device", "cpu"))
        where = "" if device == "cpu" else f" on {device}"
        return f"{tuple(value.shape)} {str(value.dtype).rpartition('.')[2]}{where}"
    if isinstance(value, Mapping):
        return _mapping(cast("Mapping[Any, Any]", value))
    if isinstance(value, (list, tuple)):
        return _sequence(cast("Sequence[Any]", value))
    if issubclass(kind, Printed) or attrs.has(kind):
        parts = value._parts() if issubclass(kind, Printed) else _fields(value)
        told = ", ".join(f"{name}={short(part)}" for name, part in parts if not _is_empty(part))
        return f"{kind.__name__}({told})"
    return " ".join(str(value).split())


def _mapping(value: Mapping[Any, Any]) -> str:
    if all(isinstance(inner, (str, int, float)) for inner in value.values()):
        return ", ".join(f"{key}: {short(inner)}" for key, inner in value.items())
    return ", ".join(map(str, value))


def _sequence(value: Sequence[Any]) -> str:
    if all(isinstance(inner, (str, int, float, type(None))) for inner in value):
        return ", ".join(map(short, value))
    if all(map(_has_name, value)):
        return ", ".join(str(inner.name) for inner in value)
    if len(value) == 1:
        return short(value[0])
    last = f", the last with {short(value[-1])}" if isinstance(value[-1], Mapping) else ""
    return f"{len(value)} of {type(value[0]).__name__}{last}"


def _fields(value: Any) -> Iterator[tuple[str, object]]:
    for field in attrs.fields(cast(type[Any], type(value))):
        if field.repr and not field.name.startswith("_"):
            yield field.name, getattr(value, field.name)


def _has_name(value: object) -> bool:
    return attrs.has(type(value)) and hasattr(value, "name")


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, tuple, list, dict)) and not value)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}\N{HORIZONTAL ELLIPSIS}"
