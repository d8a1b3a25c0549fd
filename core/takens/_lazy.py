"""Names that a package imports on first use."""

import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast, final

if TYPE_CHECKING:
    from importlib.abc import InspectLoader


@final
class LazyNames:
    """A package's ``__getattr__``, by its own list of imports.

    The list is what its ``__init__`` imports under ``if TYPE_CHECKING:``, so that type checkers
    read the same one. ``otherwise`` is asked for names that are not in it, and raises
    LookupError where it knows none.
    """

    def __init__(self, package: str, otherwise: Callable[[str], Any] | None = None) -> None:
        self._package = package
        self._otherwise = otherwise

    def __call__(self, name: str) -> Any:
        """Import a name.

        Raises: AttributeError for one that is not in the list, with the nearest that is.
        """
        if name == "__all__":
            return [name for name, home in self._homes.items() if home != self._package]
        home = self._homes.get(name)
        if home is None:
            return self._missing(name)
        if home == self._package:
            return importlib.import_module(f"{home}.{name}")
        value = getattr(importlib.import_module(home), name)
        setattr(sys.modules[self._package], name, value)
        return value

    def names(self) -> list[str]:
        """List the names, sorted."""
        return sorted(self._homes)

    def _missing(self, name: str) -> Any:
        if self._otherwise is not None and not name.startswith("__"):
            try:
                return self._otherwise(name)
            except LookupError:
                pass
        from takens._near import near

        hint = near(name, self._homes)
        raise AttributeError(f"module {self._package!r} has no attribute {name!r}.{hint}")

    @functools.cached_property
    def _homes(self) -> Mapping[str, str]:
        import ast

        spec = sys.modules[self._package].__spec__
        loader = cast("InspectLoader", getattr(spec, "loader", None))
        tree = ast.parse(loader.get_source(self._package) or "")
        blocks = [node.body for node in tree.body if isinstance(node, ast.If)]
        imports = [node for body in blocks for node in body if isinstance(node, ast.ImportFrom)]
        return {name.name: node.module or "" for node in imports for name in node.names}
