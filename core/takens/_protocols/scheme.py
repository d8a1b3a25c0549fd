"""Training schemes: what is minimised, and what they can do besides."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import torch
from torch import Tensor

from takens._protocols.model import Model

M_contra = TypeVar("M_contra", contravariant=True)


@runtime_checkable
class TrainingScheme(Protocol[M_contra]):
    """How a model is trained by gradients; it knows nothing of devices or optimisers."""

    def loss(self, model: M_contra, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Return the loss, `()`, of standardised `windows: (batch, T, n)`.

        ``times`` counts from each window's start: `(T,)` where all are sampled alike, else
        `(batch, T)`; float64 on the host. ``step`` counts the updates so far, for schemes
        that change while they train. A loss that takes ``drive`` is given what acts where data
        have inputs, `(batch, T, w)`; see ``takens.plugin.drive``.
        """
        ...


@runtime_checkable
class StochasticScheme(Protocol[M_contra]):
    """A scheme whose loss draws random numbers, all of them from ``generator``.

    A fit has one generator, on the host, which follows from its seed and is stored in its
    checkpoints, so that a training that is resumed draws what it would have drawn.
    """

    def loss(
        self,
        model: M_contra,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        generator: torch.Generator,
    ) -> Tensor:
        """Return the loss; see ``TrainingScheme``."""
        ...


@runtime_checkable
class SupportsAccepts(Protocol):
    """A scheme that is not for every model, asked before anything else is done."""

    def accepts(self, model: Model, /) -> str | None:
        """Return None for a model that it trains, else a clause that follows "because"."""
        ...


@runtime_checkable
class SupportsEnsembles(Protocol):
    """A scheme whose loss also takes an ``Ensemble``.

    Then the windows are `(members, batch, T, n)`, and the losses `(members,)`, each of which
    depends on one member only. Members of other schemes are trained one after the other.
    """

    takes_ensembles: bool


@runtime_checkable
class SupportsGaps(Protocol):
    """A scheme whose loss also takes windows with gaps, which are NaN.

    What is missing neither forces nor counts, variable by variable; the context at the start
    of a window is filled. Other schemes learn from the stretches between gaps.
    """

    takes_gaps: bool


@runtime_checkable
class SupportsAdapting(Protocol):
    """A scheme with choices that depend on the data, made once before training."""

    def set_up(self, x: Tensor, dt: float, /) -> TrainingScheme[Any] | StochasticScheme[Any]:
        """Return the scheme for standardised data `x: (trajectories, T, n)`."""
        ...


@runtime_checkable
class SupportsReasons(Protocol):
    """A scheme that says why it chose what it chose from the data, a sentence each."""

    @property
    def reasons(self) -> Sequence[str]:
        """The choices and their reasons."""
        ...


@runtime_checkable
class SupportsForcingReport(Protocol):
    """A scheme that says what forcing is in force."""

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        """Return figures for the history, such as ``forcing_strength``."""
        ...


@runtime_checkable
class SupportsFindings(Protocol):
    """A scheme that finds more than weights, asked when training has ended."""

    def findings(self) -> Mapping[str, Any]:
        """Return figures of JSON types, which become the ``details`` of the fit.

        ``remarks``, a list of sentences, become those of the fit. ``noise`` is the observation
        noise, in standard deviations of the signal, which ``judge.noise = "learned"`` takes up.
        """
        ...


@runtime_checkable
class SupportsState(Protocol):
    """A scheme that remembers something from update to update, stored with a checkpoint."""

    def state_dict(self) -> dict[str, Tensor]:
        """Return what is remembered."""
        ...

    def load_state_dict(self, state: Mapping[str, Tensor], /) -> None:
        """Take it up again."""
        ...


@runtime_checkable
class DirectScheme(Protocol[M_contra]):
    """A scheme that finds the weights at once, without updates by gradients."""

    def solve(self, model: M_contra, x: Tensor, *, times: Tensor) -> Mapping[str, Any]:
        """Train on standardised `x: (trajectories, T, n)`, in place.

        ``times: (T,)`` are in the time unit of the data. Returns figures of JSON types: at
        least ``loss``; standard errors and the like where there are any. ``remarks``, a list
        of sentences, become those of the fit.
        """
        ...


Scheme: TypeAlias = TrainingScheme[Any] | StochasticScheme[Any] | DirectScheme[Any]
