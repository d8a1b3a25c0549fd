"""Models of one structure that are evaluated together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast, final

import torch
from torch import Tensor, nn

from takens._errors import InputError
from takens._protocols.dynamics import Map
from takens._protocols.model import Model


@final
class Ensemble(nn.Module):
    """Several models of the same class and sizes, seen as one.

    States and observations have the members as their first dimension: `z: (members, ..., m)`,
    `x: (members, ..., n)`; each member has weights of its own.

    Raises: InputError where the models differ in more than their weights.
    """

    def __init__(self, members: Sequence[Model]) -> None:
        super().__init__()
        first = members[0]
        for other in members[1:]:
            if type(other) is not type(first) or _shapes(other) != _shapes(first):
                raise InputError(
                    "The members of an ensemble are models of one class and of the same sizes; "
                    f"got {type(first).__name__} and {type(other).__name__} that differ."
                )
        self.obs_dim, self.latent_dim = first.obs_dim, first.latent_dim
        self.context_length, self.time = first.context_length, first.time
        self.config = first.config
        # Every model is a module; the protocol cannot say so.
        self.each = nn.ModuleList(cast(Sequence[nn.Module], members))
        # In a tuple, so that the first member's weights are not listed twice.
        self._skeleton = (_Call(self.each[0]),)
        # Names are looked up once, and values anew at every call.
        self._named = [_places(member) for member in self.each]

    @property
    def members(self) -> tuple[Model, ...]:
        """The models."""
        return cast(tuple[Model, ...], tuple(self.each))

    def bound(self) -> Map:
        """Give one step of all members, with the weights of this moment."""
        weights = self._weights()
        return lambda z: self._apply_all("__call__", weights, z)

    def forward(self, *state: Tensor) -> Tensor:
        """Apply every member's dynamics to its own states."""
        return self._apply_all("__call__", self._weights(), *state)

    def encode(self, context: Tensor, /) -> Tensor:
        """Encode: `(members, ..., c, n) -> (members, ..., m)`."""
        return self._apply_all("encode", self._weights(), context)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out: `(members, ..., m) -> (members, ..., n)`."""
        return self._apply_all("observe", self._weights(), z)

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Force: `(members, ..., m), (members, ..., n) -> (members, ..., m)`."""
        return self._apply_all("force", self._weights(), z, x)

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Give what forcing writes, where the members say it."""
        return self._apply_all("forcing_signal", self._weights(), x)

    def _weights(self) -> dict[str, Tensor]:
        return {
            name: torch.stack([each[name][0][each[name][1]] for each in self._named])
            for name in self._named[0]
        }

    def _apply_all(self, method: str, weights: dict[str, Tensor], *tensors: Tensor) -> Tensor:
        (skeleton,) = self._skeleton

        def one(weights: dict[str, Tensor], *tensors: Tensor) -> Tensor:
            named = {f"model.{name}": value for name, value in weights.items()}
            return torch.func.functional_call(skeleton, named, (method, *tensors))

        # Times have no dimension, and are the same for all.
        in_dims = (0, *(0 if tensor.ndim else None for tensor in tensors))
        return torch.func.vmap(one, in_dims)(weights, *tensors)

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...


class _Call(nn.Module):
    """Calls a method of a model by name, so that ``functional_call`` reaches all of them."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, method: str, *tensors: Tensor) -> Tensor:
        return getattr(self.model, method)(*tensors)


def _named(model: Model) -> dict[str, Tensor]:
    module = cast(nn.Module, model)
    return dict(module.named_parameters()) | dict(module.named_buffers())


def _places(module: nn.Module) -> dict[str, tuple[dict[str, Any], str]]:
    """Give for each parameter and buffer the dictionary that holds it, and its key there."""
    places: dict[str, tuple[dict[str, Any], str]] = {}
    for full in (*dict(module.named_parameters()), *dict(module.named_buffers())):
        path, _, name = full.rpartition(".")
        owner = module.get_submodule(path).__dict__
        places[full] = next(
            (owner[held], name) for held in ("_parameters", "_buffers") if name in owner[held]
        )
    return places


def _shapes(model: Model) -> list[Any]:
    return [(name, value.shape, value.dtype) for name, value in _named(model).items()]


def weights(model: Model) -> dict[str, Tensor]:
    """Give the weights of a model by name; those of an ensemble are `(members, ...)`."""
    if isinstance(model, Ensemble):
        named = [dict(member.named_parameters()) for member in model.each]
        return {name: torch.stack([each[name] for each in named]) for name in named[0]}
    return dict(cast(nn.Module, model).named_parameters())
