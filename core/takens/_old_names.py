"""Names of an earlier version, which work until the next minor version."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

_HOMES: Final = ("takens.plugin", "takens.backend", "takens.errors")
# What to write instead of names that stand for something else now.
_RENAMED: Final[Mapping[str, str]] = {
    "Adapted": "takens.backend.Solution",
    "Aspect": "words, as in verdict.findings['geometry']",
    "Declined": "takens.backend.Unsupported",
    "Exponents": "takens.backend.TangentGrowth",
    "FixedSolve": "takens.backend.FixedStepSolve",
    "ForcedIterate": "takens.backend.ForcedIteration",
    "Iterate": "takens.backend.MapIteration",
    "Question": "takens.backend.SolveRequest",
    "StepControl": "takens.backend.StepController",
    "Stretched": "takens.backend.TangentGrowthResult",
    "accelerated_adaptive": "takens.backend.dispatch",
    "accelerated_exponents": "takens.backend.dispatch",
    "accelerated_solve": "takens.backend.dispatch",
}
# Names that are with a kind which a plugin brings.
_WITH_KIND: Final[Mapping[str, str]] = {
    "Kernel": "kernel",
    "LayerFit": "layer_scheme",
    "LayerScheme": "layer_scheme",
}


def old_name(name: str) -> Any:
    """Return what was called ``takens.NAME``, and warn that it has moved.

    Raises: LookupError where nothing was.
    """
    from takens._plugins.spec import imported
    from takens._plugins.warn import warn_outside

    if name in _RENAMED:
        target, instead = f"takens._renamed:{name}", _RENAMED[name]
    elif name in _WITH_KIND:
        from takens._plugins.catalogue import catalogue

        module = catalogue().find_kind(_WITH_KIND[name]).protocol.partition(":")[0]
        target, instead = f"{module}:{name}", f"{module}.{name}"
    else:
        home = next((h for h in _HOMES if name in dir(importlib.import_module(h))), None)
        if home is None:
            raise LookupError(name)
        target, instead = f"{home}:{name}", f"{home}.{name}"
    warn_outside(f"takens.{name} will go; write {instead}.", DeprecationWarning)
    return imported(target)
