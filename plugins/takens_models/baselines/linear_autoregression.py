"""Linear autoregression."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import torch
from torch import Tensor, nn

import takens
from takens_models.baselines.delays import shift, to_delays
from takens_models.baselines.ridge import check_length, mean_squared_error, ridge_regression
from takens_models.latent.weights import fan_in, linear
from takens_models.settings import LinearAutoregressionSettings


@final
class LinearAutoregression(takens.plugin.Configured[LinearAutoregressionSettings], nn.Module):
    """The next observation is a linear function of the last few, a constant and the inputs.

    The latent state is the last ``context_length`` observations, the newest first. The
    weights follow from the scheme ``closed_form``, or by gradients. A baseline: a free run of
    it decays, grows or oscillates, and is never chaotic.

    Source: Yule (1927), Phil. Trans. R. Soc. A 226, 267-298.
    """

    time = takens.plugin.Time.DISCRETE

    def build(self) -> None:
        """Draw the first weights."""
        config = self.config
        self.obs_dim, self.context_length = config.obs_dim, config.context_length
        self.latent_dim = config.context_length * config.obs_dim
        generator = torch.Generator().manual_seed(config.seed)
        self.predict = linear(generator, self.latent_dim, config.obs_dim)
        self.input_dim = config.input_dim
        self.interpolation: takens.plugin.Interpolation = config.interpolation
        if self.input_dim:
            self.C = fan_in(generator, config.obs_dim, self.input_dim)

    def forward(self, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the next latent state: `(..., m) -> (..., m)`, under `u: (..., k)`."""
        following = self.predict(z)
        if u is not None:
            following = following + nn.functional.linear(u, self.C)
        return shift(z, following)

    def tangent(
        self, z: Tensor, v: Tensor, u: Tensor | None = None, /
    ) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and the Jacobian times `v: (..., m, k)`."""
        newest = self.predict.weight @ v
        return self(z, u), torch.cat((newest, v[..., : -self.obs_dim, :]), -2)

    def encode(self, context: Tensor, /, u: Tensor | None = None) -> Tensor:
        """Return the last observations: `(..., c, n) -> (..., m)`."""
        return to_delays(context[..., -self.context_length :, :])

    def observe(self, z: Tensor, /) -> Tensor:
        """Return the newest observation: `(..., m) -> (..., n)`."""
        return z[..., : self.obs_dim]

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return the observation itself: `(..., n) -> (..., n)`."""
        return x

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the newest observation in `z: (..., m)` by `x: (..., n)`."""
        return torch.cat((x, z[..., self.obs_dim :]), -1)

    @torch.no_grad()
    def solve_weights(
        self, x: Tensor, /, *, times: Tensor, drive: Tensor | None = None
    ) -> Mapping[str, Any]:
        """Set the weights by ridge regression on standardised `x: (trajectories, T, n)`.

        Gives ``loss``, the mean squared error of the one-step predictions.

        Raises: DataError where the series are no longer than ``context_length``.
        """
        c, n = self.context_length, self.obs_dim
        check_length("linear_autoregression", x, c)
        x = x.to(self.predict.weight)
        # (trajectories, starts, n, c) in the order of time.
        past = x[:, :-1].unfold(1, c, 1)
        features = past.flip(-1).mT.reshape(-1, c * n)
        ones = torch.ones_like(features[:, :1])
        targets = x[:, c:].reshape(-1, n)
        k = self.input_dim
        drive = x.new_zeros(*x.shape[:-1], k) if drive is None else drive.to(x)
        inputs = drive[:, c - 1 : -1]
        known = torch.cat((features, inputs.reshape(len(features), k), ones), -1)
        weights = ridge_regression(known, targets, self.config.ridge)
        self.predict.weight.copy_(weights[:, : c * n])
        self.predict.bias.copy_(weights[:, -1])
        if k:
            self.C.copy_(weights[:, c * n : -1])
        return {"loss": mean_squared_error(known @ weights.mT.to(known), targets)}

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor | None) -> Tensor: ...  # noqa: D102 - torch types it as Any
