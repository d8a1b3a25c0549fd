"""Full teacher forcing."""

from typing import final

from torch import Tensor

import takens
from takens_schemes.forcing import every_nth, forced_loss, predicted
from takens_schemes.objective import objective_of
from takens_schemes.settings import TeacherForcingSettings


@final
class TeacherForcing(TeacherForcingSettings):
    """Force the state with every observation, so that only single steps are learned.

    The first ``warm_up`` predictions of a window are left out of the loss. ``error``,
    ``regularisation``, ``noise`` and ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError for arguments that make no sense.

    Source: Williams and Zipser (1989), A learning algorithm for continually running fully
    recurrent neural networks, Neural Computation 1, section 3.
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
        return forced_loss(
            model,
            windows,
            times,
            every_nth(predicted(model, windows, self.warm_up), 1, self.warm_up),
            objective_of(self),
            warm_up=self.warm_up,
            step=step,
            drive=drive,
        )
