"""How a message shows what was given."""

from typing import Any, Final

_LONGEST: Final = 200


def in_line(text: object) -> str:
    """Write another's message in a line, cut where it is long."""
    line = " ".join(str(text).split())
    return line if len(line) <= 3 * _LONGEST else f"{line[: 3 * _LONGEST]}..."


def given(value: Any) -> str:
    """Write a value as in code, cut where it is long."""
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__} that cannot be shown"
    # What cannot be printed would spoil the line that it stands in.
    text = "".join(each if each.isprintable() else " " for each in " ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
