"""The plain recurrent neural network."""

from typing import final

import torch

from takens_models.recurrent.cells import ElmanCell
from takens_models.recurrent.recurrent_model import LayeredModel
from takens_models.settings import RNNSettings


@final
class RNN(LayeredModel[RNNSettings]):
    """Layers of `h' = activation(W x + U h + b)`; the next observation is `V h' + v`.

    By default it reads the last 15 observations anew for every prediction, and in a free run
    its own predictions take their places one after the other; see ``RecurrentModel``. Weights
    start uniform within `1 / sqrt(hidden_dim)`.

    Source: Elman (1990), Finding structure in time, Cognitive Science 14, section 2.
    """

    def cell(self, inputs: int, generator: torch.Generator) -> ElmanCell:
        """Draw the weights of one layer."""
        config = self.config
        return ElmanCell(inputs, config.hidden_dim, config.activation, generator)
