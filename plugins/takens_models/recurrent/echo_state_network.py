"""The echo-state network."""

from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor

from takens_models.baselines.ridge import check_length, mean_squared_error, ridge_regression
from takens_models.latent.weights import linear
from takens_models.recurrent.cells import ReservoirCell
from takens_models.recurrent.recurrent_model import RecurrentModel
from takens_models.settings import EchoStateNetworkSettings


@final
class EchoStateNetwork(RecurrentModel[EchoStateNetworkSettings]):
    """A random reservoir that is driven by the observations, and a linear read-out of it.

    Inputs enter it beside the observations.

    `r' = (1 - a) r + a tanh(W r + V x + b)`, and the next observation is `C r'`. Only C is
    learned, by the scheme ``closed_form`` or by gradients. The latent state is
    the observation, then `r`; a context washes the reservoir's beginning at zero out.

    Source: Jaeger and Haas (2004), Harnessing nonlinearity, Science 304, 78-80; leak by
    Jaeger et al. (2007), Neural Networks 20.
    """

    def build(self) -> None:
        """Draw the reservoir, then the read-out."""
        config = self.config
        generator = torch.Generator().manual_seed(config.seed)
        reservoir = ReservoirCell(
            config.obs_dim + config.input_dim,
            config.hidden_dim,
            spectral_radius=config.spectral_radius,
            input_scale=config.input_scale,
            leak=config.leak,
            density=config.density,
            generator=generator,
        )
        readout = linear(generator, config.hidden_dim, config.obs_dim, bias=False)
        self.stack(
            [reservoir],
            readout,
            context_length=config.context_length,
            input_dim=config.input_dim,
            interpolation=config.interpolation,
        )

    @torch.no_grad()
    def solve_weights(
        self, x: Tensor, /, *, times: Tensor, drive: Tensor | None = None
    ) -> Mapping[str, Any]:
        """Set the read-out by ridge regression on standardised `x: (trajectories, T, n)`.

        The first ``context_length`` samples of each trajectory drive the reservoir only.
        Gives ``loss``, the mean squared error of the one-step predictions.

        Raises: DataError where the series are too short for that.
        """
        c = self.context_length
        check_length("echo_state_network", x, c + 1)
        x = x.to(self.readout.weight)
        states = self.begin(x[:, 0])
        outputs: list[Tensor] = []
        for i, sample in enumerate(x[:, :-1].unbind(1)):
            u = None if drive is None else drive[:, i].to(x)
            output, states = self.advance(sample, states, u)
            outputs.append(output)
        features = torch.stack(outputs[c:], 1).flatten(0, 1)
        targets = x[:, c + 1 :].flatten(0, 1)
        weights = ridge_regression(features, targets, self.config.ridge)
        self.readout.weight.copy_(weights)
        return {"loss": mean_squared_error(self.readout(features), targets)}
