"""Models of one structure that are evaluated together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast, final

import torch
from torch import Tensor, nn

from takens._dynamics.flow_map import latent_map
from takens._dynamics.inputs import driven_map, input_dim
from takens._protocols.dynamics import Map, Time
from takens._protocols.inputs import DrivenMap, Interpolation, SupportsInputs
from takens._protocols.model import Model, has_likelihood
from takens.errors import InputError


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
        self.config, self.input_dim = first.config, input_dim(first)
        self.interpolation: Interpolation = (
            first.interpolation if isinstance(first, SupportsInputs) else "constant"
        )
        # Every model is a module; the protocol cannot say so.
        self.each = nn.ModuleList(cast(Sequence[nn.Module], members))
        # Where the weights are is looked up once, and what they are at every call.
        self._places = [_places(member) for member in self.each]

    @property
    def members(self) -> tuple[Model, ...]:
        """The models."""
        return cast(tuple[Model, ...], tuple(self.each))

    def step_map(self, dt: float, /) -> Map:
        """Return one step of all members, with the weights of this moment.

        Members that are continuous in time are advanced one after the other.
        """
        if self.time is Time.DISCRETE:
            weights = self._weights()
            return lambda z: self._apply_all("__call__", weights, z)
        maps = [latent_map(member, dt) for member in self.members]
        return lambda z: torch.stack([step(own) for step, own in zip(maps, z, strict=True)])

    def driven_map(self, dt: float, /) -> DrivenMap:
        """Return one step of all members under inputs; see ``step_map``."""
        if self.time is Time.DISCRETE:
            weights = self._weights()
            return lambda z, drive: self._apply_all("__call__", weights, z, drive)
        maps = [driven_map(member, dt) for member in self.members]
        return lambda z, drive: torch.stack(
            [step(*own) for step, *own in zip(maps, z, drive, strict=True)]
        )

    def forward(self, *state: Tensor) -> Tensor:
        """Apply every member's dynamics to its own states."""
        return self._apply_all("__call__", self._weights(), *state)

    def encode(self, context: Tensor, /, *inputs: Tensor) -> Tensor:
        """Encode: `(members, ..., c, n) -> (members, ..., m)`, with inputs where they act."""
        return self._apply_all("encode", self._weights(), context, *inputs)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out: `(members, ..., m) -> (members, ..., n)`."""
        return self._apply_all("observe", self._weights(), z)

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Force: `(members, ..., m), (members, ..., n) -> (members, ..., m)`."""
        return self._apply_all("force", self._weights(), z, x)

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return what forcing writes, where the members say it."""
        return self._apply_all("forcing_signal", self._weights(), x)

    @property
    def has_likelihood(self) -> bool:
        """Whether the members give observations a law."""
        return has_likelihood(self.members[0])

    def negative_log_likelihood(self, z: Tensor, x: Tensor) -> Tensor:
        """Return it of `x: (members, ..., n)` in `z: (members, ..., m)`, by variables."""
        return self._apply_all("negative_log_likelihood", self._weights(), z, x)

    def _weights(self) -> tuple[Tensor, ...]:
        return tuple(torch.stack(each) for each in zip(*map(_held, self._places), strict=True))

    def _apply_all(self, method: str, weights: tuple[Tensor, ...], *tensors: Tensor) -> Tensor:
        places, model = self._places[0], self.each[0]

        def one(weights: tuple[Tensor, ...], *tensors: Tensor) -> Tensor:
            # What torch.func.functional_call does, without its search for the places.
            before = _held(places)
            _put(places, weights)
            try:
                return getattr(model, method)(*tensors)
            finally:
                _put(places, before)

        # Times have no dimension, and are the same for all.
        in_dims = (0, *(0 if tensor.ndim else None for tensor in tensors))
        return torch.func.vmap(one, in_dims)(weights, *tensors)

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...


def _named(model: Model) -> dict[str, Tensor]:
    module = cast(nn.Module, model)
    return dict(module.named_parameters()) | dict(module.named_buffers())


# A tensor may be held in several places, each a dictionary and the key there.
_Places: TypeAlias = list[list[tuple[dict[str, Any], str]]]


def _places(module: nn.Module) -> _Places:
    """Return for each parameter and buffer where it is held."""
    found: dict[int, list[tuple[dict[str, Any], str]]] = {}
    for part in module.modules():
        for held in (part.__dict__["_parameters"], part.__dict__["_buffers"]):
            for name, value in held.items():
                if value is not None:
                    found.setdefault(id(value), []).append((held, name))
    return list(found.values())


def _held(places: _Places) -> list[Tensor]:
    return [held[name] for ((held, name), *_) in places]


def _put(places: _Places, values: Iterable[Tensor]) -> None:
    for same, value in zip(places, values, strict=True):
        for held, name in same:
            held[name] = value


def _shapes(model: Model) -> list[Any]:
    return [(name, value.shape, value.dtype) for name, value in _named(model).items()]


def weights(model: Model) -> dict[str, Tensor]:
    """Return the weights of a model by name; those of an ensemble are `(members, ...)`."""
    if isinstance(model, Ensemble):
        named = [dict(member.named_parameters()) for member in model.each]
        return {name: torch.stack([each[name] for each in named]) for name in named[0]}
    return dict(cast(nn.Module, model).named_parameters())
