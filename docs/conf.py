"""Configuration of the documentation."""

from importlib.metadata import version as _version
from pathlib import Path

import takens

project = "takens"
author = "The takens developers"
copyright = "2026, The takens developers"  # noqa: A001 - Sphinx's name
release = version = _version("takens")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "pydata_sphinx_theme"
html_title = "takens"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
html_sidebars = {"**": []}

myst_enable_extensions = ["colon_fence", "dollarmath"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
suppress_warnings = ["mystnb.unknown_mime_type"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
# Our docstrings write code in single backticks, as shapes and formulas.
default_role = "code"


def _write_components(folder: Path) -> None:
    """List every component from what the plugins say of themselves."""
    lines = ["# Components", "", "What `takens list` shows, from the plugins' own words.", ""]
    found = sorted(takens.catalogue(), key=lambda pair: (pair[1].kind, pair[1].name))
    ours = [(plugin, spec) for plugin, spec in found if plugin.distribution == "takens"]
    kind = ""
    for plugin, spec in ours:
        if spec.kind != kind:
            kind = spec.kind
            lines += [f"## {kind.capitalize()}s", ""]
        lines += [f"### {spec.name}", "", spec.summary, ""]
        if spec.source:
            lines += [f"*Source:* {spec.source}", ""]
        if spec.supports:
            lines += [f"*Supports:* {', '.join(spec.supports)}", ""]
        lines += [f"*Plugin:* `{plugin.name}`", ""]
        if spec.parameters:
            lines += ["| parameter | default | unit | meaning |", "|---|---|---|---|"]
            for p in spec.parameters:
                default = "required" if p.required else f"`{p.default!r}`"
                lines.append(f"| `{p.name}` | {default} | {p.unit} | {p.summary} |")
            lines.append("")
    text = "\n".join(lines)
    path = folder / "components.md"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


_write_components(Path(__file__).parent)
