"""What data leave open of the parameters of a known field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import torch
from torch import Tensor

# Changes of the velocity that are alike to so small a share cannot be told apart in noise.
_ALIKE: Final = 1e-3
# A network that explains so much of a parameter's effect can take its place.
_REPLACED: Final = 0.99
# Closer to a bound than this share of what lies between both, a value has reached it.
_REACHED: Final = 0.01


def bounds_reached(
    values: Mapping[str, Tensor], bounds: Mapping[str, tuple[float, float]]
) -> Iterator[str]:
    """Say which learned values have reached a bound."""
    for name, (low, high) in bounds.items():
        value = float(values[name].detach())
        for side, bound in (("lower", low), ("upper", high)):
            if abs(value - bound) < _REACHED * (high - low):
                yield (
                    f"{name} = {value:.6g} has reached its {side} bound, {bound:g}: the data "
                    "may want a value beyond it, errors do not hold there, and the other "
                    "parameters may be off in its place; give wider bounds."
                )


def alike(names: list[str], effects: Tensor) -> Iterator[str]:
    """Say which parameters change the velocity alike.

    `effects: (q, numbers)` are the derivatives of all velocities by each parameter.
    """
    sizes = effects.square().sum(1).sqrt()
    largest = float(sizes.max()) if len(names) else 0.0
    seen = [i for i in range(len(names)) if float(sizes[i]) > 1e-12 * largest]
    for i in set(range(len(names))) - set(seen):
        yield f"{names[i]} does not change the velocity at the data, which do not tell it."
    if len(seen) < 2:
        return
    _, values, directions = _svd((effects[seen] / sizes[seen, None]).mT.double())
    least = float(values[-1] / values[0])
    if least < _ALIKE:
        weights = directions[-1].abs()
        which = [names[i] for i, w in zip(seen, weights, strict=True) if w > 0.1]
        yield (
            f"{_listed(which)} cannot be told apart: a change of one is made good by the "
            f"other{'s' * (len(which) > 2)} (condition number {1 / max(least, 1e-300):.2g}). "
            "Learn fewer of them, or hold one where it is known."
        )


def replaced(names: list[str], effects: Tensor, of_network: Tensor) -> Iterator[str]:
    """Say which parameters a network can take the place of.

    `of_network: (numbers, weights)` are the derivatives of all velocities by its weights.
    """
    u, values, _ = _svd(of_network.double())
    u = u[:, values > 1e-4 * values[0]] if len(values) else u
    for name, effect in zip(names, effects, strict=True):
        size = float(effect.square().sum())
        share = float((u.mT @ effect.double()).square().sum()) / size if size else 1.0
        if share > _REPLACED:
            yield (
                f"{name} is not told by the data: the network beside it can take its place "
                f"(it reproduces {min(share, 1.0):.1%} of what {name} changes). Regularise the "
                f"network, make it smaller, or hold {name} where it is known."
            )


def _listed(names: list[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _svd(matrix: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return cast(tuple[Tensor, Tensor, Tensor], cast(Any, torch.linalg).svd(matrix, False))
