"""The walls of the house, held by the syntax trees."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import takens

ROOT = Path(__file__).parents[1]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/__init__.py"))
CONTRIB = sorted(path.parent for path in ROOT.glob("contrib/*/src/*/__init__.py"))


def imports(path: Path, *, types: bool = True) -> Iterator[tuple[str, str]]:
    """Return every import of a file, as module and name, those inside functions too.

    Without ``types``, those that only a type checker sees are left out.
    """
    tree = ast.parse(path.read_text())
    unseen = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if not types and id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def test_the_core_imports_no_plugin() -> None:
    files = list((ROOT / "core").rglob("*.py"))
    assert len(files) > 30
    for path in files:
        for module, _ in imports(path):
            assert not module.startswith("takens_"), f"{path} imports {module}"


@pytest.mark.parametrize("package", PLUGINS + CONTRIB, ids=lambda path: path.name)
def test_plugins_use_only_public_names(package: Path) -> None:
    for path in package.rglob("*.py"):
        for module, name in imports(path):
            if module == "takens" or module.startswith("takens."):
                assert not any(part.startswith("_") for part in (*module.split("."), name)), (
                    f"{path} imports {module}.{name}"
                )
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                private = node.value.id == "takens" and node.attr.startswith("_")
                assert not private, f"{path} uses takens.{node.attr}"


def modules(package: Path) -> dict[str, Path]:
    """Return the modules of a package by name, without its face, which imports lazily."""
    found: dict[str, Path] = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    del found[package.name]
    return found


def graph(package: Path, *, types: bool) -> dict[str, set[str]]:
    """Return the modules of the same package that each module imports."""
    known = modules(package)
    found: dict[str, set[str]] = {}
    for importer, path in known.items():
        pairs = imports(path, types=types)
        named = {
            f"{module}.{name}" if f"{module}.{name}" in known else module
            for module, name in pairs
        }
        found[importer] = (named & set(known)) - {importer}
    return found


@pytest.mark.parametrize(
    "package", [ROOT / "core/takens", *PLUGINS, *CONTRIB], ids=lambda path: path.name
)
def test_no_imports_go_in_a_circle(package: Path) -> None:
    graphlib.TopologicalSorter(graph(package, types=True)).prepare()


@pytest.mark.parametrize(
    "package", [ROOT / "core/takens", *PLUGINS, *CONTRIB], ids=lambda path: path.name
)
def test_no_imports_of_folders_go_in_a_circle(package: Path) -> None:
    folders: dict[str, set[str]] = {}
    types = package.name != "takens"
    for name, found in graph(package, types=types).items():
        folder = name.split(".")[1]
        folders.setdefault(folder, set()).update(other.split(".")[1] for other in found)
    graphlib.TopologicalSorter({a: b - {a} for a, b in folders.items()}).prepare()


# Words that are the names of components by chance: what they mean in the core.
WORDS = {
    "auto": "that takens chooses the backend",
    "closed_form": "what a component supports",
    "constant": "what inputs are between samples",
    "linear": "what inputs are between samples",
    "cpu": "the host, as torch calls it",
    "scipy": "the distribution",
    "stability": "the aspect that free runs tell",
}
# A key of files of an earlier version.
OLD_KEYS = {"linear", "persistence", "scaling_region"}


def names_of_ours() -> tuple[set[str], tuple[str, ...]]:
    """Return the names of our components, and what names of our plugins begin with."""
    ours = [plugin for plugin in takens.catalogue().plugins if plugin.distribution == "takens"]
    components = [spec for plugin in ours for spec in plugin.components]
    # Plots are called after what they draw, by the words that the core has for it.
    names = {spec.name for spec in components if spec.kind != "plot"}
    assert len(names) > 80
    packages = tuple(f"{path.name}{end}" for path in PLUGINS for end in (".", ":"))
    return names, (*(f"{plugin.name}:" for plugin in ours), *packages)


def test_no_name_of_ours_decides_anything_in_the_core() -> None:
    names, beginnings = names_of_ours()
    core = ROOT / "core/takens"
    for path in core.rglob("*.py"):
        if path == core / "_defaults.py":
            continue
        # The kit gives components of strangers some of ours to work with.
        if core / "testing" in path.parents:
            continue
        allowed = WORDS.keys() | (OLD_KEYS if path.stem == "scores_format1" else set())
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                ours = node.value in names - allowed or node.value.startswith(beginnings)
                assert not ours, f"{path}:{node.lineno} names {node.value!r}"


def reads_of_details(path: Path) -> Iterator[int]:
    """Return the lines where something is looked up in an attribute ``details``."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="details")):
                yield node.lineno
            case ast.Attribute(value=ast.Attribute(attr="details")):
                yield node.lineno
            case ast.Compare(comparators=[ast.Attribute(attr="details"), *_]):
                yield node.lineno
            case ast.Assign(value=ast.Attribute(attr="details")):
                yield node.lineno
            case _:
                pass


def test_details_of_scores_are_read_by_nothing() -> None:
    # The field itself, which still takes what was given there before there were others.
    allowed = {ROOT / "core/takens/_protocols/score.py"}
    files = [path for folder in ("core", "plugins") for path in (ROOT / folder).rglob("*.py")]
    files += [path for package in CONTRIB for path in package.rglob("*.py")]
    found = [f"{p}:{line}" for p in set(files) - allowed for line in reads_of_details(p)]
    assert found == []
    assert len([*reads_of_details(*allowed)]) == 1
