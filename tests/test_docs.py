"""Everything public is documented."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import takens
from takens._plugins.hooks import HOOKS, HookSpecs  # pyright: ignore[reportPrivateUsage]

DOCS = Path(__file__).parents[1] / "docs"


def test_every_public_name_is_in_the_reference() -> None:
    text = (DOCS / "reference.md").read_text()
    missing = [name for name in dir(takens) if not re.search(rf"takens\.{name}\b", text)]
    assert missing == []


def test_every_hook_is_documented_with_its_arguments() -> None:
    text = (DOCS / "plugins.md").read_text()
    assert len(HOOKS) >= 4
    for hook in HOOKS:
        arguments = list(inspect.signature(getattr(HookSpecs, hook)).parameters)[1:]
        assert f"`{hook}({', '.join(arguments)})`" in text


def test_every_public_object_has_a_docstring() -> None:
    bare = [
        name
        for name in dir(takens)
        if (inspect.isclass(getattr(takens, name)) or inspect.isfunction(getattr(takens, name)))
        and not getattr(takens, name).__doc__
    ]
    assert bare == []


_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(page for page in DOCS.glob("*.md") if _BLOCK.search(page.read_text()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shared: dict[str, Any] = {"__name__": "page"}
    for block in _BLOCK.findall(page.read_text()):
        exec(compile(block, str(page), "exec"), shared)
