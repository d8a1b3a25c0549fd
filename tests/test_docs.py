"""Everything public is documented."""

import inspect
import re
from pathlib import Path

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
