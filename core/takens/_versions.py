"""The versions that a result depends on."""

import platform
from importlib.metadata import PackageNotFoundError, version


def versions() -> dict[str, str]:
    """Return the versions of takens, Python and the libraries that compute."""
    found = {"takens": _version("takens"), "python": platform.python_version()}
    return found | {name: _version(name) for name in ("torch", "numpy", "scipy")}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
