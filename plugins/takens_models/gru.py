"""Gated recurrent units."""

from typing import TYPE_CHECKING, final

import attrs
import torch
from torch import Tensor

from takens_models.cells import GRUCell
from takens_models.recurrent_model import RecurrentConfig, RecurrentModel
from takens_models.weights import linear


@final
@attrs.frozen(kw_only=True)
class GRUConfig(RecurrentConfig):
    """Settings of a ``GRU``.

    Raises: ComponentError where one makes no sense.
    """

    model = "gru"


@final
class GRU(RecurrentModel):
    """Layers of gated recurrent units; the next observation is a linear function of the last.

    The latent state carries the cells' states along, which begin at zero and read the
    context; see ``RecurrentModel``. Each gate has one bias. Weights start uniform within
    `1 / sqrt(hidden_dim)`.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, EMNLP,
    section 2.3.
    """

    def __init__(
        self,
        obs_dim: int,
        hidden_dim: int = 64,
        layers: int = 1,
        context_length: int = 15,
        memory: str = "carried",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = GRUConfig(
            obs_dim=obs_dim,
            hidden_dim=hidden_dim,
            layers=layers,
            context_length=context_length,
            memory=memory,
            seed=seed,
        )
        generator = torch.Generator().manual_seed(seed)
        inputs = [obs_dim] + [hidden_dim] * (layers - 1)
        cells = [GRUCell(i, hidden_dim, generator) for i in inputs]
        readout = linear(generator, hidden_dim, obs_dim)
        self.stack(cells, readout, context_length=context_length, memory=memory)

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
