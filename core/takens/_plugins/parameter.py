"""Parameters of components, each declared once: as a field of a class of settings."""

import contextlib
import enum
import functools
import math
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Final, Literal, cast, final, get_args, get_origin

import attrs

from takens._given import given
from takens._near import near
from takens._plugins.spec import each, lenient, like, one_line
from takens._secrets import BLANK, remember
from takens.errors import ComponentError, InputError


class _Required(enum.Enum):
    REQUIRED = "required"

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required.REQUIRED

_WORDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}

_JUDGED: Final = (float, int, str, list, dict, tuple, type(None), Real)


def _types_of(default: object) -> tuple[type[Any], ...]:
    return () if default is REQUIRED or default is None else (default.__class__,)


def _bound(_: Any, attribute: Any, value: Any) -> None:
    if value is not None and (not isinstance(value, Real) or math.isnan(value)):
        raise ValueError(f"{attribute.alias} is a number; got {given(value)}")


@lenient
@final
@attrs.frozen
class Parameter:
    """One argument of a component, as ``takens show`` prints it and a configuration sets it.

    ``types`` are the accepted TOML types; they follow from ``default`` where it has one.
    ``choices`` are the accepted texts, beside values of the other types. Numbers, also those
    in lists, obey ``at_least``, ``above``, ``at_most`` and ``below``, and are finite where
    ``finite`` is not False; where it is True, lists hold nothing else. A ``secret``
    is a text that is never written down or shown.

    Raises: ValueError for a secret that is no text.
    """

    name: str = attrs.field(validator=like(r"[a-z_]\w*", "rho"))
    default: Any = REQUIRED
    unit: str = attrs.field(default="", validator=one_line, kw_only=True)
    summary: str = attrs.field(default="", validator=one_line, kw_only=True)
    types: tuple[type[Any], ...] = attrs.field(
        default=attrs.Factory(lambda self: _types_of(self.default), takes_self=True),
        kw_only=True,
        validator=each(type),
    )
    choices: tuple[str, ...] = attrs.field(default=(), kw_only=True, validator=each(str))
    at_least: float | None = attrs.field(default=None, validator=_bound, kw_only=True)
    above: float | None = attrs.field(default=None, validator=_bound, kw_only=True)
    at_most: float | None = attrs.field(default=None, validator=_bound, kw_only=True)
    below: float | None = attrs.field(default=None, validator=_bound, kw_only=True)
    finite: bool | None = attrs.field(default=None, kw_only=True)
    secret: bool = attrs.field(default=False, kw_only=True)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.secret and self.types not in ((), (str,)):
            raise ValueError(f"the secret {self.name!r} is a text, not {self.types!r}")

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is REQUIRED

    def refusal(self, value: Any) -> str:
        """Say what is expected and was given, as in ``is at least 1; got 0.``, or nothing.

        Values that TOML cannot hold (Tensors, callables) are left to the component.
        """
        if value is None and (self.default is None or not self.types):
            return ""
        if self.secret:
            remember(value)
            right = isinstance(value, str) or value is None
            return "" if right else f"is a text; got {value.__class__.__name__}."
        if not isinstance(value, _JUDGED):
            return ""
        if not self._fits(value):
            return self._other(value)
        numbers = cast(Sequence[Any], value if isinstance(value, (list, tuple)) else (value,))
        if not (self.limits or self.finite):
            numbers = [each for each in numbers if isinstance(each, Real)]
        elif not numbers:
            return f"has at least one number{self._unit()}; got {given(value)}."
        refusals = (self._number_refusal(number) for number in numbers)
        return next((refusal for refusal in refusals if refusal), "")

    def _number_refusal(self, number: Any) -> str:
        if not isinstance(number, Real):
            # The word of a choice, or what only the component can judge.
            one_of = isinstance(number, str) and number in self.choices
            return "" if one_of or not isinstance(number, _JUDGED) else self._other(number)
        if not self._within(number if isinstance(number, int) else float(number)):
            choices = "".join(f", or {choice!r}" for choice in self.choices)
            return f"is {self.limits}{self._unit()}{choices}; got {given(number)}."
        endless = not (isinstance(number, int) or math.isfinite(number))
        if endless and self.finite is not False and number != self.default:
            return f"is a finite number{self._unit()}; got {given(number)}."
        return ""

    def _fits(self, value: Any) -> bool:
        if isinstance(value, str) and self.choices:
            return value in self.choices
        default = self.default
        if not self.types or (value.__class__ is default.__class__ and value == default):
            return True
        return any(_is(value, kind) for kind in self.types)

    def _other(self, value: Any) -> str:
        words = [
            _WORDS.get(kind, kind.__name__)
            for kind in self.types
            if not (kind is str and self.choices)
        ]
        if not words:
            hint = near(value, self.choices) if isinstance(value, str) else ""
            return f"is one of {', '.join(map(repr, self.choices))}; got {given(value)}.{hint}"
        expected = " or ".join([*words, *map(repr, self.choices)])
        return f"is {expected}{self._unit()}; got {given(value)}."

    def _within(self, number: float) -> bool:
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )

    @property
    def limits(self) -> str:
        """What numbers obey, in words, as in ``above 0 and at most 1``."""
        if self.at_least is not None and self.at_most is not None:
            return f"between {self.at_least:g} and {self.at_most:g}"
        limits = {
            "at least": self.at_least,
            "above": self.above,
            "at most": self.at_most,
            "below": self.below,
        }
        words = [f"{word} {limit:g}" for word, limit in limits.items() if limit is not None]
        return " and ".join(words)

    def _unit(self) -> str:
        return f" (unit: {self.unit})" if self.unit not in ("", "1") else ""


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if isinstance(value, Real) and not isinstance(value, (int, float)):
        # numpy's numbers, whatever their precision.
        return kind is float or (kind is int and isinstance(value, Integral))
    if kind is float:
        return isinstance(value, (int, float))
    return isinstance(value, (list, tuple) if kind is list else kind)


def parameter(
    default: Any = REQUIRED,
    *,
    unit: str = "",
    summary: str = "",
    types: Sequence[type[Any]] | None = None,
    choices: Sequence[str] | None = None,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
    finite: bool | None = None,
    secret: bool = False,
    converter: Callable[[Any], Any] | None = None,
    validator: Callable[[Any, Any, Any], None] | None = None,
    kw_only: bool | None = None,
) -> Any:
    """Make a field of a class of settings that is also a parameter of its component.

    What the type of the field says is not said again: ``int | Literal["auto"]`` is a whole
    number or the text ``auto``. A default that is a list or a table is copied.
    ``validator`` is one of attrs, for what limits cannot say. A ``secret`` is a text that is
    never written down or shown.
    """
    about: dict[str, Any] = {
        "unit": unit,
        "summary": summary,
        "at_least": at_least,
        "above": above,
        "at_most": at_most,
        "below": below,
        "finite": finite,
        "secret": secret,
    }
    about |= {} if types is None else {"types": tuple(types)}
    about |= {} if choices is None else {"choices": tuple(choices)}
    given: Any = attrs.NOTHING if default is REQUIRED else default
    if isinstance(default, (list, dict)):
        given = attrs.Factory(cast(Any, default).copy)
    return attrs.field(
        default=given,
        validator=_check if validator is None else [_check, validator],
        converter=converter,
        kw_only=kw_only,
        repr=(lambda _: BLANK) if secret else True,
        metadata={"parameter": about, "unit": unit},
    )


@functools.cache
def parameters_of(settings: type[Any]) -> Mapping[str, Parameter]:
    """Return the parameters that a class of settings declares, by name.

    Those that can only be given by name come last.
    """
    fields: tuple[Any, ...] = attrs.fields(settings)
    hints: Mapping[str, Any] = {}
    if any(isinstance(field.type, str) for field in fields):
        # Where a type is only known to type checkers, the default says enough.
        with contextlib.suppress(NameError):
            hints = typing.get_type_hints(settings)
    found: dict[str, Parameter] = {}
    for field in sorted(fields, key=lambda field: field.kw_only):
        if field.init:
            default = _default(field.default)
            about = dict(field.metadata.get("parameter", {}))
            for key, value in _accepted(hints.get(field.name, field.type)).items():
                about.setdefault(key, value)
            found[field.alias] = Parameter(field.alias, default, **about)
    return types.MappingProxyType(found)


def _default(default: Any) -> Any:
    if default is attrs.NOTHING:
        return REQUIRED
    if isinstance(default, attrs.Factory):  # pyright: ignore[reportArgumentType]
        return None if default.takes_self else default.factory()
    return default


def _accepted(annotation: Any) -> dict[str, Any]:
    """Read the types and choices that an annotation allows."""
    parts = list(_alternatives(annotation))
    choices = tuple(part for part in parts if isinstance(part, str))
    kinds = tuple(part for part in parts if part in _WORDS)
    if choices:
        return {"types": kinds or (str,), "choices": choices}
    return {"types": kinds} if kinds and Any not in parts else {}


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        for part in get_args(annotation):
            yield from _alternatives(part)
    elif origin is Literal:
        yield from get_args(annotation)
    elif not isinstance(annotation, str):
        kind = origin or annotation
        is_type = isinstance(kind, type)
        yield (
            dict if is_type and issubclass(kind, Mapping)
            else list if is_type and issubclass(kind, Sequence) and kind is not str
            else kind
        )  # fmt: skip


def _check(instance: Any, attribute: Any, value: Any) -> None:
    # Fields are checked whenever a component is changed, so the common cases come first.
    if value is attribute.default or not isinstance(value, _JUDGED):
        return
    refusal = parameters_of(instance.__class__)[attribute.alias].refusal(value)
    if refusal:
        table = getattr(instance.__class__, "toml_table", None)
        if table is not None:
            raise InputError(f"{table}.{attribute.alias} {refusal}")
        raise ComponentError(f"{called(instance.__class__)}: {attribute.alias} {refusal}")


def called(settings: type[Any]) -> str:
    """Return the name of what settings are for: ``Map`` for a class ``MapSettings``."""
    return settings.__name__.removesuffix("Settings")
