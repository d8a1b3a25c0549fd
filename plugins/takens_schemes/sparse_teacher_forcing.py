"""Sparse teacher forcing."""

from typing import final

import attrs
from torch import Tensor

import takens
from takens_schemes.forcing import forced_loss


@final
@attrs.frozen
class SparseTeacherForcing:
    """Force the state with every n-th observation and let it run freely between.

    During the first ``warm_up`` samples of a window every observation is written, and the
    predictions are left out of the loss: latent variables that are not observed find their
    values from the past first. After that, an interval near the predictability time
    ln 2 / lambda keeps gradients of chaotic dynamics bounded, and still shows the model
    where its errors grow.

    Raises: ComponentError where the interval is below 1 or the warm-up below 0; InputError
    where the windows are too short for them.

    Source: Mikhaeil, Monfared, Durstewitz (2022), On the difficulty of learning chaotic
    dynamics with RNNs, NeurIPS, section 3.3.
    """

    every: int = 16
    warm_up: int = 16

    def __attrs_post_init__(self) -> None:
        if self.warm_up < 0:
            raise takens.ComponentError(
                f"sparse_teacher_forcing: warm_up is at least 0 samples; got {self.warm_up}."
            )
        if self.every < 1:
            raise takens.ComponentError(
                f"sparse_teacher_forcing: every is at least 1 sample; got {self.every}."
            )

    def loss(self, model: takens.Model, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the mean squared error of all predictions in `windows: (b, T, n)`."""
        if self.every > windows.shape[1]:
            raise takens.InputError(
                f"Forcing every {self.every} samples never happens in windows of "
                f"{windows.shape[1]}; shorten the interval or lengthen the windows."
            )
        return forced_loss(model, windows, times, self.every, self.warm_up)
