"""Looks at values that steer a loop, which transforms of ``torch.func`` forbid to tensors.

A loop that treats every sample by masks does the right thing when it goes on until all
samples are done, those of all transforms included: the values under them may be looked at.
"""

import torch
from torch import Tensor
from torch.autograd.forward_ad import unpack_dual  # pyright: ignore[reportUnknownVariableType]


def any_of(mask: Tensor) -> bool:
    """Whether `mask` holds for any sample of any batch."""
    return bool(torch.func.debug_unwrap(mask).any())


def all_of(mask: Tensor) -> bool:
    """Whether `mask` holds for all samples of all batches."""
    return bool(torch.func.debug_unwrap(mask).all())


def largest_of(count: Tensor) -> int:
    """Return the largest of whole numbers over all batches; 0 where there is none."""
    values = torch.func.debug_unwrap(count)
    return int(values.max()) if values.numel() else 0


def is_plain(x: Tensor) -> bool:
    """Whether the values may be looked at: no transform of ``torch.func`` is at work on `x`."""
    return torch.func.debug_unwrap(x) is x


def is_followed() -> bool:
    """Whether a transform of ``torch.func`` is at work."""
    return torch._C._functorch.peek_interpreter_stack() is not None  # pyright: ignore


def is_constant(x: Tensor) -> bool:
    """Whether `x` is plain and nothing asks for a derivative with respect to it."""
    return is_plain(x) and not x.requires_grad and unpack_dual(x).tangent is None
