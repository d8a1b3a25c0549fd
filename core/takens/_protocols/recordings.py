"""Models that learn several recordings together, each with a few numbers of its own."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor

from takens._protocols.model import Model


@runtime_checkable
class SupportsRecordings(Protocol):
    """A model with a member of its own for each of several recordings.

    By itself it is the member of the mean of their numbers.
    """

    @property
    def recordings(self) -> Sequence[str]:
        """The names of the recordings, whose places here are their numbers."""
        ...

    @property
    def features(self) -> Tensor:
        """The numbers that tell recordings apart: `(recordings, k)`."""
        ...

    def member(self, recording: str, /) -> Model:
        """Return the model of one recording, with weights that are its own."""
        ...

    def for_new(self, recordings: Sequence[str], /) -> Model:
        """Return the model for other recordings, of which only their numbers are trained."""
        ...

    def of_windows(self, numbers: Tensor, /) -> Model:
        """Return the model for windows, `numbers: (b,)` of the recordings that they are of.

        It shares the weights, and encodes contexts `(b, ..., c, n)`, or `(b k, ..., c, n)`
        where each window was cut into k rows that follow one another.
        """
        ...
