"""What every plugin as a whole keeps to."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, cast

from takens._plugins.component import ComponentSpec
from takens._plugins.parameter import REQUIRED
from takens._plugins.plugin import GROUP, Plugin
from takens._protocols.dynamics import SupportsJacobian, SupportsTangent
from takens._protocols.integrator import Stepper
from takens._protocols.metric import SupportsReference
from takens._protocols.model import SupportsClosedForm, SupportsForcingSignal, SupportsUnits
from takens._protocols.scheme import SupportsEnsembles
from takens.testing.failure import require
from takens.testing.making import make

_HEAVY: Final = ("torch", "numpy", "scipy", "matplotlib", "pandas", "jax", "tensorflow")
_CLAIMS: Final[dict[str, type]] = {
    "adopt_units": SupportsUnits,
    "closed_form": SupportsClosedForm,
    "ensembles": SupportsEnsembles,
    "forcing_signal": SupportsForcingSignal,
    "jacobian": SupportsJacobian,
    "reference": SupportsReference,
    "step": Stepper,
    "tangent": SupportsTangent,
}
_PROBE: Final = """
import sys, takens
before = set(sys.modules)
import {modules}
print(*sorted(set({heavy!r}) & (set(sys.modules) - before)))
"""


def check_plugin_is_loaded(plugin: Plugin) -> None:
    """Check that it was loaded, and its distribution is known."""
    require(plugin.state == "loaded", f"It is {plugin.state}: {plugin.reason}.")
    require(plugin.distribution != "unknown", "No installed distribution owns it.")


def check_manifest_is_light(plugin: Plugin) -> None:
    """Check that importing manifest and settings imports nothing heavy, and prints nothing."""
    places = [spec.settings for spec in plugin.components if isinstance(spec.settings, str)]
    modules = {_entry(plugin).module, *(place.partition(":")[0] for place in places)}
    code = _PROBE.format(modules=", ".join(sorted(modules)), heavy=_HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    require(done.returncode == 0, f"It cannot be imported alone: {done.stderr.strip()[-300:]}")
    *printed, heavy = done.stdout.splitlines()
    require(
        not heavy,
        f"The manifest imports {', '.join(heavy.split())}; name targets as text, and import "
        "inside functions.",
    )
    said = [*printed, *done.stderr.splitlines()]
    require(not said, f"Importing the manifest prints: {' / '.join(said)[:300]}")


def check_targets_can_be_imported(plugin: Plugin) -> None:
    """Check that every target is there."""
    for spec in plugin.components:
        _target(spec)


def check_parameters_are_the_constructors(plugin: Plugin) -> None:
    """Check that stated parameters are the target's arguments, with the same defaults.

    Keyword-only arguments with defaults, for what a configuration cannot hold, may be left out.
    A target that takes its settings as one value has nothing to disagree about.
    """
    for spec in plugin.components:
        target, settings = _target(spec), spec.settings_class()
        if settings and not (isinstance(target, type) and issubclass(target, settings)):
            continue
        signature = inspect.signature(target)
        stated = {parameter.name: parameter.default for parameter in spec.parameters}
        real = {
            name: REQUIRED if argument.default is argument.empty else argument.default
            for name, argument in signature.parameters.items()
            if argument.kind not in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD)
        }
        what = f"{spec.kind} {spec.name}"
        arguments = signature.parameters
        open_ended = any(a.kind is a.VAR_KEYWORD for a in arguments.values())
        for name in real.keys() - stated.keys():
            require(
                arguments[name].kind is inspect.Parameter.KEYWORD_ONLY
                and real[name] is not REQUIRED,
                f"{what}: the argument {name} is missing in the manifest.",
            )
        for name, default in stated.items():
            if name not in real and open_ended:
                continue
            require(name in real, f"{what}: the constructor has no argument {name}.")
            # A factory's default is seen only when it is called.
            if type(real[name]).__name__ in ("_Nothing", "Factory", "_CountingAttr"):
                continue
            same = _plain(default) == _plain(real[name]) or (
                real[name] is None and default in ((), {}, [])
            )
            require(
                same,
                f"{what}: {name} is {default!r} in the manifest and {real[name]!r} in the "
                "constructor.",
            )


def check_components_can_be_made(plugin: Plugin) -> None:
    """Check that every component can be made, from its defaults or its ``example``."""
    for spec in plugin.components:
        make(spec)


def check_claims_are_true(plugin: Plugin) -> None:
    """Check that what ``supports`` says is there."""
    for spec in plugin.components:
        for claim in spec.supports:
            protocol = _CLAIMS.get(claim)
            require(
                protocol is None or isinstance(make(spec), protocol),
                f"{spec.kind} {spec.name} claims {claim!r} and does not support it.",
            )


def check_summaries(plugin: Plugin) -> None:
    """Check that every component and every parameter says what it is."""
    for spec in plugin.components:
        what = f"{spec.kind} {spec.name}"
        require(spec.summary != "", f"{what} has no summary.")
        for parameter in spec.parameters:
            require(parameter.summary != "", f"{what}: {parameter.name} has no summary.")


def check_public_names_only(plugin: Plugin) -> None:
    """Check that the package imports nothing of takens that begins with an underscore."""
    found = importlib.util.find_spec(_entry(plugin).module)
    if found is None or found.origin is None:
        return
    places = found.submodule_search_locations or []
    files = [path for place in places for path in Path(place).rglob("*.py")]
    for path in files or [Path(found.origin)]:
        for module, name in _imports(path):
            parts = (*module.split("."), name)
            require(
                parts[0] != "takens" or not any(part.startswith("_") for part in parts[1:]),
                f"{path.name} imports {module} {name}, which is private to takens.",
            )


def _entry(plugin: Plugin) -> EntryPoint:
    """Give the entry point that a plugin was loaded from."""
    found = [
        entry
        for entry in entry_points(group=GROUP, name=plugin.name)
        if entry.dist is None or entry.dist.name == plugin.distribution
    ]
    require(bool(found), f"No entry point of {plugin.distribution} is called {plugin.name!r}.")
    return found[0]


def _target(spec: ComponentSpec) -> Any:
    module, _, name = spec.target.partition(":")
    found = getattr(importlib.import_module(module), name, None)
    require(callable(found), f"{spec.kind} {spec.name}: there is no {spec.target}.")
    return found


def _plain(value: Any) -> Any:
    return list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module or "", alias.name) for alias in node.names)


CHECKS = (
    check_plugin_is_loaded,
    check_manifest_is_light,
    check_targets_can_be_imported,
    check_parameters_are_the_constructors,
    check_components_can_be_made,
    check_claims_are_true,
    check_summaries,
    check_public_names_only,
)
