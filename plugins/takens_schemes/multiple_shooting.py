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
    segment ends and where the next one starts, in the latent state. A last segment may be
    shorter. ``error``, ``regularisation``, ``noise`` and ``noisy_targets`` are those of an
    ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where a window holds
    no whole segment.

    Source: Bock and Plitt (1984), A multiple shooting algorithm for direct solution of
    optimal control problems, IFAC; Turan and Jaeschke (2022), Multiple shooting for training
    neural differential equations on time series, IEEE Control Systems Letters 6.
    """

    takes_ensembles = True

    def loss(
        self, model: takens.plugin.Model, windows: Tensor, *, times: Tensor, step: int
    ) -> Tensor:
        """Return the error in `windows: (..., b, T, n)` and at the joints: `(...)`."""
        c, dt = model.context_length, interval(times)
        objective = objective_of(self)
        noisy = objective.inputs(windows, step)
        wanted = objective.targets(windows, noisy)
        parts = pieces(noisy, c + self.segment, self.segment)
        states = _free(model, parts.flatten(-4, -3), dt)
        targets = pieces(wanted, c + self.segment, self.segment).flatten(-4, -3)[..., c:, :]
        predicted, starts = model.observe(states), model.encode(parts[..., 1:, :c, :])
        ends = states[..., -1, :].reshape(*parts.shape[:-2], states.shape[-1])
        if left := (windows.shape[-2] - c) % self.segment:
            # What is left over is a segment that is shorter.
            rest = noisy[..., -left - c :, :]
            behind = model.observe(_free(model, rest, dt))
            predicted = torch.cat((_in_a_row(predicted, parts), behind), -2)
            targets = torch.cat((_in_a_row(targets, parts), wanted[..., -left:, :]), -2)
            starts = torch.cat((starts, model.encode(rest[..., :c, :]).unsqueeze(-2)), -2)
        else:
            ends = ends[..., :-1, :]
        value = objective.value(model, predicted, targets)
        if not self.continuity or not ends.numel():
            return value
        return value + self.continuity * (ends - starts).square().mean((-3, -2, -1))


def _free(model: takens.plugin.Model, windows: Tensor, dt: float) -> Tensor:
    """Run freely from the start of each of `windows: (..., T, n)`: `(..., T - c, m)`."""
    free = torch.zeros(windows.shape[-2] - model.context_length, dtype=torch.float64)
    return takens.plugin.forced_run(model, windows, dt=dt, strength=free)


def _in_a_row(x: Tensor, parts: Tensor) -> Tensor:
    """Put segments `(..., b pieces, s, n)` one behind the other: `(..., b, pieces s, n)`."""
    return x.reshape(*parts.shape[:-3], -1, x.shape[-1])
