"""Full teacher forcing."""

from collections.abc import Mapping
from typing import final

import attrs
from torch import Tensor

import takens
from takens_schemes.forcing import every_nth, forced_loss, predicted, refuse_below
from takens_schemes.objective import objective_of


@final
@attrs.frozen
class TeacherForcing:
    """Force the state with every observation, so that only single steps are learned.

    The first ``warm_up`` predictions of a window are left out of the loss. ``error``,
    ``regularisation``, ``noise`` and ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError for arguments that make no sense.

    Source: Williams and Zipser (1989), A learning algorithm for continually running fully
    recurrent neural networks, Neural Computation 1, section 3.
    """

    warm_up: int = 0
    error: str = "mean_squared"
    regularisation: Mapping[str, float] = attrs.field(factory=dict[str, float])
    noise: float = 0.0
    noisy_targets: bool = False
    takes_ensembles = True

    def __attrs_post_init__(self) -> None:
        refuse_below("teacher_forcing", warm_up=(self.warm_up, 0))
        objective_of("teacher_forcing", self)

    def loss(self, model: takens.Model, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the error of all one-step predictions in `windows: (..., b, T, n)`: `(...)`."""
        return forced_loss(
            model,
            windows,
            times,
            every_nth(predicted(model, windows, self.warm_up), 1, self.warm_up),
            objective_of("teacher_forcing", self),
            warm_up=self.warm_up,
            step=step,
        )
