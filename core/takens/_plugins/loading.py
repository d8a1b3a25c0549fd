"""Finding the installed plugins, each on its own, so that none can break the others."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Final, cast, final

import attrs

from takens._near import near
from takens._plugins.component import ComponentSpec
from takens._plugins.guard import PASSING, ended, reason_of
from takens._plugins.hooks import API_VERSION, SUPPORTED
from takens._plugins.kind import OURS, KindSpec
from takens._plugins.manager import Manager
from takens._plugins.plugin import GROUP, HERE, Plugin
from takens._plugins.process import contained
from takens._plugins.warn import warn_outside
from takens.errors import InputError, PluginWarning

# What was registered in this process, by the name of the plugin.
REGISTERED: Final[dict[str, object]] = {}


def load_plugins(environ: Mapping[str, str]) -> tuple[tuple[Plugin, ...], Manager]:
    """Load every plugin that the environment allows, our own first, then by name.

    Raises: whatever a plugin raises, where ``TAKENS_STRICT_PLUGINS`` is set and not ``0``;
    InputError where one cannot be used that was registered in this process.
    """
    manager = Manager()
    loads = list(_found(environ, manager))
    taken: dict[str, str] = {}
    for load in loads:
        load.attempt(lambda load=load: load.admit(taken))
    # A plugin may offer components of a kind that another one brings.
    kinds = {spec.name: "takens itself" for spec in OURS}
    for load in loads:
        load.attempt(lambda load=load: load.find_kinds(kinds))
    for load in loads:
        load.attempt(lambda load=load: load.find_components(kinds))
    for load in loads:
        load.tell()
    return tuple(load.plugin for load in loads), manager


def is_strict(environ: Mapping[str, str]) -> bool:
    """Whether what goes wrong in a plugin is to be raised."""
    return environ.get("TAKENS_STRICT_PLUGINS", "0") not in ("", "0")


@final
@attrs.define
class _Load:
    """A plugin on its way, and what there is to tell of it."""

    plugin: Plugin
    source: Callable[[], object]
    manager: Manager
    strict: bool
    module: object = None
    dropped: list[str] = attrs.field(factory=list[str])
    given: list[str] = attrs.field(factory=list[str])

    def attempt(self, work: Callable[[], None]) -> None:
        """Do one thing with the plugin, after which it has failed or goes on."""
        if self.plugin.state != "loaded":
            return
        try:
            with contained(self.plugin), warnings.catch_warnings(record=True) as given:
                warnings.simplefilter("always")
                try:
                    work()
                finally:
                    self.given += [str(each.message) for each in given]
        except PASSING:
            raise
        except BaseException as raised:
            if self.strict:
                raise
            if self.manager.get_plugin(self.plugin.name) is self.module is not None:
                self.manager.unregister(self.module)
            reason = reason_of(raised)
            self.plugin = attrs.evolve(
                self.plugin, state="failed", reason=reason, components=(), kinds=()
            )

    def admit(self, taken: dict[str, str]) -> None:
        """Import and register the plugin."""
        name = self.plugin.name
        if name in taken:
            raise ValueError(f"distribution {taken[name]!r} already has a plugin of this name")
        self.module = module = self.source()
        # Not by `getattr` of a module, whose own may import what is heavy.
        is_module = isinstance(module, ModuleType)
        known = vars(module).get if is_module else functools.partial(getattr, module)
        stated = known("TAKENS_API", None)
        remarks = _check_api(stated)
        if self.manager.is_registered(module):
            what = getattr(module, "__name__", type(module).__name__)
            raise ValueError(f"module {what!r} is registered under another name already")
        taken[name] = self.plugin.distribution
        # pluggy ignores what is not marked, and a misspelt hook that is marked only
        # shows up when asked for.
        self.manager.unusable.clear()
        self.manager.register(module, name=name)
        for problem in self.manager.unusable:
            self.drop(problem)
        home = getattr(module, "__name__", type(module).__module__)
        self.plugin = attrs.evolve(self.plugin, remarks=remarks, module=home)

    def find_kinds(self, known: dict[str, str]) -> None:
        """Ask for the kinds that it brings, and add them to those that are known."""
        kinds: list[KindSpec] = []
        for spec in self.manager.answers(self.plugin.name, "takens_kinds", KindSpec, self.drop):
            if spec.name in known:
                self.drop(f"the kind {spec.name!r} is brought by {known[spec.name]} already")
                continue
            known[spec.name] = str(self.plugin)
            kinds.append(spec)
        self.plugin = attrs.evolve(self.plugin, kinds=tuple(kinds))

    def find_components(self, kinds: Collection[str]) -> None:
        """Ask for the components that it offers."""
        found: dict[tuple[str, str], ComponentSpec] = {}
        ask = self.manager.answers
        for spec in ask(self.plugin.name, "takens_components", ComponentSpec, self.drop):
            what = f"{spec.kind} {spec.name!r}"
            if spec.kind not in kinds:
                self.drop(f"{what}: no loaded plugin brings this kind.{near(spec.kind, kinds)}")
            elif (spec.kind, spec.name) in found:
                self.drop(f"it offers two components of kind {spec.kind} called {spec.name!r}")
            else:
                object.__setattr__(spec, "owner", str(self.plugin))
                found[spec.kind, spec.name] = spec
        self.plugin = attrs.evolve(self.plugin, components=tuple(found.values()))

    def drop(self, problem: str) -> None:
        """Leave out one thing that the plugin offers, and not the plugin."""
        if self.strict:
            raise ValueError(problem)
        self.dropped.append(problem.removesuffix("."))

    def tell(self) -> None:
        """Say in one warning each what failed, was left out or was warned of."""
        plugin = self.plugin
        if plugin.state == "failed":
            if plugin.distribution == HERE:
                raise InputError(f"{plugin} cannot be used: {ended(plugin.reason)}")
            self.say(f"is left out: {ended(plugin.reason)}")
            return
        if self.dropped:
            self.plugin = attrs.evolve(plugin, remarks=(*self.dropped, *plugin.remarks))
            self.say(f"is used without some of it: {ended('; '.join(self.dropped))}")
        if self.given:
            # Told once, and not as often as a plugin likes.
            count = len(self.given)
            many = f"{count} warnings, the first" if count > 1 else "a warning"
            self.say(f"gives {many}: {ended(self.given[0])}")

    def say(self, what: str) -> None:
        """Warn of it, with what silences the warning."""
        warn_outside(f"takens: {self.plugin} {what} {self.plugin.remedy}", PluginWarning)


def _check_api(stated: object) -> tuple[str, ...]:
    """Refuse a plugin for other APIs; remark where it does not say for which it is.

    Raises: TypeError, RuntimeError.
    """
    if stated is None:
        return (f"its manifest lacks TAKENS_API = {API_VERSION}",)
    versions = cast(Any, [stated] if isinstance(stated, int) else stated)
    several = isinstance(stated, (int, list, tuple, set, frozenset, range))
    if not several or not all(isinstance(version, int) for version in versions):
        raise TypeError(f"TAKENS_API is a number, a set or a range of numbers; got {stated!r}")
    if not any(version in versions for version in SUPPORTED):
        raise RuntimeError(
            f"it was written for plugin API {', '.join(map(str, sorted(versions)))}, and this "
            f"takens knows {SUPPORTED[0]} to {SUPPORTED[-1]}"
        )
    return ()


def _found(environ: Mapping[str, str], manager: Manager) -> Iterator[_Load]:
    """Return every plugin that there is; those that are not allowed are disabled."""
    only = _names(environ, "TAKENS_PLUGINS")
    off = _names(environ, "TAKENS_DISABLE_PLUGINS") or frozenset()
    strict = is_strict(environ)
    entries = sorted(entry_points(group=GROUP), key=_precedence)
    names = [entry.name for entry in entries]
    for entry in entries:
        distribution, version = _origin(entry)
        full = f"{distribution}:{entry.name}"
        reason = ""
        if not off.isdisjoint((entry.name, _normal(full))):
            reason = "TAKENS_DISABLE_PLUGINS names it"
        elif only is not None and only.isdisjoint((entry.name, _normal(full))):
            reason = "TAKENS_PLUGINS does not name it"
        plugin = Plugin(
            entry.name,
            distribution,
            version,
            state="disabled" if reason else "loaded",
            reason=reason,
            handle=entry.name if names.count(entry.name) == 1 else full,
        )
        yield _Load(plugin, entry.load, manager, strict)
    for name, registered in REGISTERED.items():
        plugin = Plugin(name, HERE, "", state="loaded")
        yield _Load(plugin, lambda module=registered: module, manager, strict)


def _origin(entry: EntryPoint) -> tuple[str, str]:
    """Return the distribution that an entry point comes from, and its version."""
    return (entry.dist.name, entry.dist.version) if entry.dist else ("unknown", "unknown")


def _precedence(entry: EntryPoint) -> tuple[bool, str, str, str]:
    """Our own first, then by name: never in the order of a directory listing."""
    return (_origin(entry)[0] != GROUP, entry.name, _origin(entry)[0], entry.value)


def _names(environ: Mapping[str, str], key: str) -> frozenset[str] | None:
    value = environ.get(key)
    if value is None:
        return None
    return frozenset(_normal(name.strip()) for name in value.split(",") if name.strip())


def _normal(name: str) -> str:
    """Write the distribution in `distribution:plugin` as indexes do."""
    distribution, colon, plugin = name.rpartition(":")
    return re.sub(r"[-_.]+", "-", distribution).lower() + colon + plugin
