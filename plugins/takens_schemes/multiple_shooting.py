"""Multiple shooting."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_schemes.forcing import interval
from takens_schemes.objective import objective_of
from takens_schemes.pieces import pieces
from takens_schemes.settings import MultipleShootingSettings


@final
class MultipleShooting(MultipleShootingSettings):
    """Cut each window into segments that run freely, and make their ends meet.

    Every segment of ``segment`` samples starts anew from the data; to the error of its
    predictions is added ``continuity`` times the mean squared distance between where a
    segment ends and where the next one starts, in the latent state. ``error``,
    ``regularisation``, ``noise`` and ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where a window holds
    no whole segment.

    Source: Bock and Plitt (1984), A multiple shooting algorithm for direct solution of
    optimal control problems, IFAC; Turan and Jaeschke (2022), Multiple shooting for training
    neural differential equations on time series, IEEE Control Systems Letters 6.
    """

    takes_ensembles = True

    def loss(self, model: takens.Model, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the error in `windows: (..., b, T, n)` and at the joints: `(...)`."""
        c = model.context_length
        objective = objective_of(self)
        noisy = objective.inputs(windows, step)
        parts = pieces(noisy, c + self.segment, self.segment)
        free = torch.zeros(self.segment, dtype=torch.float64)
        flat = parts.flatten(-4, -3)
        states = takens.forced_run(model, flat, dt=interval(times), strength=free)
        targets = pieces(objective.targets(windows, noisy), c + self.segment, self.segment)
        value = objective.value(
            model, model.observe(states), targets.flatten(-4, -3)[..., c:, :]
        )
        each = states[..., -1, :].reshape(*parts.shape[:-2], states.shape[-1])
        ends = each[..., :-1, :]
        if not self.continuity or not ends.numel():
            return value
        starts = model.encode(parts[..., 1:, :c, :])
        return value + self.continuity * (ends - starts).square().mean((-3, -2, -1))
