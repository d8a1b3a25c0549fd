"""Levels of noise and of model error, kept up from update to update."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, Self, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.smoothing import Smoothed

_MEMORY: Final = 0.99
# Where nothing is known yet, and for what is said to have no noise at all.
_FIRST, _LEAST = 0.1, 1e-3
_FIRST_MODEL_ERROR: Final = 0.5


@final
@attrs.frozen(eq=False)
class NoiseLevel:
    """Variances of noise, `(..., n)`, and of what is amiss at joints, `(...)`, in data's units.

    They are averages over updates that forget; ``share`` is how much of them has been seen, and
    `squares: (..., n)` the mean square of what each update found.
    """

    noise: Tensor
    model_error: Tensor
    squares: Tensor
    share: float = 0.0

    @classmethod
    def first(cls, x: Tensor, leading: torch.Size, ratio: float | str) -> Self:
        """Begin with what differences of high order say of `x: (..., T, n)`."""
        try:
            found = takens.plugin.scales_of(x.reshape(-1, *x.shape[-2:]).unbind(0)).noise
            level = max(found / math.hypot(1.0, found), _LEAST)
        except takens.errors.DataError:
            level = _FIRST
        noise = x.new_full((*leading, x.shape[-1]), level**2)
        joints = _FIRST_MODEL_ERROR if isinstance(ratio, str) else ratio
        return cls(noise, noise.mean(-1) * joints**2, torch.zeros_like(noise))

    def after(self, found: Smoothed, known: Tensor, ratio: float | str) -> NoiseLevel:
        """Return the levels after one more batch, known where `(..., b, K, L, n)` says so.

        Squares of what states leave over, and how far the states themselves are uncertain: the
        expectation of both under the smoothed states.

        Source: Shumway and Stoffer (1982), An approach to time series smoothing and forecasting
        using the EM algorithm, J. Time Ser. Anal. 3, 253-264.
        """
        over = (-4, -3, -2)
        squares = found.errors.square() + torch.where(known, found.error_variances, 0.0)
        count = known.sum(over)
        noise = squares.sum(over) / count.clamp_min(1)
        # A model that explodes says nothing, and is set back.
        noise = torch.where((count > 0) & noise.isfinite(), noise, self.noise)
        # Standardised data have no more noise than they vary.
        noise = noise.clamp(_LEAST**2, 1.0)
        share = _MEMORY * self.share + 1 - _MEMORY
        new = (1 - _MEMORY) / share
        mean = self.noise + new * (noise - self.noise)
        seen = self.squares + new * (noise.square() - self.squares)
        if isinstance(ratio, str) and found.joins.numel():
            amiss = (found.joins.square() + found.join_variances).mean((-3, -2, -1))
            amiss = torch.where(amiss.isfinite(), amiss, self.model_error).clamp_max(1.0)
            error = self.model_error + (1 - _MEMORY) * (amiss - self.model_error)
        elif isinstance(ratio, str):
            error = self.model_error
        else:
            error = ratio**2 * mean.mean(-1)
        return NoiseLevel(mean, error.clamp_min(_LEAST**4), seen, share)

    def findings(self, count: Tensor) -> Mapping[str, Any]:
        """Return the levels as JSON types, of data of which `count: (n,)` is known.

        They are in standard deviations of the signal. An error is that of so many independent
        samples, with that of the average over updates and the spread over members.
        """
        noise, squares = (x.double().cpu() for x in (self.noise, self.squares))
        each = noise.reshape(-1, noise.shape[-1])
        mean = each.mean(0)
        variance = (squares - noise.square()).clamp_min(0.0).reshape(each.shape).mean(0)
        remembered = (1 - _MEMORY) / (1 + _MEMORY) * variance / len(each)
        among = each.var(0) / len(each) if len(each) > 1 else torch.zeros_like(mean)
        variance = 2 * mean.square() / count.clamp_min(1) + remembered + among
        # Of standardised data, whose variance is that of signal and noise.
        mean, signal = mean.clamp_max(0.999), 1 - mean.clamp_max(0.999)
        levels = (mean / signal).sqrt()
        errors = variance.sqrt() / (2 * mean.sqrt() * signal.pow(1.5))
        level = float(levels.mean())
        error = float(errors.square().sum().sqrt()) / len(levels)
        amiss = float((self.model_error.double().cpu() / noise.mean(-1)).sqrt().mean())
        return {
            "noise": level,
            "noise_error": error,
            "noise_by_variable": levels.tolist(),  # pyright: ignore[reportUnknownMemberType]
            "noise_error_by_variable": errors.tolist(),  # pyright: ignore[reportUnknownMemberType]
            "model_error": amiss,
        }

    def state_dict(self) -> dict[str, Tensor]:
        """Return it as tensors."""
        return {
            "noise": self.noise.clone(),
            "model_error": self.model_error.clone(),
            "squares": self.squares.clone(),
            "share": torch.tensor(self.share, dtype=torch.float64),
        }

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Self:
        """Return what was stored."""
        parts = (state["noise"], state["model_error"], state["squares"])
        return cls(*parts, float(state["share"]))
