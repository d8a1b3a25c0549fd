"""Finding the installed plugins, each on its own, so that none can break the others."""

import warnings
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Literal, final

import attrs
import pluggy

from takens._errors import PluginWarning
from takens._plugins.component import ComponentSpec
from takens._plugins.hooks import API_VERSION, GROUP, HOOKS, HookSpecs
from takens._plugins.warn import warn_outside


@final
@attrs.frozen
class Plugin:
    """One entry point, and what became of it."""

    name: str
    distribution: str
    version: str
    state: Literal["loaded", "disabled", "failed"]
    reason: str = ""
    components: tuple[ComponentSpec, ...] = ()


class Manager(pluggy.PluginManager):
    """pluggy's manager, told to look at nothing in a plugin but our hooks."""

    # Reading every attribute of a plugin would run the lazy imports of its module.
    def parse_hookimpl_opts(self, plugin: Any, name: str) -> pluggy.HookimplOpts | None:
        """Give the options of a hook implementation, or None for anything else."""
        return super().parse_hookimpl_opts(plugin, name) if name.startswith("takens_") else None


def load_plugins(environ: Mapping[str, str]) -> tuple[tuple[Plugin, ...], Manager]:
    """Load every plugin that the environment allows, our own first, then by name.

    Raises: whatever a plugin raises, where ``TAKENS_STRICT_PLUGINS`` is set and not ``0``.
    """
    manager = Manager(GROUP)
    manager.add_hookspecs(HookSpecs)
    only = _names(environ, "TAKENS_PLUGINS")
    off = _names(environ, "TAKENS_DISABLE_PLUGINS") or frozenset()
    strict = is_strict(environ)
    found: list[Plugin] = []
    taken: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=_precedence):
        about = (entry.name, *_origin(entry))
        if entry.name in off:
            reason = "TAKENS_DISABLE_PLUGINS names it"
            found.append(Plugin(*about, state="disabled", reason=reason))
            continue
        if only is not None and entry.name not in only:
            reason = "TAKENS_PLUGINS does not name it"
            found.append(Plugin(*about, state="disabled", reason=reason))
            continue
        try:
            if entry.name in taken:
                raise ValueError(
                    f"distribution {taken[entry.name]!r} already has a plugin of this name"
                )
            with warnings.catch_warnings(record=True) as given:
                warnings.simplefilter("always")
                specs = _admit(manager, entry)
        # A module that exits must not take the program with it.
        except (Exception, SystemExit) as error:
            if strict:
                raise
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            found.append(Plugin(*about, state="failed", reason=reason))
            warn_outside(
                f"takens: plugin {entry.name!r} ({about[1]} {about[2]}) is left out: {reason}. "
                f"TAKENS_DISABLE_PLUGINS={entry.name} silences this.",
                PluginWarning,
            )
        else:
            if given:
                # Told once, and not as often as a plugin likes.
                many = f"{len(given)} warnings, the first" if len(given) > 1 else "a warning"
                warn_outside(
                    f"takens: plugin {entry.name!r} ({about[1]} {about[2]}) gives {many}: "
                    f"{given[0].message}. TAKENS_DISABLE_PLUGINS={entry.name} silences this.",
                    PluginWarning,
                )
            taken[entry.name] = about[1]
            found.append(Plugin(*about, state="loaded", components=specs))
    return tuple(found), manager


def is_strict(environ: Mapping[str, str]) -> bool:
    """Whether what goes wrong in a plugin is to be raised."""
    return environ.get("TAKENS_STRICT_PLUGINS", "0") not in ("", "0")


def _admit(manager: Manager, entry: EntryPoint) -> tuple[ComponentSpec, ...]:
    """Import, register and question one plugin; raise whatever is wrong with it."""
    module: ModuleType = entry.load()
    wanted = vars(module).get("TAKENS_API", API_VERSION)
    if wanted != API_VERSION:
        raise RuntimeError(
            f"it was written for plugin API {wanted}, and this is API {API_VERSION}"
        )
    if manager.is_registered(module):
        raise ValueError(f"module {module.__name__!r} is registered under another name already")
    try:
        # pluggy ignores what is not marked, and a misspelt hook that is marked only
        # shows up when asked for.
        manager.register(module, name=entry.name)
        _check_hook_names(manager, module)
        specs = _components(manager, module)
    except BaseException:
        # A signature error leaves the plugin half registered in pluggy 1.6.
        manager.unregister(name=entry.name)
        raise
    return specs


def _check_hook_names(manager: Manager, module: ModuleType) -> None:
    from takens._errors import near

    callers = manager.get_hookcallers(module) or []
    marked = {caller.name for caller in callers}
    for name in HOOKS:
        if name in vars(module) and name not in marked:
            raise ValueError(f"{name} is not marked; put @takens.hookimpl above it")
    for caller in callers:
        if caller.name not in HOOKS:
            raise ValueError(
                f"there is no hook called {caller.name!r}.{near(caller.name, HOOKS)}"
            )


def _components(manager: Manager, module: ModuleType) -> tuple[ComponentSpec, ...]:
    others: Iterable[Any] = [p for p in manager.get_plugins() if p is not module]
    ask = manager.subset_hook_caller("takens_components", remove_plugins=others)
    specs = tuple(spec for group in ask(api_version=API_VERSION) for spec in group)
    for spec in specs:
        if not isinstance(spec, ComponentSpec):
            raise TypeError(f"takens_components gave {spec!r}, which is no ComponentSpec")
    names = [(spec.kind, spec.name) for spec in specs]
    for kind, name in names:
        if names.count((kind, name)) > 1:
            raise ValueError(f"it offers two components of kind {kind} called {name!r}")
    return specs


def _origin(entry: EntryPoint) -> tuple[str, str]:
    """Give the distribution that an entry point comes from, and its version."""
    return (entry.dist.name, entry.dist.version) if entry.dist else ("unknown", "unknown")


def _precedence(entry: EntryPoint) -> tuple[bool, str, str, str]:
    """Our own first, then by name: never in the order of a directory listing."""
    return (_origin(entry)[0] != "takens", entry.name, _origin(entry)[0], entry.value)


def _names(environ: Mapping[str, str], key: str) -> frozenset[str] | None:
    value = environ.get(key)
    return None if value is None else frozenset(filter(None, map(str.strip, value.split(","))))
