"""Everything public is documented."""

import inspect
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import takens
from takens._plugins.hooks import HOOKS, HookSpecs  # pyright: ignore[reportPrivateUsage]

DOCS = Path(__file__).parents[1] / "docs"


HOMES = (takens, takens.plugin, takens.backend, takens.errors)
PUBLIC = [
    f"{home.__name__}.{name}"
    for home in HOMES
    for name in dir(home)
    if not name.startswith("_") and not inspect.ismodule(getattr(home, name))
    # The errors that are caught most are also at the top.
    if home is takens or name not in dir(takens)
]


def test_every_public_name_is_in_the_reference() -> None:
    text = (DOCS / "reference.md").read_text()
    missing = [name for name in PUBLIC if not re.search(rf"{re.escape(name)}\b", text)]
    assert missing == []


def test_every_hook_is_documented_with_its_arguments() -> None:
    text = (DOCS / "plugins.md").read_text()
    assert len(HOOKS) >= 4
    for hook in HOOKS:
        arguments = list(inspect.signature(getattr(HookSpecs, hook)).parameters)[1:]
        assert f"`{hook}({', '.join(arguments)})`" in text


def test_every_public_object_has_a_docstring() -> None:
    found = {name: pkgutil.resolve_name(name) for name in PUBLIC}
    bare = [
        name
        for name, value in found.items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not value.__doc__
    ]
    assert bare == []


_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EVERY = (*DOCS.glob("*.md"), *DOCS.glob("lessons/*.md"))
PAGES = sorted(page for page in EVERY if _BLOCK.search(page.read_text()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shared: dict[str, Any] = {"__name__": "page"}
    for block in _BLOCK.findall(page.read_text()):
        exec(compile(block, str(page), "exec"), shared)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
