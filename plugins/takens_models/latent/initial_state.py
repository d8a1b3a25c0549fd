"""How a latent state begins: what fills the units that an observation leaves open."""

from typing import TYPE_CHECKING, final

import torch
from torch import Tensor, nn

from takens_models.latent.network import Network
from takens_models.latent.weights import fan_in


@final
class InitialState(nn.Module):
    """Returns a state for `signal: (..., k)`, the forced units, and `context: (..., c, n)`.

    The open units are zero (``"zeros"``, ``"warm_up"``), a learned linear function of the
    last observation (``"linear"``), or that of a network that sees the whole context
    (``"encoder"``). Where observations leave no unit open the encoder gives all of them.
    """

    def __init__(
        self,
        name: str,
        n: int,
        m: int,
        forced: int,
        context_length: int,
        width: int,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.open = m - forced
        self.whole = name == "encoder" and not self.open
        self.weight: nn.Parameter | None = None
        self.encoder: Network | None = None
        if name == "linear":
            self.weight = fan_in(generator, self.open, n)
        if name == "encoder":
            sizes = (context_length * n, width, self.open or m)
            self.encoder = Network(*sizes, activation="tanh", generator=generator)

    def forward(self, signal: Tensor, context: Tensor, /) -> Tensor:
        """Return `(..., m)`."""
        if self.encoder is not None:
            rest = self.encoder(context.flatten(-2))
            return rest if self.whole else torch.cat((signal, rest), -1)
        if not self.open:
            return signal
        if self.weight is None:
            rest = signal.new_zeros(*signal.shape[:-1], self.open)
        else:
            rest = nn.functional.linear(context[..., -1, :], self.weight)
        return torch.cat((signal, rest), -1)

    if TYPE_CHECKING:

        def __call__(self, signal: Tensor, context: Tensor, /) -> Tensor: ...  # noqa: D102
