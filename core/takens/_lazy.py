"""Names that a package imports on first use."""

import ast
import functools
import importlib
import sys
from collections.abc import Mapping
from importlib.abc import InspectLoader
from typing import Any, cast, final

from takens._errors import near


@final
class LazyNames:
    """A package's ``__getattr__``, by its own list of imports.

    The list is what its ``__init__`` imports under ``if TYPE_CHECKING:``, so that type checkers
    read the same one.
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, name: str) -> Any:
        """Import a name.

        Raises: AttributeError for one that is not in the list, with the nearest that is.
        """
        if name not in self._homes:
            hint = near(name, self._homes)
            raise AttributeError(f"module {self._package!r} has no attribute {name!r}.{hint}")
        value = getattr(importlib.import_module(self._homes[name]), name)
        setattr(sys.modules[self._package], name, value)
        return value

    def names(self) -> list[str]:
        """List the names, sorted."""
        return sorted(self._homes)

    @functools.cached_property
    def _homes(self) -> Mapping[str, str]:
        loader = cast(
            InspectLoader, getattr(sys.modules[self._package].__spec__, "loader", None)
        )
        tree = ast.parse(loader.get_source(self._package) or "")
        blocks = [node.body for node in tree.body if isinstance(node, ast.If)]
        imports = [node for body in blocks for node in body if isinstance(node, ast.ImportFrom)]
        return {name.name: node.module or "" for node in imports for name in node.names}
