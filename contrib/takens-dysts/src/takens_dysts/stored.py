"""What is stored: the flows of dysts, and the exponents that were recomputed for them."""

import functools
import json
from pathlib import Path
from typing import Any


def exponents_file() -> Path:
    """Say where the recomputed exponents are."""
    return Path(__file__).with_name("exponents.json")


@functools.cache
def flows() -> dict[str, dict[str, Any]]:
    """Give, for each component's name, the class, parameters, start and source of a flow.

    ``dysts`` holds the exponents that dysts stores, in 1 / time unit.
    """
    return json.loads(Path(__file__).with_name("flows.json").read_text("utf-8"))


@functools.cache
def exponents() -> dict[str, Any]:
    """Return what ``python -m takens_dysts.recompute`` wrote: ``made_with`` and ``flows``."""
    path = exponents_file()
    if not path.exists():
        return {"made_with": {}, "flows": {}}
    return json.loads(path.read_text("utf-8"))
