"""Reading a configuration from TOML, and writing it back."""

from __future__ import annotations

import datetime
import tomllib
import typing
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import cattrs
import tomli_w
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from takens._given import given
from takens._near import near
from takens._plugins.choice import Choice, Component
from takens._run.configuration import FORMAT, Configuration, Data, Judge
from takens._secrets import blanked_value, rejoined
from takens._training.settings import Balance, PerMember, Samples, Training
from takens._versions import versions
from takens.errors import ConfigurationError, InputError


def read_configuration(path: Path, changes: Sequence[str] = ()) -> Configuration:
    """Read a TOML file, with changes of the form ``a.b=value`` on top.

    Raises: ConfigurationError in one sentence that names the file and the key.
    """
    table = _read_table(path)
    for change in changes:
        apply_change(table, change)
    return structure(table, str(path))


def read_again(path: Path, now: Configuration) -> Configuration:
    """Read what a run has written, with the secrets of the configuration that goes on with it.

    The settings of plugins, which decide nothing, are left out.

    Raises: ConfigurationError in one sentence that names the file and the key.
    """
    table = {key: value for key, value in _read_table(path).items() if key != "plugins"}
    return structure(rejoined(table, _plain(now)), str(path))


def _read_table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"There is no configuration {path}.") from None
    except IsADirectoryError:
        raise ConfigurationError(
            f"{path} is a folder; give the TOML file, for a run folder {path / 'config.toml'}."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not a text file in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from None
    except RecursionError:
        raise ConfigurationError(
            f"{path} nests lists or tables too deep; no setting needs more than three."
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"{path} cannot be read: {reason}.") from None


def apply_change(table: dict[str, Any], change: str) -> None:
    """Set one key, as in ``training.steps=100``; the value is TOML, or else a text.

    Raises: ConfigurationError.
    """
    key, equals, text = change.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not equals or not all(parts):
        raise ConfigurationError(
            f"--set takes key=value, as in training.steps=100; got {given(change)}."
        )
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    except RecursionError:
        raise ConfigurationError(
            f"--set {key} nests lists or tables too deep; no setting needs more than three."
        ) from None
    place = table
    for i, part in enumerate(parts[:-1]):
        inner = place.setdefault(part, {})
        if isinstance(inner, str):
            # A component that is just a name becomes a table when a parameter is set.
            inner = place[part] = {"name": inner}
        if not isinstance(inner, dict):
            raise ConfigurationError(
                f"--set {key}: {'.'.join(parts[: i + 1])} is {given(inner)}, not a table."
            )
        place = typing.cast(dict[str, Any], inner)
    place[parts[-1]] = value


def structure(table: Mapping[str, Any], source: str) -> Configuration:
    """Make a configuration of a table.

    Raises: ConfigurationError naming ``source``, the key and the nearest valid name.
    """
    _refuse_newer(table, source)
    try:
        configuration = _converter().structure(table, Configuration)
    except (BaseValidationError, InputError) as error:
        raise ConfigurationError(f"{source}: {_sentence(error, '')}") from error
    return attrs.evolve(configuration, versions={})


def to_toml(configuration: Configuration) -> str:
    """Write a configuration out, with every default and the versions in use, and no secret."""
    full = attrs.evolve(configuration, versions=versions())
    return tomli_w.dumps(blanked_value(_plain(full)))


def _refuse_newer(table: Mapping[str, Any], source: str) -> None:
    ours = version("takens")
    found = table.get("format", FORMAT)
    if isinstance(found, int) and not 1 <= found <= FORMAT:
        raise ConfigurationError(
            f"{source} has configuration format {found}, and takens {ours} reads up to "
            f"{FORMAT}; upgrade takens."
        )
    written = table.get("versions", {})
    if isinstance(written, dict):
        by = str(typing.cast(dict[str, Any], written).get("takens", ours))
        if _release(by) > _release(ours):
            raise ConfigurationError(
                f"{source} was written by takens {by}, which is newer than this takens {ours}; "
                "upgrade takens."
            )


def _release(text: str) -> tuple[int, ...]:
    numbers = (part for part in text.split(".")[:2])
    return tuple(int(part) if part.isdecimal() else 0 for part in numbers)


_FILES: Any = str | list[str] | None
_SPLIT: Any = float | str | list[str] | None
_RATE: Any = float | str | None
_MAY_BE: Mapping[Any, str] = {
    _FILES: "a text, or a list of texts",
    _SPLIT: "a fraction, a time as a text, or a list of names",
    _RATE: "a number, or a text such as '250 Hz'",
}

_EXPECTED: Mapping[type, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
}


def _strict(kind: type) -> Callable[[Any, Any], Any]:
    """Accept a value of just this type; a whole number also serves as a number."""

    def accept(value: Any, _: Any) -> Any:
        right = isinstance(
            value, int if kind is int else (int, float) if kind is float else kind
        )
        if not right or isinstance(value, bool) is not (kind is bool):
            raise TypeError(f"{_EXPECTED[kind]}%s; got {given(value)}")
        try:
            return kind(value)
        except OverflowError:
            raise TypeError(f"{_EXPECTED[kind]}%s; got {given(value)}") from None

    return accept


def _component(value: Any, _: Any) -> Component:
    if not isinstance(value, (str, dict)):
        raise TypeError(f"a name, or a table with a name; got {given(value)}")
    try:
        return Component.of(typing.cast("str | dict[str, Any]", value))
    except InputError:
        keys = given([*typing.cast("dict[str, Any]", value)])
        raise TypeError(f"a table with a name; got one with {keys}") from None


def _file_split_or_rate(given: Any, kind: Any) -> Any:
    """Accept a text, a list of texts or a number, as far as the setting may be one."""
    if isinstance(given, (datetime.date, datetime.time)):
        given = given.isoformat()
    number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if given is None or (kind != _FILES and number):
        return given
    listed = isinstance(given, list) and kind != _RATE
    texts = typing.cast("list[Any]", given if listed else [given])
    if all(isinstance(text, str) for text in texts):
        return typing.cast(Any, given)
    raise TypeError(f"{_MAY_BE[kind]}; got {given!r}")


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for kind in _EXPECTED:
        converter.register_structure_hook(kind, _strict(kind))
    converter.register_structure_hook(Component, _component)

    def each(value: Any, kind: Any) -> list[Any]:
        (inner,) = typing.get_args(kind)
        return [converter.structure(item, inner) for item in value]

    def items(value: Any, kind: Any) -> dict[str, Any]:
        _, inner = typing.get_args(kind)
        return {key: converter.structure(item, inner) for key, item in value.items()}

    def numbers(value: Any, _: Any) -> Any:
        if value == "auto":
            return value
        if isinstance(value, list):
            listed = typing.cast(list[Any], value)
            return [converter.structure(item, float) for item in listed]
        return converter.structure(value, float)

    converter.register_structure_hook_func(lambda kind: kind == Choice, _component)

    def weights(value: Any, _: Any) -> Any:
        return value if isinstance(value, str) else converter.structure(value, dict[str, float])

    converter.register_structure_hook_func(lambda kind: kind == PerMember, numbers)
    converter.register_structure_hook_func(lambda kind: kind == Balance, weights)
    converter.register_structure_hook_func(
        lambda kind: kind == Samples,
        lambda value, _: value if value == "auto" else converter.structure(value, int),
    )
    converter.register_structure_hook_func(
        lambda kind: kind == (float | str),
        lambda value, _: value if isinstance(value, str) else converter.structure(value, float),
    )
    converter.register_structure_hook_func(
        lambda kind: kind in (_FILES, _SPLIT, _RATE), _file_split_or_rate
    )
    converter.register_structure_hook_func(_is(list), _only(list, "a list", each))
    converter.register_structure_hook_func(_is(dict), _only(dict, "a table", items))
    for table in (Training, Data, Judge, Configuration):
        hook = make_dict_structure_fn(table, converter, _cattrs_forbid_extra_keys=True)
        converter.register_structure_hook(table, _only(dict, "a table", hook))
    return converter


def _is(container: type) -> Callable[[Any], bool]:
    return lambda kind: typing.get_origin(kind) is container


def _only(
    container: type, expected: str, hook: Callable[[Any, Any], Any]
) -> Callable[[Any, Any], Any]:
    """Accept values of one container; a text is not the list of its letters."""

    def accept(value: Any, kind: Any) -> Any:
        if not isinstance(value, container):
            raise TypeError(f"{expected}; got {given(value)}")
        return hook(value, kind)

    return accept


def _sentence(error: BaseException, key: str, unit: str = "") -> str:
    """Say what is wrong first, with the key where it is and the unit that it has."""
    if isinstance(error, ForbiddenExtraKeysError):
        name = sorted(error.extra_fields)[0]
        known = [field.name for field in attrs.fields(error.cl)]
        full = f"{key}.{name}" if key else name
        where = f"[{key}]" if key else "a configuration"
        return f"unknown key {full!r}; {where} has {', '.join(known)}.{near(name, known)}"
    if isinstance(error, BaseValidationError):
        inner = error.exceptions[0]
        for note in getattr(inner, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                key = f"{key}.{note.name}" if key else note.name
                field = attrs.fields_dict(typing.cast(Any, error).cl).get(note.name)
                unit = field.metadata.get("unit", "") if field else ""
            elif isinstance(note, IterableValidationNote):
                key = f"{key}[{note.index}]"
        return _sentence(inner, key, unit)
    if isinstance(error, KeyError):
        return f"the key {key or error.args[0]} is missing."
    if isinstance(error, TypeError):
        return f"{key} is {str(error).replace('%s', f' ({unit})' if unit else '')}."
    return str(error)


def _plain(value: Any) -> Any:
    """Turn settings into what TOML can hold; what is None is left out."""
    if isinstance(value, Component):
        return _plain(value.table)
    if attrs.has(value.__class__):
        value = attrs.asdict(value, recurse=False)
    if isinstance(value, dict):
        items = typing.cast(dict[str, Any], value).items()
        return {key: _plain(inner) for key, inner in items if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in typing.cast(Sequence[Any], value)]
    return value
