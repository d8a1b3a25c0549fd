"""Looks at values that steer a loop, which transforms of ``torch.func`` forbid to tensors.

A loop that treats every sample by masks does the right thing when it goes on until all
samples are done, those of all transforms included: the values under them may be looked at.
"""

import torch
from torch import Tensor


def anywhere(mask: Tensor) -> bool:
    """Whether `mask` holds for any sample of any batch."""
    return bool(torch.func.debug_unwrap(mask).any())


def everywhere(mask: Tensor) -> bool:
    """Whether `mask` holds for all samples of all batches."""
    return bool(torch.func.debug_unwrap(mask).all())


def largest(count: Tensor) -> int:
    """Give the largest of whole numbers over all batches; 0 where there is none."""
    values = torch.func.debug_unwrap(count)
    return int(values.max()) if values.numel() else 0
