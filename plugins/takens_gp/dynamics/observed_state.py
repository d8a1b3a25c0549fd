"""States that are observed as they are."""

from typing import TYPE_CHECKING

from torch import Tensor, nn


class ObservedState(nn.Module):
    """Dynamics of what is observed."""

    context_length = 1

    def encode(self, context: Tensor, /) -> Tensor:
        """Return the last observation: `(..., c, n) -> (..., n)`."""
        return context[..., -1, :]

    def observe(self, z: Tensor, /) -> Tensor:
        """Return the state itself."""
        return z

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the state by the observation."""
        return x

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any
