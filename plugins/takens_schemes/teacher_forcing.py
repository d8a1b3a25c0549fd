"""Full teacher forcing."""

from typing import final

import attrs
from torch import Tensor

import takens
from takens_schemes.forcing import forced_loss


@final
@attrs.frozen
class TeacherForcing:
    """Force the state with every observation, so that only single steps are learned.

    Source: Williams and Zipser (1989), A learning algorithm for continually running fully
    recurrent neural networks, Neural Computation 1, section 3.
    """

    def loss(self, model: takens.Model, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the mean squared error of all one-step predictions in `windows: (b, T, n)`."""
        return forced_loss(model, windows, times, every=1)
