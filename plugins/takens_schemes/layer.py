"""What is asked of a scheme for layers, whose inputs are no series."""

from collections.abc import Mapping
from typing import Protocol, final, runtime_checkable

import attrs
from torch import Tensor, nn


@final
@attrs.frozen(eq=False)
class LayerFit:
    """A trained layer, and a mapping for each epoch with at least ``epoch`` and ``loss``."""

    layer: nn.Module
    history: tuple[Mapping[str, float], ...]
    seconds: float


@runtime_checkable
class LayerScheme(Protocol):
    """A scheme for layers, whose inputs are no series; it is not for ``takens.fit``."""

    def train(
        self, layer: nn.Module, inputs: Tensor, targets: Tensor, *, seed: int = 0
    ) -> LayerFit:
        """Train, in place, on `inputs: (p, ...)` and what belongs to them, `(p, ...)`."""
        ...
