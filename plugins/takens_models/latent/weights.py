"""How weights start."""

from typing import cast

import torch
from torch import Tensor, nn


def uniform(
    generator: torch.Generator, *shape: int, low: float = -1.0, high: float = 1.0
) -> nn.Parameter:
    """Draw weights of a shape between ``low`` and ``high``."""
    return nn.Parameter(low + (high - low) * torch.rand(*shape, generator=generator))


def fan_in(generator: torch.Generator, rows: int, columns: int) -> nn.Parameter:
    """Draw a matrix uniformly within `1 / sqrt(columns)`: `(rows, columns)`."""
    # A matrix without columns has no entries to draw.
    bound = max(columns, 1) ** -0.5
    return uniform(generator, rows, columns, low=-bound, high=bound)


def normalised_positive_definite(generator: torch.Generator, m: int) -> Tensor:
    """Draw `(R^T R / m + 1)`, divided by its largest eigenvalue: `(m, m)`.

    Source: Talathi and Vartak (2015), Improving performance of recurrent neural network with
    relu nonlinearity, section 3.
    """
    r = torch.randn(m, m, generator=generator)
    k = r.mT @ r / m + torch.eye(m)
    largest = float(torch.linalg.matrix_norm(k, 2))  # pyright: ignore[reportUnknownArgumentType]
    return k / largest


def diagonal_of_positive_definite(generator: torch.Generator, m: int) -> nn.Parameter:
    """Draw the diagonal of such a matrix: `(m,)`."""
    return nn.Parameter(normalised_positive_definite(generator, m).diagonal().clone())


def linear(
    generator: torch.Generator, inputs: int, outputs: int, *, bias: bool = True
) -> nn.Linear:
    """Make a linear layer whose weights start uniform within `1 / sqrt(inputs)`."""
    layer = cast(nn.Linear, nn.utils.skip_init(nn.Linear, inputs, outputs, bias=bias))
    layer.weight = fan_in(generator, outputs, inputs)
    if bias:
        layer.bias = uniform(generator, outputs, low=-(inputs**-0.5), high=inputs**-0.5)
    return layer
