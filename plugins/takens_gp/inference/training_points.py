"""What a model of dynamics learns from: states, and what follows from them."""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor

import takens
from takens_gp.inference.smoothing import Smooth, smooth

# Where noise would be more of the variance than so, there is no curve in time.
_HIDDEN: Final = 0.5
_APART: Final = (
    "Samples are too far apart in time to tell noise from the signal, so that none was taken "
    "out; smooth = false says so."
)


class TrainingPoints(NamedTuple):
    """States `x: (n, d)`, `y: (n, d)` to be learned there, its known noise variances."""

    x: Tensor
    y: Tensor
    noise: Tensor
    observation_noise: list[float]
    remarks: tuple[str, ...] = ()

    def thinned(self, most: int) -> TrainingPoints:
        """Keep at most so many, evenly spread."""
        if len(self.x) <= most:
            return self
        kept = torch.linspace(0, len(self.x) - 1, most, dtype=torch.float64).round().long()
        return self._replace(x=self.x[kept], y=self.y[kept], noise=self.noise[kept])


def steps_of(windows: Tensor, times: Tensor, *, smoothed: bool, seed: int) -> TrainingPoints:
    """Return the step that follows each state of `windows: (b, T, d)`.

    Where one sample tells next to nothing of the next, as in the orbit of a chaotic map, noise
    cannot be told from the signal, and states are taken as they are.

    Raises: InputError where windows hold no step.
    """
    windows, times = _checked(windows, times, 2)
    curves = _curves(windows, times, seed) if smoothed else []
    remarks: tuple[str, ...] = ()
    variance = windows.flatten(0, 1).var(0)
    if any(
        c.noise_variance > _HIDDEN * float(v) for c, v in zip(curves, variance, strict=False)
    ):
        curves, remarks = [], (_APART,)
    if not curves:
        x, y = windows[:, :-1], windows[:, 1:] - windows[:, :-1]
        return TrainingPoints(_flat(x), _flat(y), torch.zeros_like(_flat(y)), [], remarks)
    value = torch.stack([curve.value for curve in curves], -1)
    noise = torch.stack([curve.step_variance for curve in curves], -1)
    return TrainingPoints(
        _flat(value[:, :-1]), _flat(value.diff(dim=1)), _flat(noise), _noise_of(curves)
    )


def slopes_of(windows: Tensor, times: Tensor, *, seed: int) -> TrainingPoints:
    """Return the velocity at each state of `windows: (b, T, d)`.

    Raises: InputError where windows are too short for slopes.
    """
    windows, times = _checked(windows, times, 5)
    curves = _curves(windows, times, seed)
    value, slope, noise = (
        torch.stack([getattr(curve, name) for curve in curves], -1)
        for name in ("value", "slope", "slope_variance")
    )
    return TrainingPoints(_flat(value), _flat(slope), _flat(noise), _noise_of(curves))


def _checked(windows: Tensor, times: Tensor, least: int) -> tuple[Tensor, Tensor]:
    if windows.ndim != 3 or windows.shape[1] < least or times.shape != windows.shape[1:2]:
        raise takens.InputError(
            f"A Gaussian process learns from windows (b, T, n) of at least {least} samples at "
            f"times (T,); got {tuple(windows.shape)} and {tuple(times.shape)}."
        )
    return windows.double(), times.to(windows.device, torch.float64)


def _curves(windows: Tensor, times: Tensor, seed: int) -> list[Smooth]:
    return [smooth(times, column, seed=seed) for column in windows.unbind(-1)]


def _noise_of(curves: list[Smooth]) -> list[float]:
    return [curve.noise_variance**0.5 for curve in curves]


def _flat(values: Tensor) -> Tensor:
    return values.reshape(-1, values.shape[-1])
