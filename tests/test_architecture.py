"""The walls of the house, held by the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import takens

ROOT = Path(__file__).parents[1]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/__init__.py"))
CONTRIB = sorted(path.parent for path in ROOT.glob("contrib/*/src/*/__init__.py"))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Give every import of a file, as module and name, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
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


def test_every_public_name_is_there_and_typed() -> None:
    found = imports(ROOT / "core/takens/__init__.py")
    typed = {name: module for module, name in found if module.startswith("takens._")}
    assert set(typed) - {"near"} == set(dir(takens))
    for name in dir(takens):
        assert getattr(takens, name) is not None
        home = takens._HOME[name]  # pyright: ignore[reportPrivateUsage]
        assert typed[name] == f"takens.{home}"


def test_an_unknown_public_name_gets_a_near_match() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'simulate'"):
        takens.simulat  # noqa: B018 # pyright: ignore
