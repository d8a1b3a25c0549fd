"""What later observations say about earlier states."""

from __future__ import annotations

from torch import Tensor

from takens_assimilation.linear_algebra import pseudo_inverse


def smooth(ensemble: Tensor, forecast: Tensor) -> Tensor:
    """Smooth analyses `(..., T, members, m)` backward, given the forecasts that followed.

    Corrections go back along the regression of a state on the one that follows it.

    Source: Raanes (2016), On the ensemble Rauch-Tung-Striebel smoother and its equivalence to
    the ensemble Kalman smoother, Q. J. R. Meteorol. Soc. 142, 1259-1264.
    """
    smoothed = ensemble.clone()
    centred = ensemble - ensemble.mean(-2, keepdim=True)
    following = forecast - forecast.mean(-2, keepdim=True)
    for k in reversed(range(ensemble.shape[-3] - 1)):
        correction = smoothed[..., k + 1, :, :] - forecast[..., k + 1, :, :]
        regression = pseudo_inverse(following[..., k + 1, :, :]) @ centred[..., k, :, :]
        smoothed[..., k, :, :] += correction @ regression
    return smoothed
