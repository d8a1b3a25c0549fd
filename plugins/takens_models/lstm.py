"""Long short-term memory."""

from typing import TYPE_CHECKING, final

import attrs
import torch
from torch import Tensor

from takens_models.cells import LSTMCell
from takens_models.recurrent_model import RecurrentConfig, RecurrentModel
from takens_models.weights import linear


@final
@attrs.frozen(kw_only=True)
class LSTMConfig(RecurrentConfig):
    """Settings of an ``LSTM``.

    Raises: ComponentError where one makes no sense.
    """

    model = "lstm"


@final
class LSTM(RecurrentModel):
    """Layers of long short-term memory; the next observation is a linear function of the last.

    The latent state carries the cells' states along, which begin at zero and read the
    context; see ``RecurrentModel``. Each gate has one bias. Weights start uniform within
    `1 / sqrt(hidden_dim)`.

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9.
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
        self.config = LSTMConfig(
            obs_dim=obs_dim,
            hidden_dim=hidden_dim,
            layers=layers,
            context_length=context_length,
            memory=memory,
            seed=seed,
        )
        generator = torch.Generator().manual_seed(seed)
        inputs = [obs_dim] + [hidden_dim] * (layers - 1)
        cells = [LSTMCell(i, hidden_dim, generator) for i in inputs]
        readout = linear(generator, hidden_dim, obs_dim)
        self.stack(cells, readout, context_length=context_length, memory=memory)

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
