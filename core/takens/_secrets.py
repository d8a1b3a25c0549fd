"""What must not be written down or shown: secrets, and the users of addresses."""

from __future__ import annotations

import functools
import html
import json
import os
import re
from typing import Any, Final, cast
from urllib.parse import quote

from takens.errors import ConfigurationError

BLANK: Final = "***"
# Shorter ones are only taken out where they stand alone: they are parts of many words.
_SHORT: Final = 6
# Pictures in a page are long enough to hold any short text by chance.
_PICTURE: Final = r"(?P<kept>data:image/[a-z+]+;base64,[\w+/=]*)"
# `user:password@` up to the last @ of what comes before the path; a password may hold a slash.
_USER: Final = (
    r"(?P<scheme>\b[a-zA-Z][\w+.-]*://)"
    r"(?:[^\s/@:\"'<>]*:(?!\d+(?:[/?#]|$))[^\s\"'<>]*|[^\s/?#\"'<>]*)@"
)
_QUERY: Final = (
    r"(?P<key>[?&;](?:\w*(?:password|passwd|pwd|secret|token|credential|signature)\w*"
    r"|\w*api_?key|\w*access_?key|sig|key)=)[^\s&#;\"'<>]+"
)
_KNOWN: Final[set[str]] = set()


def remember(value: object) -> None:
    """Take a value for a secret from now on, in all that this process writes and shows."""
    if isinstance(value, str) and value.strip() and value != BLANK:
        _KNOWN.add(value)


def blanked(text: str) -> str:
    """Return a text without the secrets that are known, and without the users of addresses."""

    def fill(found: re.Match[str]) -> str:
        kept = found["kept"]
        if kept is not None:
            return kept
        if found["scheme"] is not None:
            return f"{found['scheme']}{BLANK}@"
        return f"{found['key'] or ''}{BLANK}"

    return _pattern(frozenset(_KNOWN)).sub(fill, text)


def blanked_value(value: Any) -> Any:
    """Blank the texts in a value as TOML holds it."""
    if isinstance(value, str):
        return BLANK if value in _KNOWN else blanked(value)
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: blanked_value(inner) for key, inner in table.items()}
    if isinstance(value, (list, tuple)):
        return [blanked_value(inner) for inner in cast("list[Any]", value)]
    return value


def restored(owner: str, name: str, value: Any) -> Any:
    """Return a parameter's value, from the environment where it was blanked when written.

    Raises: ConfigurationError where it is not there either.
    """
    if not isinstance(value, str) or not (value == BLANK or f"://{BLANK}@" in value):
        return value
    bare = owner.rpartition(":")[2]
    variable = re.sub(r"\W", "_", f"TAKENS_SECRET_{bare}_{name}").upper()
    found = os.environ.get(variable)
    if found is None:
        raise ConfigurationError(
            f"{name} of {bare!r} is secret and was not written down ({value!r}); give it in "
            f"the configuration, by --set, or in the environment variable {variable}."
        )
    remember(found)
    return found


def rejoined(written: Any, now: Any) -> Any:
    """Put back what was blanked in a written value where that of now is the same, blanked."""
    if isinstance(written, dict) and isinstance(now, dict):
        table, others = cast("dict[str, Any]", written), cast("dict[str, Any]", now)
        return {key: rejoined(inner, others.get(key)) for key, inner in table.items()}
    if isinstance(written, list) and isinstance(now, list):
        values, others = cast("list[Any]", written), cast("list[Any]", now)
        if len(values) == len(others):
            return [*map(rejoined, values, others)]
    same: bool = blanked_value(now) == written
    return cast(Any, now if same else written)


@functools.lru_cache(maxsize=8)
def _pattern(known: frozenset[str]) -> re.Pattern[str]:
    forms = {form for secret in known for form in _forms(secret)}
    each = [_alone(form) for form in sorted(forms, key=lambda form: (-len(form), form))]
    return re.compile("|".join((_PICTURE, *each, _USER, _QUERY)))


def _forms(secret: str) -> tuple[str, ...]:
    """Return a secret as it stands in a text, in JSON, in HTML and in an address."""
    quoted = json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret)
    escaped = html.escape(secret), html.escape(secret).replace("&#x27;", "&#39;")
    return secret, *(each[1:-1] for each in quoted), *escaped, quote(secret, safe="")


def _alone(form: str) -> str:
    if form.isdecimal():
        return rf"(?<![\d.]){form}(?!\d)"
    return re.escape(form) if len(form) >= _SHORT else rf"(?<!\w){re.escape(form)}(?!\w)"
