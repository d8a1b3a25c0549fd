"""The echo-state network."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import attrs
import torch
from torch import Tensor

import takens
from takens_models.cells import ReservoirCell
from takens_models.recurrent_model import RecurrentModel
from takens_models.ridge import check_length, mean_squared_error, ridge_regression
from takens_models.settings import at_least
from takens_models.weights import linear


@final
@attrs.frozen(kw_only=True)
class EchoStateNetworkConfig:
    """Settings of an ``EchoStateNetwork``.

    Raises: ComponentError where one makes no sense.
    """

    model = "echo_state_network"
    obs_dim: int = attrs.field(validator=at_least(1))
    hidden_dim: int = attrs.field(default=300, validator=at_least(1))
    spectral_radius: float = attrs.field(default=0.9, validator=at_least(0))
    input_scale: float = attrs.field(default=0.5, validator=at_least(0))
    leak: float = 1.0
    density: float = 0.1
    ridge: float = attrs.field(default=1e-6, validator=at_least(0))
    context_length: int = attrs.field(default=100, validator=at_least(1))
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("leak", "density"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                raise takens.ComponentError(
                    f"echo_state_network: {name} is above 0 and at most 1; got {value}."
                )


@final
class EchoStateNetwork(RecurrentModel):
    """A random reservoir that is driven by the observations, and a linear read-out of it.

    `r' = (1 - a) r + a tanh(W r + V x + b)`, and the next observation is `C r'`. Only C is
    learned, by the scheme ``closed_form`` or by gradients. The latent state is
    the observation, then `r`; a context washes the reservoir's beginning at zero out.

    Source: Jaeger and Haas (2004), Harnessing nonlinearity, Science 304, 78-80; leak by
    Jaeger et al. (2007), Neural Networks 20.
    """

    def __init__(
        self,
        obs_dim: int,
        hidden_dim: int = 300,
        spectral_radius: float = 0.9,
        input_scale: float = 0.5,
        leak: float = 1.0,
        density: float = 0.1,
        ridge: float = 1e-6,
        context_length: int = 100,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.config = EchoStateNetworkConfig(
            obs_dim=obs_dim,
            hidden_dim=hidden_dim,
            spectral_radius=spectral_radius,
            input_scale=input_scale,
            leak=leak,
            density=density,
            ridge=ridge,
            context_length=context_length,
            seed=seed,
        )
        generator = torch.Generator().manual_seed(seed)
        reservoir = ReservoirCell(
            obs_dim,
            hidden_dim,
            spectral_radius=spectral_radius,
            input_scale=input_scale,
            leak=leak,
            density=density,
            generator=generator,
        )
        readout = linear(generator, hidden_dim, obs_dim, bias=False)
        self.stack([reservoir], readout, context_length=context_length)

    @torch.no_grad()
    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
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
        for sample in x[:, :-1].unbind(1):
            output, states = self.advance(sample, states)
            outputs.append(output)
        features = torch.stack(outputs[c:], 1).flatten(0, 1)
        targets = x[:, c + 1 :].flatten(0, 1)
        weights = ridge_regression(features, targets, self.config.ridge)
        self.readout.weight.copy_(weights)
        return {"loss": mean_squared_error(self.readout(features), targets)}

    if TYPE_CHECKING:

        def __call__(self, z: Tensor, /) -> Tensor: ...  # noqa: D102 - torch types it as Any
