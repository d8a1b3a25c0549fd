"""One step from every context."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_schemes.forcing import interval
from takens_schemes.objective import objective_of
from takens_schemes.pieces import pieces
from takens_schemes.settings import OneStepSettings


@final
class OneStep(OneStepSettings):
    """Encode the observations before every sample, and predict it by one step.

    Nothing is remembered from sample to sample but what a model encodes; ``teacher_forcing``
    differs in that unobserved variables run on. Where some of a context is missing there is no
    prediction. ``error``, ``regularisation``, ``noise`` and
    ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where windows are no
    longer than what the model encodes.
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
        """Return the error of one-step predictions in `windows: (..., b, T, n)`: `(...)`."""
        c = model.context_length
        objective = objective_of(self)
        noisy = objective.inputs(windows, step)
        parts = pieces(noisy, c + 1, 1).flatten(-4, -3)
        targets = pieces(objective.targets(windows, noisy), c + 1, 1).flatten(-4, -3)
        targets = targets[..., c:, :]
        if takens.plugin.has_gaps(parts):
            # A step from a context that is not whole says nothing of the model.
            lost = parts[..., :c, :].isnan().any((-2, -1), keepdim=True)
            targets = targets.masked_fill(lost, torch.nan)
        once = torch.zeros(1, dtype=torch.float64)
        if drive is not None:
            drive = pieces(drive, c + 1, 1).flatten(-4, -3)
        states = takens.plugin.forced_run(
            model, parts, dt=interval(times), strength=once, drive=drive
        )
        return objective.value(model, states, targets)
