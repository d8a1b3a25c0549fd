"""The plugins of an environment and the components that they offer."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, final

import attrs

from takens._errors import (
    AmbiguousComponentError,
    ComponentError,
    PluginWarning,
    UnknownComponentError,
    near,
)
from takens._plugins.component import ComponentSpec, Kind
from takens._plugins.hooks import API_VERSION, GROUP
from takens._plugins.loading import Manager, Plugin, is_strict, load_plugins
from takens._plugins.warn import warn_outside

T = TypeVar("T")


@final
@attrs.frozen(eq=False)
class Catalogue:
    """The plugins of one environment; it does not change once it is made."""

    plugins: tuple[Plugin, ...]
    manager: Manager = attrs.field(repr=False)
    strict: bool = False

    @classmethod
    def discover(cls, environ: Mapping[str, str] = os.environ) -> Catalogue:
        """Load the plugins that are installed and that ``environ`` allows."""
        return cls(*load_plugins(environ), strict=is_strict(environ))

    def __iter__(self) -> Iterator[tuple[Plugin, ComponentSpec]]:
        return ((plugin, spec) for plugin in self.plugins for spec in plugin.components)

    def find(self, kind: Kind, name: str) -> tuple[Plugin, ComponentSpec]:
        """Look up a component by its bare name, or by ``plugin:name``.

        Raises: UnknownComponentError or AmbiguousComponentError, naming the candidates;
        ComponentError for what is no name.
        """
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - what callers without types give
            raise ComponentError(f"The name of a {kind} is text; got {name!r}.")
        owner, _, bare = name.rpartition(":")
        hits = [
            (plugin, spec)
            for plugin, spec in self
            if spec.kind == kind and spec.name == bare and owner in ("", plugin.name)
        ]
        # What else is installed never changes what a bare name means.
        hits = [hit for hit in hits if hit[0].distribution == GROUP] or hits
        if not hits:
            raise UnknownComponentError(self._unknown(kind, bare, name))
        if len(hits) > 1:
            names = ", ".join(f"{plugin.name}:{spec.name}" for plugin, spec in hits)
            raise AmbiguousComponentError(
                f"Several plugins offer a {kind} called {name!r}; say which: {names}."
            )
        return hits[0]

    def qualified_name(self, kind: Kind, component: type) -> str | None:
        """Give ``plugin:name`` of a component's class, or None where no plugin offers it."""
        target = f"{component.__module__}:{component.__qualname__}"
        for plugin, spec in self:
            if spec.kind == kind and spec.target == target:
                return f"{plugin.name}:{spec.name}"
        return None

    def announce(self, hook: str, **arguments: Any) -> None:
        """Call a lifecycle hook of every plugin, each on its own.

        A plugin that raises is warned about, once a call, and the others are still asked.

        Raises: whatever the plugin raises, where ``TAKENS_STRICT_PLUGINS`` is set.
        """
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            taken = {name: arguments[name] for name in implementation.argnames}
            try:
                implementation.function(**taken)
            except Exception as error:
                if self.strict:
                    raise
                self._complain(implementation.plugin_name, hook, error)

    def ask(self, plugin: Plugin, hook: str, kind: type[T]) -> tuple[T, ...]:
        """Ask one plugin what it adds by a hook; give nothing where it has none or breaks.

        Raises: whatever the plugin raises, where ``TAKENS_STRICT_PLUGINS`` is set.
        """
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            if implementation.plugin_name != plugin.name:
                continue
            given = {"api_version": API_VERSION}
            taken = {name: given[name] for name in implementation.argnames}
            try:
                answer = tuple(implementation.function(**taken))
                for each in answer:
                    if not isinstance(each, kind):
                        raise TypeError(f"{each!r} is no {kind.__name__}")
                return answer
            except Exception as error:
                if self.strict:
                    raise
                self._complain(plugin.name, hook, error)
        return ()

    def _complain(self, name: str, hook: str, error: Exception) -> None:
        # A tracker that was registered by hand belongs to no distribution.
        known = [plugin for plugin in self.plugins if plugin.name == name]
        origin = f" ({known[0].distribution} {known[0].version})" if known else ""
        who = f"plugin {name!r}{origin}"
        warn_outside(
            f"takens: {who} failed in {hook}: {type(error).__name__}: {error}. "
            f"TAKENS_DISABLE_PLUGINS={name} silences this.",
            PluginWarning,
        )

    def _unknown(self, kind: Kind, bare: str, name: str) -> str:
        known = sorted({spec.name for _, spec in self if spec.kind == kind})
        failed = [plugin.name for plugin in self.plugins if plugin.state == "failed"]
        off = [plugin.name for plugin in self.plugins if plugin.state == "disabled"]
        return (
            f"No {kind} is called {name!r}.{near(bare, known)}"
            f" Known: {', '.join(known) or 'none'}."
            + (f" Plugins that failed to load: {', '.join(failed)}." if failed else "")
            + (f" Plugins that are disabled: {', '.join(off)}." if off else "")
        )


@functools.cache
def catalogue() -> Catalogue:
    """Give the catalogue of this process, discovered on first use."""
    return Catalogue.discover()
