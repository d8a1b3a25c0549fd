"""What is taken from a clean series: samples at random, in bursts, of one variable."""

# pyright: basic

import torch
from torch import Tensor


def at_random(x: Tensor, share: float, seed: int) -> Tensor:
    """Return which numbers of `x: (T, n)` are left where whole samples are lost at random."""
    lost = torch.rand(len(x), generator=torch.Generator().manual_seed(seed)) < share
    return ~lost[:, None].expand_as(x)


def numbers_at_random(x: Tensor, share: float, seed: int) -> Tensor:
    """Return the same where single numbers are lost, each for itself."""
    return torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)) >= share


def in_bursts(x: Tensor, share: float, seed: int, length: int = 50) -> Tensor:
    """Return the same where samples are lost in bursts of ``length``, which may overlap."""
    generator = torch.Generator().manual_seed(seed)
    known = torch.ones(len(x), dtype=torch.bool)
    while float((~known).double().mean()) < share:
        start = int(torch.randint(len(x) - length, (), generator=generator))
        known[start : start + length] = False
    return known[:, None].expand_as(x)


def of_one_variable(x: Tensor, share: float, seed: int) -> Tensor:
    """Return the same where the last variable is lost in some of the samples."""
    known = torch.ones_like(x, dtype=torch.bool)
    lost = torch.rand(len(x), generator=torch.Generator().manual_seed(seed)) < share
    known[lost, -1] = False
    return known
