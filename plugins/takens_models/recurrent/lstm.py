"""Long short-term memory."""

from typing import final

import torch

from takens_models.recurrent.cells import LSTMCell
from takens_models.recurrent.recurrent_model import LayeredModel
from takens_models.settings import LSTMSettings


@final
class LSTM(LayeredModel[LSTMSettings]):
    """Layers of long short-term memory; the next observation is a linear function of the last.

    The latent state carries the cells' states along, which begin at zero and read the
    context; see ``RecurrentModel``. Each gate has one bias. Weights start uniform within
    `1 / sqrt(hidden_dim)`.

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9.
    """

    def cell(self, inputs: int, generator: torch.Generator) -> LSTMCell:
        """Draw the weights of one layer."""
        return LSTMCell(inputs, self.config.hidden_dim, generator)
