"""Sparse teacher forcing."""

from collections.abc import Mapping
from typing import Self, final

from torch import Tensor

import takens
from takens_schemes.forcing import every_nth, forced_loss, predicted
from takens_schemes.interval import choose_interval
from takens_schemes.objective import objective_of
from takens_schemes.settings import SparseTeacherForcingSettings, chosen


@final
class SparseTeacherForcing(SparseTeacherForcingSettings):
    """Force the state with every n-th observation and let it run freely between.

    During the first ``warm_up`` samples of a window every observation is written, and the
    predictions are left out of the loss: latent variables that are not observed find their
    values from the past first. After that, an interval near the predictability time
    ln 2 / lambda keeps gradients of chaotic dynamics bounded, and still shows the model
    where its errors grow. ``every = "auto"`` estimates that time from the data (windows have
    to be longer); the choice is in the history, as ``forcing_interval``. ``error``,
    ``regularisation``, ``noise`` and ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where the windows are
    too short for them.

    Source: Mikhaeil, Monfared, Durstewitz (2022), On the difficulty of learning chaotic
    dynamics with RNNs, NeurIPS, section 3.3.
    """

    takes_ensembles = True
    takes_gaps = True

    def set_up(self, x: Tensor, dt: float, /) -> Self:
        """Choose the interval from `x: (trajectories, T, n)` where it is ``"auto"``."""
        if self.every != "auto":
            return self
        found = choose_interval(x, dt)
        why = f"scheme.every = {found.samples}: {found.chosen_by}."
        return chosen(self, why, every=found.samples)

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        """Return the interval of forcing."""
        return {} if isinstance(self.every, str) else {"forcing_interval": self.every}

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the error of all predictions in `windows: (..., b, T, n)`: `(...)`."""
        every = self.every
        if isinstance(every, str):
            raise takens.InputError(
                "every = 'auto' is chosen from the data: call set_up(x, dt) first, as fit does."
            )
        return forced_loss(
            model,
            windows,
            times,
            every_nth(predicted(model, windows, self.warm_up), every, self.warm_up),
            objective_of(self),
            warm_up=self.warm_up,
            step=step,
            drive=drive,
        )
