"""Linear regression in closed form."""

import torch
from torch import Tensor

import takens
from takens_models.latent.typed import pseudo_inverse, solve_linear


def ridge_regression(features: Tensor, targets: Tensor, penalty: float) -> Tensor:
    """Return C, `(n, p)`, that minimises `mean |y - C f|^2 + penalty |C|^2`.

    `features: (samples, p)`, `targets: (samples, n)`. Without a penalty it is the smallest C
    among the best. Works in float64.
    """
    f, y = features.double(), targets.double()
    gram, cross = f.mT @ f / len(f), f.mT @ y / len(f)
    if penalty:
        eye = torch.eye(f.shape[-1], dtype=f.dtype, device=f.device)
        return solve_linear(gram + penalty * eye, cross).mT
    return (pseudo_inverse(f) @ y).mT


def mean_squared_error(predicted: Tensor, targets: Tensor) -> float:
    """Return the mean over samples and variables."""
    return float((predicted - targets).square().mean())


def check_length(model: str, series: Tensor, needed: int) -> None:
    """Refuse a series `(trajectories, T, n)` that is too short.

    Raises: DataError.
    """
    if series.shape[-2] <= needed:
        raise takens.errors.DataError(
            f"{model} needs more than {needed} samples to learn from; got {series.shape[-2]}. "
            "Give a longer series or a shorter context_length."
        )
