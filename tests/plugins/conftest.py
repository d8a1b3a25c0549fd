"""Throw-away distributions, as pip would have left them."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

GOOD = """
import takens

@takens.plugin.hookimpl
def takens_components():
    yield takens.plugin.ComponentSpec(kind="system", name="{name}", target="somewhere:Thing")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install a distribution with one plugin into a folder on the path; give the folder.

    Without a source it is a good plugin, which offers the system ``offers``.
    """
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(
        distribution: str,
        source: str | None = None,
        *,
        plugin: str | None = None,
        offers: str = "thing",
    ) -> Path:
        module = distribution.replace("-", "_")
        source = GOOD.format(name=offers) if source is None else source
        (tmp_path / f"{module}.py").write_text(dedent(source))
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        about = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        (info / "METADATA").write_text(about)
        (info / "entry_points.txt").write_text(f"[takens]\n{plugin or module} = {module}\n")
        return tmp_path

    return make
