"""States that are the last few observations, the newest first: `(..., c n)`."""

import torch
from torch import Tensor

from takens_models.latent.typed import unflatten


def to_delays(context: Tensor) -> Tensor:
    """Return the state for observations in the order of time: `(..., c, n) -> (..., c n)`."""
    return context.flip(-2).flatten(-2)


def to_context(z: Tensor, n: int) -> Tensor:
    """Return the observations in the order of time: `(..., c n) -> (..., c, n)`."""
    return unflatten(z, (-1, n)).flip(-2)


def shift(z: Tensor, x: Tensor) -> Tensor:
    """Put `x: (..., n)` before all others of `z: (..., c n)`, the oldest of which is lost."""
    return torch.cat((x, z[..., : -x.shape[-1]]), -1)
