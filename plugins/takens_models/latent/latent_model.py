"""What all models with a latent state have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.initial_state import InitialState
from takens_models.latent.likelihoods import make_likelihoods
from takens_models.latent.likely_observation import LikelyObservation
from takens_models.latent.observation import Identity, make_observation
from takens_models.latent.weights import fan_in
from takens_models.settings import WindowSettings, name_of

W = TypeVar("W", bound=WindowSettings)
# With a likelihood a state begins from so many observations where no number is given.
_CONTEXT: Final = 16


class LatentModel(takens.plugin.Configured[W], nn.Module):
    """A latent state with an observation and a beginning, each chosen by name.

    A model draws its weights in ``draw``. Inputs are added to the next state, `+ C u`, or are
    what the model makes of them. Forcing writes into the first units of the state, or
    into all of them, whatever the state is.
    """

    time: takens.plugin.Time

    def draw(self, generator: torch.Generator) -> None:
        """Draw the weights of the latent dynamics."""
        raise NotImplementedError

    def build(self) -> None:
        """Draw the weights, then those of observation and beginning.

        Raises: ComponentError for a warm-up of a model that is continuous in time.
        """
        config, n, m = self.config, self.config.obs_dim, self.config.size
        self.obs_dim, self.latent_dim = n, m
        self.context_length = config.context_length
        self.input_dim = config.input_dim
        self.interpolation: takens.plugin.Interpolation = config.interpolation
        generator = torch.Generator().manual_seed(config.seed)
        self.draw(generator)
        self.warms_up = config.initial_state == "warm_up"
        if self.warms_up and self.time is takens.plugin.Time.CONTINUOUS:
            raise takens.errors.ComponentError(
                f"{name_of(config)} does not know the sampling interval of a context, so it "
                "cannot warm up by itself; choose initial_state = 'encoder', or a warm-up of "
                "the training scheme and a longer context for free runs."
            )
        width = config.network_width
        self.observation = make_observation(config.observation, n, m, width, generator)
        likelihoods = make_likelihoods(config.likelihood, n)
        self.likely: LikelyObservation | None = None
        if likelihoods and not isinstance(self.observation, Identity):
            self.likely = LikelyObservation(self.observation, likelihoods, config.smoothing)
            self.observation = self.likely
            self.context_length = max(config.context_length, 2)
            if config.context_length == 1:
                self.context_length = _CONTEXT
        self.initial_state = InitialState(
            config.initial_state,
            n,
            m,
            self.observation.forced,
            config.context_length,
            width,
            generator,
        )
        if self.time is takens.plugin.Time.DISCRETE:
            self.draw_inputs(generator)

    def draw_inputs(self, generator: torch.Generator) -> None:
        """Draw what inputs are multiplied by, `C: (m, k)`, within `1 / sqrt(k)`."""
        if self.input_dim:
            self.C = fan_in(generator, self.latent_dim, self.input_dim)

    def driven(self, following: Tensor, u: Tensor | None) -> Tensor:
        """Return the next state under `u: (..., k)`, or as it is where there is none."""
        return following if u is None else following + nn.functional.linear(u, self.C)

    def encode(self, context: Tensor, /, u: Tensor | None = None) -> Tensor:
        """Return the state at the last of the observations: `(..., c, n) -> (..., m)`.

        `u: (..., c, k)` are the inputs at these, which a warm-up runs under.
        """
        if self.likely is not None:
            return self.likely.invert(context)[..., -1, :]
        if not self.warms_up:
            return self.initial_state(self.observation.invert(context[..., -1, :]), context)
        first, *others = context.unbind(-2)
        z = self.initial_state(self.observation.invert(first), context)
        for i, x in enumerate(others):
            z = self.force(self(z) if u is None else self(z, u[..., i, :]), x)
        return z

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out: `(..., m) -> (..., n)`."""
        return self.observation.observe(z)

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return what an observation writes into the first units: `(..., n) -> (..., k)`.

        With a likelihood these are observations in a row, `(..., T, n)`, and averaged.
        """
        return self.observation.signal(x)

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the first units of `z: (..., m)` by what `x: (..., n)` says of them.

        With a likelihood the state is moved there by the share that one observation has among
        those that are averaged.
        """
        if self.likely is not None:
            signal = self.likely.signal(x.unsqueeze(-2)).squeeze(-2)
            return z + self.likely.share() * (signal - z)
        signal = self.forcing_signal(x)
        return torch.cat((signal, z[..., signal.shape[-1] :]), -1)

    @property
    def has_likelihood(self) -> bool:
        """Whether observations have a law; see ``takens.plugin.SupportsLikelihood``."""
        return self.likely is not None

    def adopt_data(
        self, x: Tensor, columns: Sequence[str], mean: Tensor, scale: Tensor
    ) -> None:
        """Begin with numbers that suit `x: (T, n)`, which are standardised by these, `(n,)`."""
        if self.likely is not None:
            self.likely.adopt_data(x, columns, mean, scale)

    def negative_log_likelihood(self, z: Tensor, x: Tensor) -> Tensor:
        """Return it of standardised `x: (..., n)` in `z: (..., m)`, by variables."""
        return self._law().negative_log_likelihood(z, x)

    def deviance(self, z: Tensor, x: Tensor) -> Tensor:
        """Return the deviance of `x: (..., n)` in `z: (..., m)`, by variables."""
        return self._law().deviance(z, x)

    def null_deviance(self, x: Tensor) -> Tensor:
        """Return the deviance of `x: (..., n)` from the constant law that fits it best."""
        return self._law().null_deviance(x)

    def draw_observations(self, z: Tensor, generator: torch.Generator) -> Tensor:
        """Draw standardised observations of `z: (..., m)`: `(..., n)`."""
        return self._law().draw(z, generator)

    def _law(self) -> LikelyObservation:
        if self.likely is None:
            raise takens.errors.ComponentError(
                f"{name_of(self.config)} has no likelihood; give it one, such as likelihood = "
                "'poisson' with observation = 'affine'."
            )
        return self.likely

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any
