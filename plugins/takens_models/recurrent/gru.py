"""Gated recurrent units."""

from typing import final

import torch

from takens_models.recurrent.cells import GRUCell
from takens_models.recurrent.recurrent_model import LayeredModel
from takens_models.settings import GRUSettings


@final
class GRU(LayeredModel[GRUSettings]):
    """Layers of gated recurrent units; the next observation is a linear function of the last.

    The latent state carries the cells' states along, which begin at zero and read the
    context; see ``RecurrentModel``. Each gate has one bias. Weights start uniform within
    `1 / sqrt(hidden_dim)`.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, EMNLP,
    section 2.3.
    """

    def cell(self, inputs: int, generator: torch.Generator) -> GRUCell:
        """Draw the weights of one layer."""
        return GRUCell(inputs, self.config.hidden_dim, generator)
