"""Preparations: what is done to data before a model sees them, and undone to what it says."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from torch import Tensor

from takens._data.time_series import TimeSeries


@runtime_checkable
class Preparation(Protocol):
    """Brings series into another form and back; what it learns from the data is a state.

    Concretely always a frozen attrs class whose fields, of JSON types, are what it is made
    with. The state is plain tensors, and is stored with the model.
    """

    @property
    def exact(self) -> bool:
        """Whether ``inverse`` gives back what ``forward`` was given."""
        ...

    def fit(self, series: TimeSeries, /) -> Mapping[str, Tensor]:
        """Return the state that follows from the training data, `x: (..., T, n)`.

        Raises: DataError where the data cannot be prepared in this way.
        """
        ...

    def forward(self, series: TimeSeries, state: Mapping[str, Tensor], /) -> TimeSeries:
        """Prepare a series, with the names, units and times of what it becomes.

        It ends where the series ends, so that what is generated goes on from there.

        Raises: DataError where the series has no such form, or is too short.
        """
        ...

    def inverse(
        self, series: TimeSeries, state: Mapping[str, Tensor], before: TimeSeries, /
    ) -> TimeSeries:
        """Undo it for prepared samples that follow on ``before``, which is not prepared.

        All have the clock of ``before``, and its names.
        """
        ...
