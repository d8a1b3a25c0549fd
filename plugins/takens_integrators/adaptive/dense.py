"""Continuous solutions between the ends of a step."""

from collections.abc import Sequence

import torch
from torch import Tensor


def dense_weights(
    b: Sequence[float], last: int, extra: Sequence[Sequence[float]] = ()
) -> tuple[tuple[float, ...], ...]:
    """Return the polynomials `b_i(theta)` of a nested interpolant, as a tableau holds them.

    The interpolant is `x + theta (r_1 + (1 - theta) (r_2 + theta (r_3 + (1 - theta) ...)))`:
    `r_1` to `r_3` match both ends and both slopes (the last stage's, number ``last``, being
    the slope at the end), and each row of ``extra`` holds the stages' weights in one more.

    Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, 2nd
    edition, section II.6.
    """
    stages = max(len(b), *(len(row) for row in extra), 0) if extra else len(b)
    weights: list[tuple[float, ...]] = []
    for i in range(stages):
        whole = b[i] if i < len(b) else 0.0
        start, end = float(i == 0), float(i == last)
        rows = [whole, start - whole, 2 * whole - end - start]
        rows += [row[i] if i < len(row) else 0.0 for row in extra]
        polynomial = [0.0]
        for level in range(len(rows), 0, -1):
            polynomial[0] += rows[level - 1]
            shifted = [0.0, *polynomial]
            if level % 2:
                polynomial = shifted
            else:
                padded = [*polynomial, 0.0]
                polynomial = [p - s for p, s in zip(padded, shifted, strict=True)]
        weights.append(tuple(polynomial[1:]))
    return tuple(weights)


def interpolate(x: Tensor, increments: Tensor, weights: Tensor, theta: Tensor) -> Tensor:
    """Return the state at the fraction `theta: (...)` of a step from `x: (..., d)`.

    `increments: (s, ..., d)` are stages times step size, `weights: (s, degree)` their
    polynomials.
    """
    powers = theta.unsqueeze(-1) ** torch.arange(
        1, weights.shape[1] + 1, dtype=theta.dtype, device=theta.device
    )
    shares = powers.to(x.dtype) @ weights.t()
    return x + (shares.movedim(-1, 0).unsqueeze(-1) * increments).sum(0)
