"""Fully connected networks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, final, get_args

import torch
from torch import Tensor, nn

from takens_models.latent.typed import weight_of
from takens_models.latent.weights import uniform
from takens_models.settings import Activation

ACTIVATIONS: Final[tuple[Activation, ...]] = get_args(Activation)
_SLOPE: Final = 0.01


def activate(name: str, a: Tensor) -> Tensor:
    """Apply an activation function, entry by entry."""
    if name == "tanh":
        return a.tanh()
    if name == "relu":
        return a.relu()
    if name == "leaky_relu":
        return torch.where(a > 0, a, _SLOPE * a)
    if name == "softplus":
        return nn.functional.softplus(a)
    return a * a.sigmoid()


def slope(name: str, a: Tensor) -> Tensor:
    """Return the derivative of an activation function, entry by entry."""
    if name == "tanh":
        return 1 - a.tanh().square()
    if name == "relu":
        return (a > 0).to(a.dtype)
    if name == "leaky_relu":
        return torch.where(a > 0, torch.ones_like(a), torch.full_like(a, _SLOPE))
    if name == "softplus":
        return a.sigmoid()
    gate = a.sigmoid()
    return gate * (1 + a * (1 - gate))


@final
class Network(nn.Module):
    """Layers of the given sizes with activation functions between them: `(..., first)`.

    ``activation`` is one for all hidden layers, or one for each.

    Weights and biases start uniform within one over the root of the number of inputs; with
    ``silent`` those of the last layer are zero, and so is the output.
    """

    def __init__(
        self,
        *sizes: int,
        activation: str | Sequence[str],
        generator: torch.Generator,
        silent: bool = False,
    ) -> None:
        super().__init__()
        same = isinstance(activation, str)
        self.activations = [activation] * (len(sizes) - 2) if same else list(activation)
        self.layers = nn.ModuleList()
        for i, (rows, columns) in enumerate(zip(sizes[1:], sizes[:-1], strict=True)):
            layer = nn.utils.skip_init(nn.Linear, columns, rows)
            bound = 0.0 if silent and i == len(sizes) - 2 else columns**-0.5
            layer.weight = uniform(generator, rows, columns, low=-bound, high=bound)
            layer.bias = uniform(generator, rows, low=-bound, high=bound)
            self.layers.append(layer)

    def forward(self, x: Tensor, /) -> Tensor:
        """Return `(..., last)` for `x: (..., first)`."""
        *hidden, last = self.layers
        for layer, activation in zip(hidden, self.activations, strict=True):
            x = activate(activation, layer(x))
        return last(x)

    def jacobian(self, x: Tensor, /) -> Tensor:
        """Return the derivative: `(..., first) -> (..., last, first)`."""
        *hidden, last = self.layers
        pushed: Tensor | None = None
        for layer, activation in zip(hidden, self.activations, strict=True):
            a: Tensor = layer(x)
            rows = weight_of(layer) if pushed is None else weight_of(layer) @ pushed
            pushed = slope(activation, a).unsqueeze(-1) * rows
            x = activate(activation, a)
        if pushed is None:
            return weight_of(last).expand(*x.shape[:-1], -1, -1)
        return weight_of(last) @ pushed

    if TYPE_CHECKING:

        def __call__(self, x: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
