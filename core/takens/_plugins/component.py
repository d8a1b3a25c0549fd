"""What a plugin says of each component that it offers."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, final, get_args

import attrs

Kind = Literal[
    "system",
    "integrator",
    "model",
    "scheme",
    "metric",
    "device",
    "dataset",
    "figure",
    "portrait",
    "backend",
    "kernel",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()


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


def _known_kind(_: Any, __: Any, value: str) -> None:
    if value not in KINDS:
        raise ValueError(f"a component's kind is one of {', '.join(KINDS)}; got {value!r}")


def _types_of(default: object) -> tuple[type[Any], ...]:
    return () if default is REQUIRED or default is None else (default.__class__,)


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

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is REQUIRED


@final
@attrs.frozen(kw_only=True)
class ComponentSpec:
    """A promise: ``target`` can be imported and makes components of ``kind``.

    ``parameters`` are the keyword arguments of ``target``, ``supports`` what a component can
    do beyond its protocol (``"jacobian"``), ``source`` the paper that it comes from.
    ``example`` holds parameters that make a small one, for ``takens check``; ``excused`` says
    of each of its checks that is known to fail, by name, why.
    """

    kind: Kind = attrs.field(validator=_known_kind)
    name: str = attrs.field(validator=like(r"[a-z][a-z0-9_]*", "lorenz63"))
    target: str = attrs.field(
        validator=like(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", "package.module:Name")
    )
    summary: str = attrs.field(default="", validator=one_line)
    parameters: tuple[Parameter, ...] = ()
    supports: tuple[str, ...] = ()
    source: str = attrs.field(default="", validator=one_line)
    # Not compared, since a mapping has no hash.
    example: Mapping[str, Any] = attrs.field(factory=dict[str, Any], eq=False)
    excused: Mapping[str, str] = attrs.field(factory=dict[str, str], eq=False)
