"""What a plugin says of each component and each command that it offers."""

import enum
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar, final

import attrs

Kind: TypeAlias = str
T = TypeVar("T")


class _Required(enum.Enum):
    REQUIRED = "required"

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required.REQUIRED


def like(
    pattern: str, example: str, what: str = "component"
) -> Callable[[Any, Any, str], None]:
    """Make a check that a text has a form, which says so with an example."""

    # attrs' own matches_re puts its whole Attribute into the message.
    def check(_: Any, attribute: Any, value: str) -> None:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(
                f"a {what}'s {attribute.name} looks like {example!r}; got {value!r}"
            )

    return check


def one_line(_: Any, attribute: Any, value: str) -> None:
    """Refuse a text of several lines."""
    if "\n" in value:
        raise ValueError(f"the {attribute.name} is one line; got {value!r}")


def lenient(spec: type[T]) -> type[T]:
    """Let a spec keep the names of fields that only a later takens has, in ``unknown``.

    Whoever reads the spec leaves out just this one, and not all that a plugin offers.
    """
    known = {field.name for field in attrs.fields(spec)}  # pyright: ignore[reportArgumentType, reportUnknownVariableType] - specs are attrs classes
    make = spec.__init__

    @functools.wraps(make)
    def init(self: Any, *given: Any, **fields: Any) -> None:
        unknown = tuple(sorted(fields.keys() - known))
        fields = {name: value for name, value in fields.items() if name in known}
        make(self, *given, **fields)
        if unknown:
            object.__setattr__(self, "unknown", unknown)

    spec.__init__ = init
    return spec


def _types_of(default: object) -> tuple[type[Any], ...]:
    return () if default is REQUIRED or default is None else (default.__class__,)


@lenient
@final
@attrs.frozen
class Parameter:
    """One argument of a component, as ``takens show`` prints it and a configuration sets it.

    ``types`` are the accepted TOML types; they follow from ``default`` where it has one.
    """

    name: str = attrs.field(validator=like(r"[a-z_]\w*", "rho"))
    default: Any = REQUIRED
    unit: str = attrs.field(default="", kw_only=True)
    summary: str = attrs.field(default="", validator=one_line, kw_only=True)
    types: tuple[type[Any], ...] = attrs.field(
        default=attrs.Factory(lambda self: _types_of(self.default), takes_self=True),
        kw_only=True,
    )
    choices: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is REQUIRED


@lenient
@final
@attrs.frozen(kw_only=True)
class ComponentSpec:
    """A promise: ``target`` can be imported and makes components of ``kind``.

    ``parameters`` are the keyword arguments of ``target``, ``supports`` what a component can
    do beyond its protocol (``"jacobian"``), ``source`` the paper that it comes from.
    ``example`` holds parameters that make a small one, for ``takens check``; ``excused`` says
    of each of its checks that is known to fail, by name, why. ``deprecated`` says what to use
    instead, where it is to go.
    """

    kind: Kind = attrs.field(validator=like(r"[a-z][a-z0-9_]*", "system"))
    name: str = attrs.field(validator=like(r"[a-z][a-z0-9_]*", "lorenz63"))
    target: str = attrs.field(
        validator=like(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", "package.module:Name")
    )
    summary: str = attrs.field(default="", validator=one_line)
    parameters: tuple[Parameter, ...] = ()
    supports: tuple[str, ...] = ()
    source: str = attrs.field(default="", validator=one_line)
    deprecated: str = attrs.field(default="", validator=one_line)
    # Not compared, since a mapping has no hash.
    example: Mapping[str, Any] = attrs.field(factory=dict[str, Any], eq=False)
    excused: Mapping[str, str] = attrs.field(factory=dict[str, str], eq=False)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)


@lenient
@final
@attrs.frozen(kw_only=True)
class CommandSpec:
    """A promise: ``target`` can be imported and is a ``click`` command called ``name``."""

    name: str = attrs.field(validator=like(r"[a-z][a-z0-9-]*", "tune", "command"))
    target: str = attrs.field(
        validator=like(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", "package.module:command", "command")
    )
    summary: str = attrs.field(default="", validator=one_line)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)


def unknown_fields(spec: object) -> str:
    """Name the fields of a spec, and of its parameters, that only a later takens has."""
    parameters = getattr(spec, "parameters", ())
    unknown = [name for each in (spec, *parameters) for name in getattr(each, "unknown", ())]
    return ", ".join(f"the field {name!r}" for name in unknown)
