"""The plain recurrent neural network."""

from typing import TYPE_CHECKING, final

import attrs
import torch
from torch import Tensor

from takens_models.cells import ElmanCell
from takens_models.recurrent_model import RecurrentConfig, RecurrentModel
from takens_models.settings import one_of
from takens_models.weights import linear


@final
@attrs.frozen(kw_only=True)
class RNNConfig(RecurrentConfig):
    """Settings of an ``RNN``.

    Raises: ComponentError where one makes no sense.
    """

    model = "rnn"
    memory: str = attrs.field(default="restarted", validator=one_of("restarted", "carried"))
    activation: str = attrs.field(default="relu", validator=one_of("relu", "tanh"))


@final
class RNN(RecurrentModel):
    """Layers of `h' = activation(W x + U h + b)`; the next observation is `V h' + v`.

    By default it reads the last 15 observations anew for every prediction, and in a free run
    its own predictions take their places one after the other; see ``RecurrentModel``. Weights
    start uniform within `1 / sqrt(hidden_dim)`.

    Source: Elman (1990), Finding structure in time, Cognitive Science 14, section 2.
    """

    def __init__(
        self,
        obs_dim: int,
        hidden_dim: int = 64,
        layers: int = 1,
        context_length: int = 15,
        memory: str = "restarted",
        activation: str = "relu",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = RNNConfig(
            obs_dim=obs_dim,
            hidden_dim=hidden_dim,
            layers=layers,
            context_length=context_length,
            memory=memory,
            activation=activation,
            seed=seed,
        )
        generator = torch.Generator().manual_seed(seed)
        inputs = [obs_dim] + [hidden_dim] * (layers - 1)
        cells = [ElmanCell(i, hidden_dim, activation, generator) for i in inputs]
        readout = linear(generator, hidden_dim, obs_dim)
        self.stack(cells, readout, context_length=context_length, memory=memory)

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
