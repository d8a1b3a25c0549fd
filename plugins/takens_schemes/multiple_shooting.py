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
    shorter. Where some of what a segment starts from is missing, the one before goes on, made
    to agree with what is known. ``error``, ``regularisation``, ``noise`` and ``noisy_targets``
    are those of an ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where a window holds
    no whole segment.

    Source: Bock and Plitt (1984), A multiple shooting algorithm for direct solution of
    optimal control problems, IFAC; Turan and Jaeschke (2022), Multiple shooting for training
    neural differential equations on time series, IEEE Control Systems Letters 6.
    """

    takes_ensembles = True
    takes_gaps = True

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the error in `windows: (..., b, T, n)` and at the joints: `(...)`."""
        c, dt = model.context_length, interval(times)
        objective = objective_of(self)
        noisy = objective.inputs(windows, step)
        wanted = objective.targets(windows, noisy)
        parts = pieces(noisy, c + self.segment, self.segment)
        if takens.plugin.has_gaps(noisy):
            states, ends, starts = self._one_by_one(model, noisy, dt, drive)
            value = objective.value(model, states, wanted[..., c:, :])
            return value + self._at_joints(ends, starts)
        acting = None if drive is None else pieces(drive, c + self.segment, self.segment)
        states = _free(
            model, parts.flatten(-4, -3), dt, None if acting is None else acting.flatten(-4, -3)
        )
        targets = pieces(wanted, c + self.segment, self.segment).flatten(-4, -3)[..., c:, :]
        starts = _encode(model, parts, acting)[..., 1:, :]
        ends = states[..., -1, :].reshape(*parts.shape[:-2], states.shape[-1])
        if left := (windows.shape[-2] - c) % self.segment:
            # What is left over is a segment that is shorter.
            rest = noisy[..., -left - c :, :]
            last = None if drive is None else drive[..., -left - c :, :]
            behind = _free(model, rest, dt, last)
            states = torch.cat((_in_a_row(states, parts), behind), -2)
            targets = torch.cat((_in_a_row(targets, parts), wanted[..., -left:, :]), -2)
            starts = torch.cat((starts, _encode(model, rest, last).unsqueeze(-2)), -2)
        else:
            ends = ends[..., :-1, :]
        return objective.value(model, states, targets) + self._at_joints(ends, starts)

    def _at_joints(self, ends: Tensor, starts: Tensor) -> Tensor | float:
        if not self.continuity or not ends.numel():
            return 0.0
        return self.continuity * (ends - starts).square().mean((-3, -2, -1))

    def _one_by_one(
        self, model: takens.plugin.Model, windows: Tensor, dt: float, drive: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return states, and those before and after the joints of `(..., b, T, n)`."""
        c, length = model.context_length, windows.shape[-2]
        whole = takens.plugin.filled(windows)
        z = _encode(model, whole, drive)
        runs, ends, starts = list[Tensor](), list[Tensor](), list[Tensor]()
        for first in range(c, length, self.segment):
            if first > c:
                context = windows[..., first - c : first, :]
                ends.append(z)
                before = None if drive is None else drive[..., first - c :, :]
                anew = _encode(model, whole[..., first - c :, :], before)
                on = takens.plugin.force_where_known(model, z, context[..., -1, :])
                z = torch.where(context.isnan().any((-2, -1)).unsqueeze(-1), on, anew)
                starts.append(z)
            count = min(self.segment, length - first)
            acting = None if drive is None else drive[..., first - 1 :, :]
            runs.append(takens.plugin.driven_orbit(model, dt, z, count, acting)[..., 1:, :])
            z = runs[-1][..., -1, :]
        states = torch.cat(runs, -2)
        if not ends:
            none = z.new_zeros(*z.shape[:-1], 0, z.shape[-1])
            return states, none, none
        return states, torch.stack(ends, -2), torch.stack(starts, -2)


def _encode(model: takens.plugin.Model, windows: Tensor, drive: Tensor | None) -> Tensor:
    """Return the state at the start of each of `windows: (..., T, n)`: `(..., m)`."""
    c = model.context_length
    before = None if drive is None else drive[..., :c, :]
    return takens.plugin.encode(model, windows[..., :c, :], before)


def _free(
    model: takens.plugin.Model, windows: Tensor, dt: float, drive: Tensor | None
) -> Tensor:
    """Run freely from the start of each of `windows: (..., T, n)`: `(..., T - c, m)`."""
    free = torch.zeros(windows.shape[-2] - model.context_length, dtype=torch.float64)
    return takens.plugin.forced_run(model, windows, dt=dt, strength=free, drive=drive)


def _in_a_row(x: Tensor, parts: Tensor) -> Tensor:
    """Put segments `(..., b pieces, s, n)` one behind the other: `(..., b, pieces s, n)`."""
    return x.reshape(*parts.shape[:-3], -1, x.shape[-1])
