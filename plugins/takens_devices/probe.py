"""A short measurement of a device."""

import time

import torch
from torch import Tensor

_STEPS = 50
_REPEATS = 3
# On a machine that is busy with other work, one repeat has to do.
_ENOUGH = 0.5


def seconds_per_update(
    device: torch.device, dtype: torch.dtype, *, batch: int, width: int
) -> float:
    """Time one gradient through 50 steps of a small recurrent network, the best of up to three.

    This is the work of training in miniature: many small products, one after the other. The
    state is `(batch, width)`; the clock starts after a warm-up, and stops when the result is
    back on the host.

    Raises: RuntimeError where the device does not work.
    """
    # The caller may have switched gradients off.
    with torch.inference_mode(False), torch.enable_grad():
        generator = torch.Generator().manual_seed(0)
        start = torch.randn(batch, width, generator=generator, dtype=dtype).to(device)
        weight = torch.randn(width, width, generator=generator, dtype=dtype) / width**0.5
        weight = weight.to(device).requires_grad_()
        stop = time.perf_counter() + _ENOUGH
        _update(start, weight)
        best = _update(start, weight)
        for _ in range(_REPEATS - 1):
            if time.perf_counter() > stop:
                break
            best = min(best, _update(start, weight))
        return best


def _update(state: Tensor, weight: Tensor) -> float:
    began = time.perf_counter()
    for _ in range(_STEPS):
        state = torch.tanh(state @ weight)
    (gradient,) = torch.autograd.grad(state.square().mean(), weight)
    float(gradient.sum())
    return time.perf_counter() - began
