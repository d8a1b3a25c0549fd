"""pluggy's manager, as we use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, final

import pluggy

from takens._near import near
from takens._plugins.component import unknown_fields
from takens._plugins.hooks import API_VERSION, HOOKS, HookSpecs
from takens._plugins.plugin import GROUP

T = TypeVar("T")


@final
class Manager(pluggy.PluginManager):
    """pluggy's manager, told to look at nothing in a plugin but our hooks.

    ``unusable`` says of each implementation that is left out, why.
    """

    def __init__(self) -> None:
        super().__init__(GROUP)
        self.unusable: list[str] = []
        self.add_hookspecs(HookSpecs)

    # Reading every attribute of a plugin would run the lazy imports of its module.
    def parse_hookimpl_opts(self, plugin: Any, name: str) -> pluggy.HookimplOpts | None:
        """Return the options of a hook implementation, or None for anything else."""
        if not name.startswith("takens_"):
            return None
        options = super().parse_hookimpl_opts(plugin, name)
        if options is None:
            if name in HOOKS:
                self.unusable.append(
                    f"{name} is not marked; put @takens.plugin.hookimpl above it"
                )
            return None
        problem = self._problem(getattr(plugin, name), options.get("specname") or name, options)
        if problem and not options.get("optionalhook"):
            self.unusable.append(problem)
        return None if problem else options

    def implementations(
        self, hook: str, plugin: str | None = None
    ) -> Iterator[pluggy.HookImpl]:
        """Return the implementations of a hook, of all plugins or of one."""
        for each in getattr(self.hook, hook).get_hookimpls():
            if plugin in (None, each.plugin_name):
                yield each

    def answers(
        self, plugin: str, hook: str, kind: type[T], drop: Callable[[str], None]
    ) -> Iterator[T]:
        """Ask one plugin what it offers by a hook, and drop what is none of that.

        Raises: whatever the plugin raises.
        """
        given = {"api_version": API_VERSION}
        for implementation in self.implementations(hook, plugin):
            asked = {name: given[name] for name in implementation.argnames}
            answer: Any = implementation.function(**asked)
            if answer is None:
                raise TypeError(
                    f"{hook} gave None; it gives every {kind.__name__} of the plugin"
                )
            for each in answer:
                if not isinstance(each, kind):
                    drop(f"{hook} gave {each!r}, which is no {kind.__name__}")
                elif unknown := unknown_fields(each):
                    name = getattr(each, "name", "")
                    drop(f"{name!r} has {unknown}, which this takens does not know")
                else:
                    yield each

    def _problem(self, function: Any, hook: str, options: pluggy.HookimplOpts) -> str:
        if hook not in HOOKS:
            return f"there is no hook called {hook!r}.{near(hook, HOOKS)}".removesuffix(".")
        if options.get("wrapper") or options.get("hookwrapper"):
            return f"{hook} is a wrapper, and each plugin is asked on its own"
        known = getattr(self.hook, hook).spec.argnames
        asked = pluggy.HookImpl(None, "", function, options).argnames
        unknown = [name for name in asked if name not in known]
        listed = f"it has {', '.join(known)}"
        return f"{hook} asks for {', '.join(unknown)}; {listed}" if unknown else ""
