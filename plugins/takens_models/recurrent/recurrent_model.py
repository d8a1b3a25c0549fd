"""What all networks of recurrent cells have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar, cast

import attrs
import torch
from torch import Tensor, nn

import takens
from takens_models.baselines.delays import shift, to_context, to_delays
from takens_models.latent.typed import split
from takens_models.latent.weights import linear
from takens_models.recurrent.cells import Cell
from takens_models.settings import RecurrentSettings

S = TypeVar("S", bound=attrs.AttrsInstance)
R = TypeVar("R", bound=RecurrentSettings)


class RecurrentModel(takens.plugin.Configured[S], nn.Module):
    """A stack of cells that reads observations, and a linear read-out of the next one.

    With the memory ``"carried"`` the latent state is the last observation, then the states of
    all cells, which go on from step to step. With ``"restarted"`` it is the last
    ``context_length`` observations, the newest first, over which the cells run anew from zero
    at every step. Either way the first n units are the observation.
    """

    time = takens.plugin.Time.DISCRETE

    def stack(
        self,
        cells: Sequence[Cell],
        readout: nn.Linear,
        *,
        context_length: int,
        memory: str = "carried",
        input_dim: int = 0,
        interpolation: takens.plugin.Interpolation = "linear",
    ) -> None:
        """Take the cells, each of which reads the output of the one before, and the rest.

        Raises: ComponentError for inputs with a memory that is restarted.
        """
        self.input_dim = input_dim
        self.interpolation: takens.plugin.Interpolation = interpolation
        if input_dim and memory == "restarted":
            raise takens.errors.ComponentError(
                f"{type(self).__name__} reads observations anew at every step, and would need "
                "the inputs of all of them; choose memory = 'carried'."
            )
        self.cells = nn.ModuleList(cells)
        self.readout = readout
        self.obs_dim, self.context_length = readout.out_features, context_length
        self.restarts = memory == "restarted"
        self.state_dims = [cell.state_dim for cell in cells]
        open_units = sum(self.state_dims)
        if self.restarts:
            open_units = (self.context_length - 1) * self.obs_dim
        self.latent_dim = self.obs_dim + open_units

    def advance(
        self, x: Tensor, states: Sequence[Tensor], u: Tensor | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Read `x: (..., n)` and `u: (..., k)`; give the last cell's output and the states."""
        following: list[Tensor] = []
        if self.input_dim:
            u = x.new_zeros(*x.shape[:-1], self.input_dim) if u is None else u
            x = torch.cat((x, u), -1)
        for cell, s in zip(self.cells, states, strict=True):
            x, s = cast(tuple[Tensor, Tensor], cell(x, s))
            following.append(s)
        return x, following

    def begin(self, x: Tensor) -> list[Tensor]:
        """Return the states of cells that have read nothing, for `x: (..., n)`."""
        return [x.new_zeros(*x.shape[:-1], d) for d in self.state_dims]

    def forward(self, z: Tensor, u: Tensor | None = None, /) -> Tensor:
        """Return the next latent state: `(..., m) -> (..., m)`, under `u: (..., k)`."""
        n = self.obs_dim
        if not self.restarts:
            output, states = self.advance(z[..., :n], split(z[..., n:], self.state_dims), u)
            return torch.cat((self.readout(output), *states), -1)
        states = self.begin(z[..., :n])
        output = z
        for x in to_context(z, n).unbind(-2):
            output, states = self.advance(x, states)
        return shift(z, self.readout(output))

    def encode(self, context: Tensor, /, u: Tensor | None = None) -> Tensor:
        """Read the observations: `(..., c, n) -> (..., m)`, and inputs `u: (..., c, k)`."""
        if self.restarts:
            return to_delays(context[..., -self.context_length :, :])
        *past, last = context.unbind(-2)
        states = self.begin(last)
        for i, x in enumerate(past):
            _, states = self.advance(x, states, None if u is None else u[..., i, :])
        return torch.cat((last, *states), -1)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out the first units: `(..., m) -> (..., n)`."""
        return z[..., : self.obs_dim]

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return the observation itself: `(..., n) -> (..., n)`."""
        return x

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the first units of `z: (..., m)` by `x: (..., n)`."""
        return torch.cat((x, z[..., self.obs_dim :]), -1)

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any


class LayeredModel(RecurrentModel[R]):
    """Layers of cells that are all alike."""

    def cell(self, inputs: int, generator: torch.Generator) -> Cell:
        """Draw the weights of one layer."""
        raise NotImplementedError

    def build(self) -> None:
        """Draw the weights of all layers, then those of the read-out."""
        config = self.config
        generator = torch.Generator().manual_seed(config.seed)
        first = config.obs_dim + config.input_dim
        inputs = [first] + [config.hidden_dim] * (config.layers - 1)
        cells = [self.cell(i, generator) for i in inputs]
        readout = linear(generator, config.hidden_dim, config.obs_dim)
        self.stack(
            cells,
            readout,
            context_length=config.context_length,
            memory=config.memory,
            input_dim=config.input_dim,
            interpolation=config.interpolation,
        )
