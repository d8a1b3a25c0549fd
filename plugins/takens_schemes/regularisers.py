"""Regularisers of the published trainings, by name."""

from collections.abc import Callable, Mapping
from typing import Final, cast

import torch
from torch import Tensor

import takens

# A share of the latent units, the last ones, is pulled towards a line of fixed points.
_SHARE: Final = 0.5
_CEILING: Final = 0.05


def _squared(weight: Tensor, leading: int) -> Tensor:
    return weight.square().flatten(leading).sum(-1)


def _of(weights: Mapping[str, Tensor], name: str, regulariser: str) -> Tensor:
    # Some models hold A, the diagonal, and W, the rest, in one matrix.
    if "AW" in weights and name in ("A", "W"):
        diagonal = weights["AW"].diagonal(dim1=-2, dim2=-1)
        return diagonal if name == "A" else weights["AW"] - torch.diag_embed(diagonal)
    for full, weight in weights.items():
        if full.rpartition(".")[2] == name:
            return weight
    raise takens.InputError(
        f"The regulariser {regulariser!r} needs weights called {name}, and the model has "
        f"{', '.join(weights)}; leave it out of regularisation."
    )


def towards_identity(weights: Mapping[str, Tensor], leading: int) -> Tensor:
    """Pull A towards 1 and every other weight towards 0: `sum (1 - A)^2 + sum w^2`.

    Source: Hess et al. (2023), Generalized teacher forcing, ICML, section 4, for the shallow
    PLRNN.
    """
    total = _squared(1 - _of(weights, "A", "towards_identity"), leading)
    for name, weight in weights.items():
        # The published form leaves out what stands between the state and the data.
        if name != "A" and not name.startswith(("initial_state.", "observation.")):
            total = total + _squared(weight, leading)
    return total


def small_weights(weights: Mapping[str, Tensor], leading: int) -> Tensor:
    """Pull every weight towards 0: `sum w^2`."""
    return torch.stack([_squared(weight, leading) for weight in weights.values()]).sum(0)


def condition_number(weights: Mapping[str, Tensor], leading: int) -> Tensor:
    """Keep the read-out B invertible: `(1 - s_max / s_min)^2` of its singular values.

    Source: Hess et al. (2023), Generalized teacher forcing, ICML, for affine read-outs.
    """
    b = _of(weights, "B", "condition_number")
    s = cast(Tensor, torch.linalg.svdvals(b))
    return (1 - s[..., 0] / s[..., -1].clamp_min(1e-12)).square()


def manifold_attractor(weights: Mapping[str, Tensor], leading: int) -> Tensor:
    """Pull half of the units towards `z' = z`: their A towards 1, their rows of W and h to 0.

    Source: Schmidt, Koppe, Monfared, Beutelspacher, Durstewitz (2021), Identifying nonlinear
    dynamical systems with multiple time scales and long-range dependencies, ICLR, eq. 3.
    """
    a = _of(weights, "A", "manifold_attractor")
    w, h = _of(weights, "W", "manifold_attractor"), _of(weights, "h", "manifold_attractor")
    first = a.shape[-1] - int(_SHARE * a.shape[-1])
    return (
        _squared(1 - a[..., first:], leading)
        + _squared(w[..., first:, :], leading)
        + _squared(h[..., first:], leading)
    )


def diagonal_ceiling(weights: Mapping[str, Tensor], leading: int) -> Tensor:
    """Hold the diagonal of an almost-linear network below 0.05: `|relu(A + diag W - 0.05)|`.

    Source: Brenner, Hemmer, Monfared, Durstewitz (2024), Almost-linear RNNs, NeurIPS, and
    its published settings.
    """
    a, w = _of(weights, "A", "diagonal_ceiling"), _of(weights, "W", "diagonal_ceiling")
    above = (a + w.diagonal(dim1=-2, dim2=-1) - _CEILING).relu()
    # The root has no gradient where nothing is above.
    return (above.square().sum(-1) + 1e-24).sqrt()


# Each takes weights by name with ``leading`` dimensions of members, and gives one number each.
REGULARISERS: Final[Mapping[str, Callable[[Mapping[str, Tensor], int], Tensor]]] = {
    "towards_identity": towards_identity,
    "small_weights": small_weights,
    "condition_number": condition_number,
    "manifold_attractor": manifold_attractor,
    "diagonal_ceiling": diagonal_ceiling,
}
