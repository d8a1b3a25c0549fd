"""Training schemes: what is minimised."""

from typing import Protocol, TypeVar, runtime_checkable

from torch import Tensor

M_contra = TypeVar("M_contra", contravariant=True)


@runtime_checkable
class TrainingScheme(Protocol[M_contra]):
    """How a model is trained; it knows nothing of devices or optimisers."""

    def loss(self, model: M_contra, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the loss, `()`, of standardised `windows: (batch, T, n)`.

        ``times`` counts from each window's start: `(T,)` where all are sampled alike, else
        `(batch, T)`; float64 on the host. ``step`` counts the updates so far, for schemes
        that change while they train.
        """
        ...
