"""Write what type checkers know of ``create`` and ``fit``, after a parameter has changed.

python tools/write_types.py
"""

from __future__ import annotations

import ast
import copy
import functools
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from takens._plugins.catalogue import catalogue
from takens._plugins.component import ComponentSpec
from takens._plugins.parameter import Parameter
from takens._training.settings import KINDS, Training

CORE: Final = Path(__file__).parents[1] / "core/takens"
_HEAD: Final = """\
# Written by tools/write_types.py; do not edit.
# pyright: basic, reportGeneralTypeIssues=false, reportIncompatibleMethodOverride=false
# pyright: reportPrivateUsage=false
"""
_KNOWN: Final = {"bool", "dict", "float", "int", "list", "object", "str", "tuple", "type"}


class Qualified(ast.NodeTransformer):
    """Writes every name in an annotation with its module, and collects the modules."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.origins = dict(_origins(module.__name__))
        self.modules = {module.__name__}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Write a name with its module."""
        if node.id in _KNOWN or node.id == "None":
            return node
        module, name = self.origins.get(node.id, (self.module.__name__, node.id))
        alias = _alias(module, name)
        if alias is not None:
            return ast.parse(_written(alias, module, self.modules), mode="eval").body
        self.modules.add(module)
        return ast.parse(f"{module}.{name}" if name else module, mode="eval").body

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Leave the texts of ``Literal`` alone; a tuple is made of any sequence."""
        if ast.unparse(node.value).endswith("Literal"):
            node.value = self.visit(node.value)
            return node
        text = ast.unparse(self.generic_visit(node))
        if text.startswith("tuple[") and text.endswith(", ...]"):
            text = f"collections.abc.Sequence[{text[6:-6]}]"
        return ast.parse(text, mode="eval").body


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(importlib.import_module(module)))


def _origins(module: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, (node.module or "", alias.name)


def _alias(module: str, name: str) -> ast.expr | None:
    """Return what a name of our own stands for, if it is an alias of a type."""
    for node in _tree(module).body if module.startswith("takens") else ():
        match node:
            case ast.AnnAssign(ast.Name(id), ast.Name("TypeAlias"), value) if id == name:
                return value
            case _:
                pass
    return None


def annotation(settings: type[Any], field: str, modules: set[str]) -> str:
    """Return the type of a field of settings as it stands in the source, with full names."""
    for owner in settings.__mro__:
        if not attrs.has(owner):
            continue
        for node in ast.walk(_tree(owner.__module__)):
            if isinstance(node, ast.ClassDef) and node.name == owner.__name__:
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and ast.unparse(line.target) == field:
                        return _written(line.annotation, owner.__module__, modules)
    return "typing.Any"


def _written(node: ast.expr, module: str, modules: set[str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    writer = Qualified(importlib.import_module(module))
    text = ast.unparse(writer.visit(copy.deepcopy(node)))
    modules |= writer.modules
    return text


def of_manifest(parameter: Parameter) -> str:
    """Return the type that a manifest without settings states."""
    kinds = {
        list: "collections.abc.Sequence[typing.Any]",
        dict: "collections.abc.Mapping[str, typing.Any]",
    }
    parts = [
        kinds.get(kind, kind.__name__)
        for kind in parameter.types
        if not (kind is str and parameter.choices)
    ]
    parts += [f"typing.Literal[{', '.join(map(repr, parameter.choices))}]"] * bool(
        parameter.choices
    )
    parts += ["None"] * (parameter.default is None)
    return " | ".join(parts) if parameter.types else "typing.Any"


def overload(plugin: str, spec: ComponentSpec, modules: set[str]) -> str:
    """Return the overload of ``create`` that makes one component."""
    settings = spec.settings_class()
    given: list[str] = []
    for parameter in spec.parameters:
        if settings is None:
            kind = of_manifest(parameter)
        else:
            (field,) = (f.name for f in attrs.fields(settings) if f.alias == parameter.name)
            kind = annotation(settings, field, modules)
        given.append(f"{parameter.name}: {kind}{'' if parameter.required else ' = ...'}")
    module, _, name = spec.target.partition(":")
    modules.add(module)
    names = f'typing.Literal["{spec.name}", "{plugin}:{spec.name}"]'
    arguments = ", ".join([f"name: {names}", "/", *(["*", *given] if given else [])])
    return f"    @typing.overload\n    def create(self, {arguments}) -> {module}.{name}: ..."


def registries() -> str:
    """Return the stub of the registries, whose ``create`` knows our components."""
    known = catalogue()
    home = "takens._plugins.registry"
    modules = {"collections.abc", "typing", home}
    classes: list[str] = []
    for node in _tree(home).body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call)):
            continue
        name = ast.unparse(node.target)
        kind = ast.literal_eval(node.value.args[0])
        base = _written(node.annotation, home, modules)
        made = [
            overload(plugin.name, spec, modules)
            for plugin, spec in known
            if plugin.ours and spec.kind == kind and not spec.deprecated
        ]
        body = "\n".join(made)
        if len(made) == 1:
            body = body.replace("    @typing.overload\n", "")
        classes.append(
            f"class {name.capitalize()}({base}):\n{body}\n\n{name}: {name.capitalize()}"
        )
    return _stub(modules, classes)


def options() -> str:
    """Return the stub of the keyword arguments of ``fit``, which are fields of ``Training``."""
    modules = {"typing"}
    lines = ["class TrainingOptions(typing.TypedDict, total=False):"]
    for field in attrs.fields(Training):
        kind = annotation(Training, field.name, modules)
        if field.name in KINDS:
            module, _, name = catalogue().find_kind(KINDS[field.name]).protocol.partition(":")
            made = _written(ast.Name(name), module, modules)
            modules |= {"collections.abc", "takens.plugin"}
            table = "collections.abc.Mapping[str, typing.Any]"
            kind = f"str | {table} | takens.plugin.Component | {made}"
        lines.append(f"    {field.name}: {kind}")
    return _stub(modules, ["\n".join(lines)])


def _stub(modules: set[str], parts: list[str]) -> str:
    body = "\n\n".join(parts)
    imports = (f"import {module}\n" for module in sorted(modules) if f"{module}." in body)
    return f"{_HEAD}{''.join(imports)}\n{body}\n"


STUBS: Final = {"_plugins/ours.pyi": registries, "_training/options.pyi": options}

if __name__ == "__main__":
    for path, write in STUBS.items():
        (CORE / path).write_text(write())
