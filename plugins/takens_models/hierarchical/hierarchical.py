"""Hierarchical models: shared weights, and a few numbers for each recording."""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, cast, final

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.hierarchical.conditioned import Conditioned
from takens_models.settings import HierarchicalSettings

_START = 0.1


@final
class Hierarchical(takens.plugin.Configured[HierarchicalSettings], nn.Module):
    """A base model whose weights are `W + sum_k f_k P_k`, with numbers f of each recording.

    W and the directions P are shared, and learned together with the numbers, so that
    recordings of one family of systems teach one another, and the numbers say how they
    differ. Weights whose names begin with one of ``shared`` do not vary. The numbers are
    learned ``feature_rate`` times as fast as weights are.

    ``member(recording)`` is a plain model of the base's kind, which runs and is judged as
    any other. By itself the model is that of the mean of the numbers; its state is that of the
    base with the numbers behind it.

    Source: Brenner, Weber, Koppe, Durstewitz (2025), Learning interpretable hierarchical
    dynamical systems models from time series data, ICLR, eq. 4.
    """

    numbers: Tensor | None

    def build(self) -> None:
        """Make the base, the directions and the numbers.

        Raises: ComponentError for a base that cannot vary from recording to recording.
        """
        config = self.config
        base = _made(config)
        named = [
            name
            for name, weight in cast(nn.Module, base).named_parameters()
            if weight.numel() and not name.startswith(tuple(config.shared))
        ]
        _refuse(base, named)
        generator = torch.Generator().manual_seed(config.seed)
        self.dynamics = Conditioned(base, named, config.features, config.spread, generator)
        self._refuse_seen(config.base_name)
        self.recordings = tuple(config.recordings)
        start = _START * torch.randn(len(self.recordings), config.features, generator=generator)
        # By so much faster an optimiser of steps in proportion to its rate moves them.
        self.slow_features = nn.Parameter(start / config.feature_rate)
        self.register_buffer("numbers", None, persistent=False)
        self.obs_dim, self.latent_dim = self.dynamics.obs_dim, self.dynamics.latent_dim
        self.time, self.context_length = self.dynamics.time, self.dynamics.context_length
        self.input_dim = self.dynamics.input_dim
        if self.input_dim:
            self.interpolation = self.dynamics.interpolation
        if self.time is takens.plugin.Time.CONTINUOUS:
            self.integrator = self.dynamics.integrator

    @property
    def features(self) -> Tensor:
        """The numbers of each recording: `(recordings, k)`."""
        return self.config.feature_rate * self.slow_features

    @property
    def base(self) -> Any:
        """The base, at numbers of zero."""
        return self.dynamics.base

    def member(self, recording: str, /) -> takens.plugin.Model:
        """Return the plain model of one recording.

        Raises: InputError for one that the model does not know.
        """
        return self.at(self.features[self.number_of(recording)])

    def at(self, features: Tensor) -> takens.plugin.Model:
        """Return the plain model at `features: (k,)`."""
        own = copy.deepcopy(self.base)
        found = dict(own.named_parameters())
        with torch.no_grad():
            weights = self.dynamics.weights(features.to(self.slow_features))
            for name, weight in zip(self.dynamics.varying, weights, strict=True):
                found[name].copy_(weight)
        return own

    def for_new(self, recordings: Sequence[str], /) -> Self:
        """Return the model for other recordings, whose numbers alone are to be trained.

        They begin at the mean of those that are known; all else is shared, and frozen.
        """
        own = type(self)(attrs.evolve(self.config, recordings=list(recordings)))
        known = self.state_dict() | {"slow_features": own.slow_features.detach()}
        own.load_state_dict(known)
        own.to(self.slow_features.device, self.slow_features.dtype)
        own.requires_grad_(False)
        mean = self.slow_features.detach().mean(0).expand_as(own.slow_features)
        own.slow_features = nn.Parameter(mean.clone())
        return own

    def number_of(self, recording: str) -> int:
        """Return the number of a recording.

        Raises: InputError for one that the model does not know.
        """
        if recording not in self.recordings:
            raise takens.InputError(unknown(recording, self.recordings))
        return self.recordings.index(recording)

    def of_windows(self, numbers: Tensor, /) -> Self:
        """Return the model for windows of recordings `numbers: (b,)`, with the same weights."""
        own = copy.copy(self)
        own.__dict__["_buffers"] = {**self.__dict__["_buffers"], "numbers": numbers}
        return own

    def forward(self, *state: Tensor) -> Tensor:
        """Apply the dynamics to `(..., m + k)`, after a time where they are continuous."""
        return self.dynamics(*state)

    def step_map(self, dt: float, /) -> takens.plugin.Map:
        """Return the map of the state over one sampling interval."""
        if self.time is takens.plugin.Time.DISCRETE:
            return self.dynamics
        return takens.plugin.flow_map(self.dynamics, self.integrator, dt)

    def driven_map(self, dt: float, /) -> takens.plugin.DrivenMap:
        """Return the map of the state under inputs over one sampling interval."""
        return takens.plugin.driven_map(cast(takens.plugin.Model, self.dynamics), dt)

    def encode(self, context: Tensor, /, *inputs: Tensor) -> Tensor:
        """Return the state at the last of the observations: `(..., c, n) -> (..., m + k)`."""
        f = self._features_of(context.shape[:-2])
        z = self.dynamics.apply_each("encode", f, context, *inputs)
        return torch.cat((z, f), -1)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out: `(..., m + k) -> (..., n)`."""
        return self.base.observe(self.dynamics.split(z)[0])

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Make the latent variables agree with `x: (..., n)`, and leave the numbers."""
        own, f = self.dynamics.split(z)
        return torch.cat((self.base.force(own, x), f), -1)

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return what an observation writes into the first units: `(..., n) -> (..., k)`."""
        return self.base.forcing_signal(x)

    def _features_of(self, shape: torch.Size) -> Tensor:
        if self.numbers is None:
            return self.features.mean(0).expand(*shape, -1)
        count = self.numbers.shape[0]
        # Windows may have been cut into rows that follow one another.
        numbers = self.numbers.repeat_interleave(shape[0] // count)
        own = self.features[numbers]
        return own.reshape(shape[0], *[1] * (len(shape) - 1), -1).expand(*shape, -1)

    def _refuse_seen(self, name: str) -> None:
        """Refuse a base that reads out, or is forced, by weights that vary.

        Raises: ComponentError.
        """
        dynamics = self.dynamics
        z = torch.linspace(-1, 1, dynamics.size)
        x = torch.linspace(1, -1, dynamics.obs_dim)
        f = torch.ones(dynamics.features)
        with torch.no_grad():
            for method, given in (("observe", z), ("forcing_signal", x)):
                alone = getattr(self.base, method)(given)
                if not dynamics.apply_each(method, f, given).equal(alone):
                    raise takens.errors.ComponentError(
                        f"{name}.{method} depends on weights that would differ from recording "
                        f"to recording ({', '.join(dynamics.varying)}); name those it uses in "
                        "shared."
                    )

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any


def unknown(recording: str, known: Sequence[str]) -> str:
    """Say that a recording is none of those that are known."""
    few = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return (
        f"The model has learned the recordings {few}; got {recording!r}. Choose one of these, "
        f"or train model.for_new_recordings([{recording!r}]) on it."
    )


def _made(config: HierarchicalSettings) -> takens.plugin.Model:
    choice = config.base
    named = dict(choice) if isinstance(choice, Mapping) else {"name": choice}
    name = named.pop("name")
    wanted = {parameter.name for parameter in takens.models.spec(name).parameters}
    own = {"obs_dim": config.obs_dim, "seed": config.seed, "input_dim": config.input_dim}
    supplied = {key: value for key, value in own.items() if key in wanted}
    return takens.models.get({"name": name} | supplied | named)


def _refuse(base: takens.plugin.Model, varying: Sequence[str]) -> None:
    """Refuse a base that cannot vary from recording to recording.

    Raises: ComponentError.
    """
    kind, why = type(base).__name__, ""
    if isinstance(base, takens.plugin.SupportsRecordings):
        why = "it is hierarchical itself; name its base"
    elif isinstance(base, takens.plugin.SupportsClosedForm):
        why = "its weights are solved for at once; choose one that is trained by gradients"
    elif isinstance(base, takens.plugin.SupportsUnits):
        why = "it keeps the units of its data; fit each recording by itself"
    elif not isinstance(base, takens.plugin.SupportsForcingSignal):
        why = (
            "it does not say what forcing writes; give it forcing_signal(x), which returns "
            "what an observation writes into the first units"
        )
    elif not varying:
        why = "it has no weights that may vary; take some out of shared"
    if why:
        raise takens.errors.ComponentError(f"{kind} cannot be the base of recordings: {why}.")
