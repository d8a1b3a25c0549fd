"""Optimisers of ``torch.optim`` as components."""

from __future__ import annotations

import inspect
from typing import Any, final

import attrs
import torch

import takens
from takens_schemes.optimisers import OptimiserSettings


@final
class TorchOptimiser:
    """The optimiser of ``torch.optim`` that has the name of its settings.

    Raises: ComponentError where this torch has no such optimiser, or it refuses its settings.
    """

    def __init__(self, settings: OptimiserSettings) -> None:
        self.settings = settings
        self.elementwise = settings.elementwise
        name = type(settings).__name__
        if not hasattr(torch.optim, name):
            raise takens.errors.ComponentError(
                f"torch {torch.__version__} has no optimiser {name}; choose another one, or "
                "install a newer torch."
            )
        self.make([{"params": [torch.zeros(1, 1, requires_grad=True)], "lr": 1e-3}])

    def make(self, groups: list[dict[str, Any]], /) -> torch.optim.Optimizer:
        """Return the optimiser of these groups of parameters, each with its ``lr``."""
        kind: Any = getattr(torch.optim, type(self.settings).__name__)
        options: dict[str, Any] = {}
        for field in attrs.fields(type(self.settings)):
            value = getattr(self.settings, field.name)
            # What is as it is anyway is not said, since an older torch may not know of it.
            if value != field.default:
                options[field.name] = value
        if "foreach" in inspect.signature(kind).parameters:
            options["foreach"] = False
        return kind(groups, **options)

    def __repr__(self) -> str:
        return f"TorchOptimiser({self.settings!r})"
