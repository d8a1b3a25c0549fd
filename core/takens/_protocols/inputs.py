"""Inputs: what acts on dynamics from outside, as drives, stimuli and controls do."""

from typing import Literal, Protocol, TypeAlias, runtime_checkable

from torch import Tensor

from takens._protocols.dynamics import Map

Interpolation: TypeAlias = Literal["constant", "linear", "cubic"]


@runtime_checkable
class SupportsInputs(Protocol):
    """A model, or a system, that inputs act on where ``input_dim`` is not 0.

    Its call then takes them last, `u: (..., k)`: `(z, u) -> z'` or `(t, z, u) -> dz/dt`, and
    the ``encode`` of a model takes those of its context, `(context, u)` with `u: (..., c, k)`.
    So do a ``tangent`` and a ``jacobian``, where there is one. Left out, they are zero, which
    in standardised units is their mean.
    """

    @property
    def input_dim(self) -> int:
        """The number of inputs, `k`; 0 where none acts."""
        ...

    @property
    def interpolation(self) -> Interpolation:
        """What inputs are between samples; a map sees their mean from one to the next."""
        ...


class DrivenMap(Protocol):
    """Any callable `z' = F(z, drive)`, with what acts over one interval; see ``drive``."""

    def __call__(self, z: Tensor, drive: Tensor, /) -> Tensor:
        """Return the state that follows `z: (..., m)` under `drive: (..., w)`."""
        ...


@runtime_checkable
class SupportsDrivenMap(Protocol):
    """A model that gives the map of its latent state under inputs itself."""

    def driven_map(self, dt: float, /) -> DrivenMap:
        """Return the map of `z: (..., m)` and `drive: (..., w)` over one sampling interval."""
        ...


@runtime_checkable
class SupportsDrivenTangent(Protocol):
    """A driven map that can push tangent vectors along with its state; so are maps' models."""

    def tangent(self, z: Tensor, v: Tensor, drive: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return the state after `z: (..., m)`, and its derivative times `v: (..., m, k)`."""
        ...


@runtime_checkable
class SupportsClock(Protocol):
    """A map whose last state is a clock, which tangent vectors have no part in."""

    @property
    def tangent_dim(self) -> int:
        """The number of states that differ from orbit to orbit, the first ones."""
        ...


def tangent_dim(step: Map, x: Tensor) -> int:
    """Return how many of the states `x: (..., d)` of a map tangent vectors have a part in."""
    return step.tangent_dim if isinstance(step, SupportsClock) else x.shape[-1]
