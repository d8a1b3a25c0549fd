"""The plugins of an environment and the components that they offer."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar, final

import attrs

from takens._near import near
from takens._plugins.component import ComponentSpec, Kind
from takens._plugins.guard import ended, left_out
from takens._plugins.kind import OURS, KindSpec
from takens._plugins.loading import is_strict, load_plugins
from takens._plugins.manager import Manager
from takens._plugins.plugin import HERE, Plugin
from takens._plugins.warn import warn_outside
from takens._printed import Printed
from takens.errors import (
    AmbiguousComponentError,
    ComponentError,
    InputError,
    PluginWarning,
    UnknownComponentError,
)

T = TypeVar("T")
# Longer lists of names are cut in messages.
_MOST: Final = 200


@final
@attrs.frozen(eq=False, repr=False)
class Catalogue(Printed):
    """The plugins of one environment; it does not change once it is made."""

    plugins: tuple[Plugin, ...]
    manager: Manager = attrs.field(repr=False)
    strict: bool = False

    @classmethod
    def discover(cls, environ: Mapping[str, str] = os.environ) -> Catalogue:
        """Load the plugins that are installed and that ``environ`` allows."""
        return cls(*load_plugins(environ), strict=is_strict(environ))

    def _parts(self) -> Iterator[tuple[str, object]]:
        for state in ("loaded", "disabled", "failed"):
            yield state, [plugin for plugin in self.plugins if plugin.state == state]
        for kind in self.kinds:
            yield kind, [spec for _, spec in self if spec.kind == kind]

    def __iter__(self) -> Iterator[tuple[Plugin, ComponentSpec]]:
        return ((plugin, spec) for plugin in self.plugins for spec in plugin.components)

    @functools.cached_property
    def kinds(self) -> Mapping[str, KindSpec]:
        """The kinds of components that there are, ours first, by name."""
        theirs = (spec for plugin in self.plugins for spec in plugin.kinds)
        return {spec.name: spec for spec in (*OURS, *theirs)}

    def find_kind(self, name: str) -> KindSpec:
        """Look up a kind by its name, also in the plural.

        Raises: InputError naming the kinds.
        """
        found = self.kinds.get(name) or self.kinds.get(name.removesuffix("s"))
        if found is None:
            listed = ", ".join(self.kinds)
            raise InputError(
                f"There is no kind {name!r}.{near(name, self.kinds)} Kinds are {listed}."
                + self._not_loaded()
            )
        return found

    def find(self, kind: Kind, name: str) -> tuple[Plugin, ComponentSpec]:
        """Look up a component by its bare name, or by ``plugin:name``.

        Raises: UnknownComponentError or AmbiguousComponentError, naming the candidates;
        ComponentError for what is no name.
        """
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - what callers without types give
            raise ComponentError(f"The name of a {kind} is text; got {name!r}.")
        owner, _, bare = name.rpartition(":")
        same = self._by_name.get((kind, bare), ())
        hits = [hit for hit in same if owner in ("", hit[0].name)]
        # What else is installed never changes what a bare name means.
        hits = [hit for hit in hits if hit[0].ours] or hits
        if not hits:
            raise UnknownComponentError(self._unknown(kind, bare, name))
        if len(hits) > 1:
            names = ", ".join(f"{plugin.name}:{spec.name}" for plugin, spec in hits)
            raise AmbiguousComponentError(
                f"Several plugins offer a {kind} called {name!r}; say which: {names}."
            )
        return hits[0]

    def qualified_name(self, kind: Kind, component: type) -> str | None:
        """Return ``plugin:name`` of a component's class, or None where no plugin offers it."""
        target = f"{component.__module__}:{component.__qualname__}"
        for plugin, spec in self:
            if spec.kind == kind and spec.target == target:
                return f"{plugin.name}:{spec.name}"
        return None

    @functools.cached_property
    def _by_name(self) -> Mapping[tuple[Kind, str], Sequence[tuple[Plugin, ComponentSpec]]]:
        """The components by kind and bare name."""
        found: dict[tuple[Kind, str], list[tuple[Plugin, ComponentSpec]]] = {}
        for plugin, spec in self:
            found.setdefault((spec.kind, spec.name), []).append((plugin, spec))
        return found

    @functools.cached_property
    def _homes(self) -> Mapping[str, Plugin]:
        """The plugins by the modules of their manifests and components."""
        homes: dict[str, Plugin] = {}
        for plugin in self.plugins:
            targets = (spec.target.partition(":")[0] for spec in plugin.components)
            for module in (plugin.module, *targets):
                homes.setdefault(module, plugin)
        return homes

    @functools.cached_property
    def _targets(self) -> Mapping[str, tuple[Plugin, ComponentSpec]]:
        """The components by their targets; of several, the one that comes first."""
        return {spec.target: (plugin, spec) for plugin, spec in reversed([*self])}

    def owner_of(self, module: str) -> Plugin | None:
        """Return the plugin that a module belongs to, or None where it is of no plugin."""
        while module and module not in self._homes:
            module = module.rpartition(".")[0]
        return self._homes.get(module) if module else None

    def owner(self, component: type) -> tuple[Plugin, str] | None:
        """Return the plugin that a class is from, and what to call it, or None."""
        target = f"{component.__module__}:{component.__qualname__}"
        if found := self._targets.get(target):
            plugin, spec = found
            return plugin, f"{spec.kind} {spec.name!r} of {plugin}"
        plugin = (
            None if component.__module__ == "__main__" else self.owner_of(component.__module__)
        )
        return None if plugin is None else (plugin, f"{component.__name__} of {plugin}")

    def announce(self, hook: str, **arguments: Any) -> dict[str, Any]:
        """Call a lifecycle hook of every plugin, each on its own.

        Gives what was answered, without None, by the plugin's name. A plugin that raises is
        warned about, once a call, and the others are still asked.

        Raises: whatever the plugin raises, where ``TAKENS_STRICT_PLUGINS`` is set.
        """
        answers: dict[str, Any] = {}
        for implementation in self.manager.implementations(hook):
            taken = {name: arguments[name] for name in implementation.argnames}
            plugin = self._named(implementation.plugin_name)
            with left_out(f"{plugin} failed in {hook}", plugin, strict=self.strict):
                answer: Any = implementation.function(**taken)
                if answer is not None:
                    answers[plugin.name] = answer
        return answers

    def ask(self, plugin: Plugin, hook: str, kind: type[T]) -> tuple[T, ...]:
        """Ask one plugin what it adds by a hook; give nothing where it has none or breaks.

        Raises: whatever the plugin raises, where ``TAKENS_STRICT_PLUGINS`` is set.
        """
        dropped: list[str] = []
        found: tuple[T, ...] = ()
        with left_out(f"{plugin} failed in {hook}", plugin, strict=self.strict):
            found = tuple(self.manager.answers(plugin.name, hook, kind, dropped.append))
        for problem in dropped:
            text = f"takens: {plugin} is used without some of it: {ended(problem)}"
            warn_outside(f"{text} {plugin.remedy}", PluginWarning)
        return found

    def _named(self, name: str) -> Plugin:
        known = [plugin for plugin in self.plugins if plugin.name == name]
        # What was registered with the manager alone belongs to no distribution.
        return known[0] if known else Plugin(name, HERE, "", state="loaded")

    def _unknown(self, kind: Kind, bare: str, name: str) -> str:
        if not self.plugins:
            return (
                f"No {kind} is called {name!r}, since no plugin was found at all, not even "
                "those of takens. Install takens with pip; in a program that is frozen, or "
                "runs from source, call takens.register(module, name) for each of them."
            )
        known = sorted({spec.name for _, spec in self if spec.kind == kind})
        return (
            f"No {kind} is called {name!r}.{near(bare, known)}"
            f" Known: {_listed(known)}." + self._not_loaded()
        )

    def _not_loaded(self) -> str:
        said = ""
        for what, state in (("failed to load", "failed"), ("are disabled", "disabled")):
            names = [plugin.name for plugin in self.plugins if plugin.state == state]
            said += f" Plugins that {what}: {', '.join(names)}." if names else ""
        return said


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    if more > 0:
        return f"{', '.join(names[:_MOST])} and {more:,} more, which takens list shows"
    return ", ".join(names) or "none"


@functools.cache
def catalogue() -> Catalogue:
    """Return the catalogue of this process, discovered on first use."""
    return Catalogue.discover()
