"""What a plugin says of each component and each command that it offers."""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, final

import attrs

from takens._plugins.parameter import Parameter, parameters_of
from takens._plugins.spec import PLACE, each, imported, lenient, like, one_line, table
from takens._printed import Printed
from takens.errors import ComponentError

Kind: TypeAlias = str
_PLACE: Final = like(PLACE, "package.module:Name")


def _known_settings(spec: Any, attribute: Any, value: Any) -> None:
    if isinstance(value, str):
        _PLACE(spec, attribute, value)
    elif value is not None and not attrs.has(value):
        raise ValueError(f"a component's settings are an attrs class; got {value!r}")


@lenient
@final
@attrs.frozen(kw_only=True, repr=False)
class ComponentSpec(Printed):
    """A promise: ``target`` can be imported and makes components of ``kind``.

    ``settings`` is a frozen attrs class of what ``target`` is made with, or the place of one,
    as ``package.module:Name``: ``target`` inherits it and takes its fields, or takes one value
    of it. The parameters are its fields; where they are not given, the summary is the first
    line of its docstring and the source what stands there after ``Source:``. Without settings,
    ``parameters`` are the keyword arguments of ``target``.

    ``supports`` is what a component can do beyond its protocol (``"jacobian"``), ``source``
    the paper that it comes from. ``example`` holds parameters that make a small one, for
    ``takens check``; ``excused`` says of each of its checks that is known to fail, by name,
    why. ``deprecated`` says what to use instead, where it is to go.
    """

    kind: Kind = attrs.field(validator=like(r"[a-z][a-z0-9_]*", "system"))
    name: str = attrs.field(validator=like(r"[a-z][a-z0-9_]*", "my_system"))
    target: str = attrs.field(validator=_PLACE)
    settings: type[Any] | str | None = attrs.field(default=None, validator=_known_settings)
    _summary: str = attrs.field(default="", validator=one_line, alias="summary")
    _parameters: tuple[Parameter, ...] = attrs.field(
        default=(), alias="parameters", validator=each(Parameter)
    )
    supports: tuple[str, ...] = attrs.field(default=(), validator=each(str))
    _source: str = attrs.field(default="", validator=one_line, alias="source")
    deprecated: str = attrs.field(default="", validator=one_line)
    # Not compared, since a mapping has no hash.
    example: Mapping[str, Any] = attrs.field(factory=dict[str, Any], eq=False, validator=table)
    excused: Mapping[str, str] = attrs.field(factory=dict[str, str], eq=False, validator=table)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)
    # The plugin, in words, once it is loaded.
    owner: str = attrs.field(default="", init=False, repr=False, eq=False)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a component can be given.

        Raises: ComponentError where the settings cannot be imported.
        """
        settings = self.settings_class()
        return self._parameters if settings is None else (*parameters_of(settings).values(),)

    @property
    def summary(self) -> str:
        """What the component is, in one line."""
        return self._summary or self._described()[0]

    @property
    def source(self) -> str:
        """The paper that the component comes from."""
        return self._source or self._described()[1]

    def _parts(self) -> Iterator[tuple[str, object]]:
        for name in ("kind", "name", "target", "summary", "parameters", "supports", "source"):
            yield name, getattr(self, name)

    def settings_class(self) -> type[Any] | None:
        """Import the settings, where there are any.

        Raises: ComponentError where that fails.
        """
        if not isinstance(self.settings, str):
            return self.settings
        try:
            found = imported(self.settings)
            parameters_of(found)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            of = f" of {self.owner}" if self.owner else ""
            raise ComponentError(
                f"{self.kind} {self.name!r}{of}: its settings {self.settings!r} cannot be "
                f"read: {type(error).__name__}: {error}."
            ) from error
        return found

    def make(self, target: Any, parameters: Mapping[str, Any]) -> Any:
        """Call ``target``, once imported, with parameters or with settings made of them."""
        settings = self.settings_class()
        if settings is None or (isinstance(target, type) and issubclass(target, settings)):
            return target(**parameters)
        return target(settings(**parameters))

    def _described(self) -> tuple[str, str]:
        try:
            text = inspect.getdoc(self.settings_class()) if self.settings else None
        # Listing goes on; whoever makes the component is told.
        except ComponentError:
            text = None
        summary, _, rest = (text or "").partition("\n")
        stated = re.search(r"^Source: (.+?)(?:\.?\n\n|\.?\Z)", rest, re.DOTALL | re.MULTILINE)
        return summary, " ".join(stated[1].split()) if stated else ""


@lenient
@final
@attrs.frozen(kw_only=True)
class CommandSpec:
    """A promise: ``target`` can be imported and is a ``click`` command called ``name``."""

    name: str = attrs.field(validator=like(r"[a-z][a-z0-9-]*", "tune", "command"))
    target: str = attrs.field(validator=like(PLACE, "package.module:command", "command"))
    summary: str = attrs.field(default="", validator=one_line)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)


def unknown_fields(spec: object) -> str:
    """Name the fields of a spec, and of its parameters, that only a later takens has."""
    # Not those of its settings, which are not imported to read a manifest.
    stated = getattr(spec, "_parameters", ())
    unknown = [name for each in (spec, *stated) for name in getattr(each, "unknown", ())]
    return ", ".join(f"the field {name!r}" for name in unknown)
