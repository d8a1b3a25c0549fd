"""What is expected of observations that scatter: averages over neighbours in time."""

from typing import Final

import torch
from torch import Tensor

import takens

# Standard deviations of the kernel, in samples, that are tried.
_WIDTHS: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0)
_CHUNK, _CHUNKS, _FAR = 500, 40, 18.0


def kernel(length: int, width: Tensor) -> Tensor:
    """Return the weights of a local linear fit at each of so many samples: `(T, T)`.

    The kernel is normal with the standard deviation `width: ()`; rows add up to 1.

    Source: Fan and Gijbels (1996), Local polynomial modelling and its applications, section 2.
    """
    place = torch.arange(length, dtype=width.dtype, device=width.device)
    apart = place - place.unsqueeze(-1)
    exponent = 0.5 * (apart / width.clamp_min(1e-3)).square()
    # Numbers that are too small to be normal would make all that follows slow.
    near = torch.where(exponent < _FAR, (-exponent).exp(), 0.0)
    zeroth, first, second = ((near * apart**k).sum(-1, keepdim=True) for k in range(3))
    spread = zeroth * second - first.square()
    linear = near * (second - apart * first) / spread.clamp_min(1e-12)
    return torch.where(spread > 1e-9, linear, near / zeroth)


def smooth(x: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
    """Return averages of `x: (..., T, n)`, and over how many samples each is, alike in shape.

    What is missing, NaN, has no part; where nothing nearby is known, the average is NaN.
    """
    weights = kernel(x.shape[-2], width)
    if not takens.plugin.has_gaps(x):
        over = 1 / weights.square().sum(-1, keepdim=True)
        return weights @ x, over.clamp_min(1.0).expand_as(x)
    known = ~x.isnan()
    part = (weights @ known.to(x.dtype)).clamp_min(0)
    mean = weights @ torch.where(known, x, 0.0) / part.clamp_min(1e-6)
    over = part.square() / (weights.square() @ known.to(x.dtype)).clamp_min(1e-12)
    return torch.where(part > 0.05, mean, torch.nan), over.clamp_min(1.0)


def best_width(x: Tensor) -> float:
    """Return the width by which each sample of `x: (T, n)` is told best by its neighbours.

    Its own part is taken out (cross-validation); the error is the mean over variables of the
    squared one over the variance.
    """
    places = torch.linspace(0, max(len(x) - _CHUNK, 0), _CHUNKS).long()
    parts = torch.stack([x[i : i + _CHUNK] for i in sorted(set(map(int, places)))])
    scale = parts.flatten(0, 1).nan_to_num(0.0).var(0).clamp_min(1e-12)
    errors: list[float] = []
    for width in _WIDTHS:
        each = torch.tensor(width, dtype=x.dtype)
        own = kernel(parts.shape[1], each).diagonal().unsqueeze(-1)
        mean, _ = smooth(parts, each)
        off = (mean - parts) / (1 - own).clamp_min(1e-6)
        errors.append(float((off.square() / scale).nanmean()))
    return _WIDTHS[errors.index(min(errors))]
