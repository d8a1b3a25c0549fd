"""Points and measurements, as users give them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

import takens


def as_points(x: Any, dim: int | None = None) -> Tensor:
    """Return points as `(n, d)` in float64; `(n,)` are points of one dimension.

    Raises: InputError where they have another form, are not finite, or not of ``dim``.
    """
    x = torch.as_tensor(x, dtype=torch.float64)
    if x.ndim == 1:
        x = x.unsqueeze(-1)
    if x.ndim != 2 or not x.shape[-1]:
        raise takens.InputError(
            f"Points are x: (n, d), or (n,) in one dimension; got {tuple(x.shape)}."
        )
    if dim is not None and x.shape[-1] != dim:
        raise takens.InputError(
            f"The process has points of {dim} dimensions; got points of {x.shape[-1]}."
        )
    _finite(x, "x")
    return x


def as_measurements(y: Any, n: int) -> Tensor:
    """Return measurements as `(n,)` or `(n, q)` in float64.

    Raises: InputError where there are not as many as points, or they are not finite.
    """
    y = torch.as_tensor(y, dtype=torch.float64)
    if y.ndim not in (1, 2) or len(y) != n:
        raise takens.InputError(
            f"{n} points need as many measurements, y: ({n},) or ({n}, q); got "
            f"{tuple(y.shape)}."
        )
    _finite(y, "y")
    return y


def as_noise(noise: Any, n: int) -> Tensor:
    """Return the variance of the noise at each point, `(n,)`.

    Raises: InputError where there are not as many as points, or one is negative.
    """
    noise = torch.as_tensor(noise, dtype=torch.float64)
    if noise.shape != (n,):
        raise takens.InputError(
            f"{n} points need as many noise variances; got {tuple(noise.shape)}."
        )
    _finite(noise, "point_noise")
    if bool((noise < 0).any()):
        raise takens.InputError(
            f"point_noise are variances, at least 0; got {float(noise.min()):g}."
        )
    return noise


def _finite(values: Tensor, name: str) -> None:
    bad = (~values.isfinite()).nonzero()
    if len(bad):
        place = tuple(int(i) for i in bad[0])
        raise takens.InputError(
            f"{name} must be finite; entry {place} is {float(values[place])}. Leave it out."
        )
