"""Latent dynamics whose weights follow from numbers that are part of the state."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast, final

import torch
from torch import Tensor, nn

import takens


@final
class Conditioned(nn.Module):
    """The dynamics of a base model at weights `W + sum_k f_k P_k`.

    States are `(z, f)`, the latent variables and k numbers that stay as they are, so that
    every run in a batch has weights of its own. The ``varying`` weights are those that have
    ``directions``, `P: (k, *W.shape)`; each begins normal, ``spread`` times as large as W is.
    """

    def __init__(
        self,
        base: takens.plugin.Model,
        varying: Sequence[str],
        features: int,
        spread: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.features, self.varying = features, tuple(varying)
        self.time, self.size = base.time, base.latent_dim
        self.context_length = base.context_length
        self.latent_dim, self.obs_dim = base.latent_dim + features, base.obs_dim
        self.config = base.config
        self.input_dim = takens.plugin.input_dim(base)
        if isinstance(base, takens.plugin.SupportsInputs):
            self.interpolation = base.interpolation
        if isinstance(base, takens.plugin.ContinuousModel):
            self.integrator = base.integrator
        # Every model is a module; the protocol cannot say so.
        self.base = cast(nn.Module, base)
        weights = dict(self.base.named_parameters())
        self.directions = nn.ParameterList()
        for name in self.varying:
            weight = weights[name].detach()
            drawn = torch.randn(features, *weight.shape, generator=generator)
            self.directions.append(spread * weight.square().mean().sqrt() * drawn)

    def forward(self, *state: Tensor) -> Tensor:
        """Apply the base to `(z, f): (..., m + k)`, after a time and before inputs."""
        first = int(self.time is takens.plugin.Time.CONTINUOUS)
        before, zl, after = state[:first], state[first], state[first + 1 :]
        z, f = self.split(zl)
        moved = self.apply_each("__call__", f, z, *after, before=before)
        return torch.cat((moved, torch.zeros_like(f) if first else f), -1)

    def split(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return `z: (..., m)` and `f: (..., k)` of a state."""
        return state[..., : self.size], state[..., self.size :]

    def apply_each(
        self, method: str, f: Tensor, x: Tensor, *others: Tensor, before: Sequence[Tensor] = ()
    ) -> Tensor:
        """Apply a method of the base to each of `x: (..., *)` at the numbers `f: (..., k)`.

        What comes ``before`` has no dimension and is the same for all.
        """
        leading = f.shape[:-1]
        if not leading:
            return self._one(method, f, *before, x, *others)
        each = [
            tensor.expand(*leading, *tensor.shape[len(leading) :]).flatten(0, len(leading) - 1)
            for tensor in (f, x, *others)
        ]

        def one(f: Tensor, *tensors: Tensor) -> Tensor:
            return self._one(method, f, *before, *tensors)

        found = torch.func.vmap(one)(*each)
        return found.reshape(*leading, *found.shape[1:])

    def weights(self, f: Tensor) -> list[Tensor]:
        """Return the weights that vary at the numbers `f: (k,)`."""
        held = self._places()
        found: list[Tensor] = []
        for (holder, key), direction in zip(held, self.directions, strict=True):
            weight: Tensor = holder[key]
            for number, change in zip(f.unbind(-1), direction.unbind(0), strict=True):
                weight = weight + number * change
            found.append(weight)
        return found

    def _one(self, method: str, f: Tensor, *tensors: Tensor) -> Tensor:
        with self._at(self.weights(f)):
            return getattr(self.base, method)(*tensors)

    @contextmanager
    def _at(self, weights: Sequence[Tensor]) -> Generator[None]:
        # As torch.func.functional_call, for any method.
        places = self._places()
        before = [holder[key] for holder, key in places]
        try:
            for (holder, key), weight in zip(places, weights, strict=True):
                holder[key] = weight
            yield
        finally:
            for (holder, key), weight in zip(places, before, strict=True):
                holder[key] = weight

    def _places(self) -> list[tuple[dict[str, Any], str]]:
        """Return where each weight that varies is held."""
        parts = (name.rpartition(".") for name in self.varying)
        return [
            (self.base.get_submodule(path).__dict__["_parameters"], key)
            for path, _, key in parts
        ]

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any
