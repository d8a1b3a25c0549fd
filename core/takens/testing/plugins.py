"""What every plugin as a whole keeps to."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import io
import pkgutil
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, cast

from takens._examining.scales import scales_of
from takens._plugins.catalogue import catalogue
from takens._plugins.commands import import_command
from takens._plugins.component import CommandSpec, ComponentSpec
from takens._plugins.parameter import REQUIRED, Parameter
from takens._plugins.plugin import HERE, Plugin
from takens._plugins.spec import imported
from takens._protocols.dynamics import SupportsJacobian, SupportsTangent
from takens._protocols.integrator import Stepper
from takens._protocols.metric import SupportsReference
from takens._protocols.model import (
    SupportsClosedForm,
    SupportsForcingSignal,
    SupportsFromData,
    SupportsUnits,
)
from takens._protocols.scheme import SupportsEnsembles, SupportsGaps
from takens.errors import TakensError
from takens.testing.asking import require, unanswered
from takens.testing.check import Checks
from takens.testing.making import make
from takens.testing.samples import record

if TYPE_CHECKING:
    import click

_HEAVY: Final = ("torch", "numpy", "scipy", "matplotlib", "pandas", "jax", "tensorflow")
_SECRET: Final = re.compile(r"password|passwd|secret|credential|api_?key|(^|_)(pwd|token)$")
_CLAIMS: Final[dict[str, type]] = {
    "adopt_units": SupportsUnits,
    "closed_form": SupportsClosedForm,
    "ensembles": SupportsEnsembles,
    "forcing_signal": SupportsForcingSignal,
    "gaps": SupportsGaps,
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


def _is_loaded(plugin: Plugin) -> bool:
    return plugin.state == "loaded"


CHECKS = Checks(_is_loaded)


def _is_installed(plugin: Plugin) -> bool:
    # What is registered in this process has no manifest to import elsewhere.
    return plugin.distribution != HERE


def _has_choices(plugin: Plugin) -> bool:
    return any(parameter.choices for spec in plugin.components for parameter in spec.parameters)


def _commands(plugin: Plugin) -> Sequence[CommandSpec]:
    return catalogue().ask(plugin, "takens_commands", CommandSpec)


@CHECKS.add
def check_plugin_is_loaded(plugin: Plugin) -> None:
    """Check that it was loaded, and its distribution is known."""
    require(plugin.state == "loaded", f"It is {plugin.state}: {plugin.reason}.")
    require(plugin.distribution != "unknown", "No installed distribution owns it.")
    require(not plugin.remarks, f"It is not used as it is: {'; '.join(plugin.remarks)}.")


@CHECKS.where(_is_installed)
def check_manifest_is_light(plugin: Plugin) -> None:
    """Check that importing manifest and settings imports nothing heavy, and prints nothing."""
    places = [spec.settings for spec in plugin.components if isinstance(spec.settings, str)]
    modules = {plugin.module, *(place.partition(":")[0] for place in places)}
    code = _PROBE.format(modules=", ".join(sorted(modules)), heavy=_HEAVY)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"It cannot be imported alone: {done.stderr.strip()[-300:]}")
    *printed, heavy = done.stdout.splitlines()
    says = f"The manifest imports {', '.join(heavy.split())}; name targets as text, and"
    require(not heavy, f"{says} import inside functions.")
    said = [*printed, *done.stderr.splitlines()]
    require(not said, f"Importing the manifest prints: {' / '.join(said)[:300]}")


@CHECKS.where(attrgetter("components"))
def check_targets_can_be_imported(plugin: Plugin) -> None:
    """Check that every target is there."""
    for spec in plugin.components:
        says = f"{spec.kind} {spec.name}: there is no {spec.target}."
        require(callable(imported(spec.target, None)), says)


@CHECKS.where(attrgetter("components"))
def check_parameters_are_the_constructors(plugin: Plugin) -> None:
    """Check that stated parameters are the target's arguments, with the same defaults.

    A target that takes its settings as one value has nothing to disagree about.
    Keyword-only arguments with defaults, for what a configuration cannot hold, may be left out.
    """
    for spec in plugin.components:
        what, target = f"{spec.kind} {spec.name}", imported(spec.target, None)
        require(callable(target), f"{what}: there is no {spec.target}.")
        arguments, settings = inspect.signature(target).parameters, spec.settings_class()
        if settings and not (isinstance(target, type) and issubclass(target, settings)):
            require(bool(arguments), f"{what} does not take its settings.")
            continue
        stated = {parameter.name: parameter.default for parameter in spec.parameters}
        open_ended = any(real.kind is real.VAR_KEYWORD for real in arguments.values())
        for name, real in arguments.items():
            optional = real.kind is real.KEYWORD_ONLY and real.default is not real.empty
            rest = real.kind in (real.VAR_POSITIONAL, real.VAR_KEYWORD)
            says = f"{what}: the argument {name} is missing in the manifest."
            require(name in stated or optional or rest, says)
        for name, default in stated.items():
            real = arguments.get(name)
            says = f"{what}: the constructor has no argument {name}."
            require(open_ended or real is not None, says)
            # A factory's default is seen only when it is called.
            hidden = ("_Nothing", "Factory", "_CountingAttr")
            if real is None or type(real.default).__name__ in hidden:
                continue
            own = REQUIRED if real.default is real.empty else real.default
            same = _plain(default) == _plain(own) or (own is None and default in ((), {}, []))
            says = f"{what}: {name} is {default!r} in the manifest and {own!r} in the"
            require(same, f"{says} constructor.")


def _stated(plugin: Plugin) -> list[tuple[str, Parameter]]:
    stated = [(f"{spec.kind} {spec.name}", spec.parameters) for spec in plugin.components]
    stated.append(("the settings", catalogue().ask(plugin, "takens_settings", Parameter)))
    return [(what, parameter) for what, parameters in stated for parameter in parameters]


@CHECKS.where(_stated)
def check_secrets_are_marked(plugin: Plugin) -> None:
    """Check that what is secret by its name is marked so, and never among a model's parameters.

    Those of a model are stored with its weights.
    """
    for what, parameter in _stated(plugin):
        says = f"{what}: {parameter.name} is secret by its name; declare it with secret=True."
        require(parameter.secret or not _SECRET.search(parameter.name), says)
        says = f"{what}: {parameter.name} is secret, and a model's parameters are stored."
        require(not (parameter.secret and what.startswith("model ")), says)


@CHECKS.where(attrgetter("components"))
def check_components_can_be_made(plugin: Plugin) -> None:
    """Check that every component can be made, from its defaults or its ``example``."""
    for spec in plugin.components:
        require(make(spec) is not None, f"{spec.kind} {spec.name} is made as None.")


@CHECKS.where(_has_choices)
def check_choices_can_be_made(plugin: Plugin) -> None:
    """Check that a component can be made with every choice that a parameter lists."""
    for spec in plugin.components:
        for parameter in spec.parameters:
            others = {other.name for other in spec.parameters} - {parameter.name}
            for choice in parameter.choices:
                refusal = ""
                try:
                    make(spec, {parameter.name: _from_data(spec, parameter.name, choice)})
                except Exception as error:
                    refusal = str(error) or type(error).__name__
                # Some choices are for other values of other parameters, and say so.
                if not any(other in refusal for other in others):
                    what = f"{spec.kind} {spec.name}: {parameter.name} = {choice!r}"
                    require(not refusal, f"{what} is listed, and refused: {refusal}")


def _from_data(spec: ComponentSpec, name: str, choice: Any) -> Any:
    """Return the number or word that a choice stands for, where it follows from data."""
    settings = spec.settings_class()
    if choice != "auto" or not isinstance(settings, SupportsFromData):
        return choice
    found = settings.from_data(scales_of([record().x]), {name: choice})
    if name not in found:
        return choice
    value, reason = found[name]
    require(bool(reason.strip()), f"{spec.kind} {spec.name}: {name} follows without a reason.")
    return value


@CHECKS.where(attrgetter("components"))
def check_claims_are_true(plugin: Plugin) -> None:
    """Check that ``supports`` says what is there, and all of it that is known by a word."""
    for spec in plugin.components:
        made, what = make(spec), f"{spec.kind} {spec.name}"
        for claim, protocol in _CLAIMS.items():
            claimed, there = claim in spec.supports, isinstance(made, protocol)
            require(there or not claimed, f"{what} claims {claim!r} and does not support it.")
            require(claimed or not there, f"{what} supports {claim!r} and does not say so.")


@CHECKS.where(attrgetter("kinds"))
def check_kinds_are_there(plugin: Plugin) -> None:
    """Check that the protocols and the checks of kinds that it brings can be imported."""
    for spec in plugin.kinds:
        for target in filter(None, (spec.protocol, spec.checks)):
            says = f"kind {spec.name}: there is no {target}."
            require(callable(imported(target, None)), says)


@CHECKS.where(_commands)
def check_commands(plugin: Plugin) -> None:
    """Check that commands explain themselves, and exit with another code than 0 on failure."""
    import click

    for spec in _commands(plugin):
        command = import_command(plugin, spec, strict=True)
        code, said = _run(command, "--help")
        require(code == 0 and said != "", f"takens {spec.name} --help exits with {code}.")
        code, _ = _run(command, "--no-such-option")
        require(code == 2, f"takens {spec.name} --no-such-option exits with {code}, not 2.")
        places = [each for each in command.params if isinstance(each, click.Argument)]
        if places and all(isinstance(each.type, click.Path | click.File) for each in places):
            code, _ = _run(command, *("no_such_file" for _ in places))
            require(code != 0, f"takens {spec.name} exits with 0 where there is no such file.")
        else:
            unanswered(f"takens {spec.name} takes no files")


@CHECKS.where(attrgetter("components"))
def check_summaries(plugin: Plugin) -> None:
    """Check that every component and every parameter says what it is."""
    for spec in plugin.components:
        what = f"{spec.kind} {spec.name}"
        require(spec.summary != "", f"{what} has no summary.")
        for parameter in spec.parameters:
            require(parameter.summary != "", f"{what}: {parameter.name} has no summary.")


@CHECKS.where(_is_installed)
def check_public_names_only(plugin: Plugin) -> None:
    """Check that the package imports nothing of takens that begins with an underscore."""
    for importer, text in _sources(plugin.module):
        for module, name in _imports(text):
            first, *parts = (*module.split("."), name)
            private = first == "takens" and any(part.startswith("_") for part in parts)
            what = f"{module} {name}".strip()
            require(not private, f"{importer} imports {what}, which is private to takens.")


def _sources(module: str) -> Iterator[tuple[str, str]]:
    """Return the modules of a package by name, each with its text, also out of a zip."""
    found = importlib.util.find_spec(module)
    if found is None:
        return
    if read := getattr(found.loader, "get_source", None):
        yield module, read(module) or ""
    for inner in pkgutil.iter_modules(found.submodule_search_locations or []):
        yield from _sources(f"{module}.{inner.name}")


def _plain(value: Any) -> Any:
    return list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value


def _imports(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module or "", alias.name) for alias in node.names)


def _run(command: click.Command, *arguments: str) -> tuple[int, str]:
    """Run a command as ``takens`` does; give its exit code and what it printed."""
    import click

    out = io.StringIO()
    quiet = contextlib.redirect_stdout(out), contextlib.redirect_stderr(out)
    with warnings.catch_warnings(), quiet[0], quiet[1]:
        try:
            code = command.main(arguments, prog_name="takens", standalone_mode=False)
        except click.ClickException:
            return 2, out.getvalue()
        except TakensError as error:
            return error.exit_code, out.getvalue()
    return code if isinstance(code, int) else 0, out.getvalue()
