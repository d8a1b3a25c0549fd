"""Tolerances that a dtype can keep."""

import torch


def floored(rtol: float, atol: float, dtype: torch.dtype) -> tuple[float, float]:
    """Give the tolerances, raised to what rounding in `dtype` leaves of them.

    Below, the error estimate is made of rounding errors and no step is ever accepted.
    """
    eps = torch.finfo(dtype).eps
    return max(rtol, 10 * eps), max(atol, eps)
