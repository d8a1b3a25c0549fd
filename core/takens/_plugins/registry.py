"""Components of one kind, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, final

import attrs

from takens._given import in_line
from takens._plugins.candidate import Candidate
from takens._plugins.catalogue import Catalogue, catalogue
from takens._plugins.choice import Component
from takens._plugins.component import ComponentSpec, Kind
from takens._plugins.guard import ended, guard, left_out, reason_of
from takens._plugins.kind import plural
from takens._plugins.parameters import check_parameters
from takens._plugins.plugin import Plugin
from takens._plugins.spec import imported
from takens._plugins.warn import warn_outside, with_new_names
from takens._printed import paragraph, table
from takens.errors import AmbiguousComponentError, ComponentError, TakensError

if TYPE_CHECKING:
    from takens._protocols.backend import Backend
    from takens._protocols.dataset import Dataset
    from takens._protocols.device import DevicePolicy
    from takens._protocols.figure import Figure
    from takens._protocols.integrator import Integrator
    from takens._protocols.metric import Metric
    from takens._protocols.model import Model
    from takens._protocols.optimiser import Optimiser
    from takens._protocols.portrait import Portrait
    from takens._protocols.preparation import Preparation
    from takens._protocols.recipe import Recipe
    from takens._protocols.schedule import Schedule
    from takens._protocols.scheme import TrainingScheme
    from takens._protocols.search import Search
    from takens._protocols.source import Source
    from takens._protocols.system import System

T_co = TypeVar("T_co", covariant=True)
A = TypeVar("A")


@final
@attrs.frozen(eq=False, repr=False)
class Registry(Generic[T_co]):
    """Components of one kind, by name; by default those of this process's plugins."""

    kind: Kind
    _catalogue: Catalogue | None = None

    def __repr__(self) -> str:
        return paragraph(f"{plural(self.kind)}: {', '.join(self)}")

    def _repr_html_(self) -> str:
        return table(plural(self.kind), ((name, self.spec(name).summary) for name in self))

    @property
    def catalogue(self) -> Catalogue:
        """The plugins that are asked."""
        return self._catalogue or catalogue()

    def names(self) -> list[str]:
        """List the names, sorted."""
        return sorted({spec.name for _, spec in self._all()})

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def __contains__(self, name: object) -> bool:
        return any(
            name in (spec.name, f"{plugin.name}:{spec.name}") for plugin, spec in self._all()
        )

    def __getitem__(self, name: str) -> ComponentSpec:
        return self.spec(name)

    def _ipython_key_completions_(self) -> list[str]:
        return self.names()

    def spec(self, name: str, /) -> ComponentSpec:
        """Describe a component without importing it.

        Raises: UnknownComponentError, AmbiguousComponentError.
        """
        return self.catalogue.find(self.kind, name)[1]

    def create(self, name: str, /, **parameters: Any) -> T_co:
        """Make a component from its name and parameters.

        Raises: UnknownComponentError, AmbiguousComponentError; ComponentError for a parameter
        that the component does not take, or a component that cannot be imported or made.
        """
        return self._made(*self.catalogue.find(self.kind, name), parameters)

    def get(self, given: str | Mapping[str, Any] | Component | T_co, /) -> T_co:  # pyright: ignore[reportGeneralTypeIssues] - nothing is written
        """Return a component that is given as itself, by name, or as a table with a name.

        Raises: as ``create``; InputError for a table without a name.
        """
        if isinstance(given, (str, Mapping, Component)):
            named = Component.of(cast(Any, given))
            return self.create(named.name, **named.parameters)
        return given

    def qualified_name(self, name: str, /) -> str:
        """Return the full name, ``plugin:name``, of a component that is offered.

        Raises: UnknownComponentError, AmbiguousComponentError.
        """
        plugin, spec = self.catalogue.find(self.kind, name)
        return f"{plugin.name}:{spec.name}"

    def shortest_name(self, name: str, /) -> str:
        """Return the bare name where it means the same component, else the full one.

        Raises: UnknownComponentError, AmbiguousComponentError.
        """
        return self._shortest(*self.catalogue.find(self.kind, name))

    def candidates(
        self, question: Callable[[T_co], A], /, *, asked_for: bool = False
    ) -> list[Candidate[T_co, A]]:
        """Make every component that needs no parameters, and ask each the same question.

        Our own come first, then those of others by name. One that breaks is left out with a
        warning, and the others are asked all the same; a user who ``asked_for`` all of them
        misses it.
        """
        found: list[Candidate[T_co, A]] = []
        for plugin, spec in sorted(self._all(), key=_precedence):
            name = self._shortest(plugin, spec)
            what = f"{self.kind} {name!r} of {plugin} is left out"
            strict = self.catalogue.strict
            with left_out(what, plugin, strict=strict, asked_for=asked_for):
                if any(parameter.required for parameter in spec.parameters):
                    continue
                made = self._made(plugin, spec, {})
                found.append(Candidate(name, plugin, made, question(made)))
        return found

    def _all(self) -> Iterator[tuple[Plugin, ComponentSpec]]:
        """Return those that are not to go."""
        for plugin, spec in self.catalogue:
            if spec.kind == self.kind and not spec.deprecated:
                yield plugin, spec

    def _shortest(self, plugin: Plugin, spec: ComponentSpec) -> str:
        """Return the bare name where it means this component, else the full one."""
        try:
            bare = self.catalogue.find(self.kind, spec.name)[1] is spec
        except AmbiguousComponentError:
            bare = False
        return spec.name if bare else f"{plugin.name}:{spec.name}"

    def _made(self, plugin: Plugin, spec: ComponentSpec, parameters: Mapping[str, Any]) -> T_co:
        what, strict = f"{spec.kind} {spec.name!r} of {plugin}", self.catalogue.strict
        says = f"{what} cannot be imported from {spec.target!r}"
        with guard(says, plugin, strict=strict, error=ComponentError):
            factory = imported(spec.target)
            spec.settings_class()
        check_parameters(spec, parameters)
        if spec.deprecated:
            text = f"{spec.kind} {spec.name!r} is to go; {spec.deprecated}."
            warn_outside(text, DeprecationWarning)
        with guard(f"{what} cannot be made", plugin, strict=strict, error=ComponentError):
            try:
                made: T_co = spec.make(factory, parameters)
            except TakensError:
                raise
            except (TypeError, ValueError) as error:
                said = ended(in_line(error)) if str(error) else reason_of(error)
                raise ComponentError(f"{spec.kind} {spec.name!r}: {said}") from error
        return with_new_names(made)


def _precedence(each: tuple[Plugin, ComponentSpec]) -> tuple[bool, str, str]:
    """Our own first, then by name."""
    plugin, spec = each
    return not plugin.ours, plugin.name, spec.name


def create(kind: Kind, name: str, /, **parameters: Any) -> Any:
    """Create a component of any kind and name, also one that type checkers know nothing of.

    Raises: InputError for an unknown kind; as ``Registry.create``.
    """
    return registry(kind).create(name, **parameters)


def registry(kind: Kind) -> Registry[Any]:
    """Return the registry of the components of a kind, ours or one that a plugin brings.

    Raises: InputError naming the kinds.
    """
    return Registry(catalogue().find_kind(kind).name)


systems: Registry[System] = Registry("system")
integrators: Registry[Integrator] = Registry("integrator")
models: Registry[Model] = Registry("model")
schemes: Registry[TrainingScheme[Any]] = Registry("scheme")
optimisers: Registry[Optimiser] = Registry("optimiser")
schedules: Registry[Schedule] = Registry("schedule")
metrics: Registry[Metric] = Registry("metric")
devices: Registry[DevicePolicy] = Registry("device")
datasets: Registry[Dataset] = Registry("dataset")
sources: Registry[Source] = Registry("source")
preparations: Registry[Preparation] = Registry("preparation")
recipes: Registry[Recipe] = Registry("recipe")
searches: Registry[Search] = Registry("search")
figures: Registry[Figure] = Registry("figure")
portraits: Registry[Portrait] = Registry("portrait")
backends: Registry[Backend] = Registry("backend")
kernels: Registry[Any] = Registry("kernel")
