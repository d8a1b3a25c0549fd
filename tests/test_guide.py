"""The code of the guide runs, and every kind of component and every hook is in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import takens
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens._plugins.hooks import HOOKS  # pyright: ignore[reportPrivateUsage]

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\w+\.py)\n")


def blocks(page: Path) -> list[str]:
    return _BLOCK.findall(page.read_text())


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Look for plugins again, before and after."""
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files make a plugin called ``guide``; its other blocks use it, one after another."""
    files = {m[1]: block for block in blocks(page) if (m := _FILE.match(block))}
    for name, source in files.items():
        (tmp_path / name).write_text(source)
    if files:
        manifest = next(iter(files)).removesuffix(".py")
        info = tmp_path / "guide-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: guide\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[takens]\nguide = {manifest}\n")
        # Another test of this page has left modules of the same names.
        for name in files:
            monkeypatch.delitem(sys.modules, name.removesuffix(".py"), raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TAKENS_STRICT_PLUGINS", "1")
    shared: dict[str, Any] = {"__name__": "page"}
    for block in blocks(page):
        if not _FILE.match(block):
            exec(compile(block, str(page), "exec"), shared)


@pytest.mark.parametrize(
    "page", [page.stem for page in PAGES if (GUIDE / page).read_text().count('kind="')]
)
def test_the_plugin_of_a_page_keeps_what_plugins_promise(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from takens.testing import examine

    test_a_page_runs(GUIDE / f"{page}.md", tmp_path, monkeypatch)
    # A page's parameters have summaries; the manifest is looked at in another process.
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    outcomes = [outcome for outcome in examine("guide") if outcome.kind == "plugin"]
    assert len(outcomes) > 5
    assert [outcome for outcome in outcomes if outcome.state != "passed"] == []


def test_every_kind_is_in_the_guide() -> None:
    text = (GUIDE / "index.md").read_text()
    for kind in catalogue().kinds:
        (page,) = re.findall(rf"^\| `{kind}` \|.*{{doc}}`(\w+)` \|$", text, re.MULTILINE)
        code = "".join(blocks(GUIDE / f"{page}.md"))
        assert f'kind="{kind}"' in code
        assert "run_checks(" in code


def test_every_optional_protocol_is_in_the_guide() -> None:
    text = "".join(page.read_text() for page in PAGES)
    optional = [name for name in dir(takens.plugin) if name.startswith("Supports")]
    assert len(optional) > 15
    assert [name for name in optional if f"{{class}}`takens.plugin.{name}`" not in text] == []


def test_every_hook_is_used_in_the_guide_or_an_exporter() -> None:
    code = "\n".join(block for page in PAGES for block in blocks(page))
    known = {name for name in HOOKS if f"def {name}(" in code}
    assert known >= {
        "takens_components",
        "takens_commands",
        "takens_settings",
        "takens_run_started",
        "takens_step_logged",
        "takens_run_finished",
    }


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (GUIDE / "index.md").read_text()
    for page in PAGES:
        assert page.stem == "index" or f"\n{page.stem}\n" in index
