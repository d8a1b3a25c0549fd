"""What functions of the core are given as data, as the containers that they work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray
from torch import Tensor

from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens.errors import DataError


class Frame(Protocol):
    """A table of pandas, polars, pyarrow or xarray."""

    @property
    def shape(self) -> Any:
        """The numbers of rows and columns."""
        ...


SeriesLike: TypeAlias = (
    TimeSeries | Recordings | Tensor | NDArray[Any] | Sequence[Any] | Mapping[str, Any] | Frame
)


def as_recordings(data: SeriesLike) -> Recordings:
    """Return data as recordings, of a series one for each trajectory.

    Raises: DataError for what is no data.
    """
    return data if isinstance(data, Recordings) else Recordings.of(data)


def as_series(data: SeriesLike, why: str = "") -> TimeSeries:
    """Return data as one complete series `x: (..., T, n)`; ``why`` says what it is for.

    Raises: DataError for what is no data, has gaps, or is several recordings of unlike length.
    """
    if not isinstance(data, TimeSeries):
        found = as_recordings(data)
        data = found.series[0] if len(found) == 1 else found.stacked()
    if data.mask is not None:
        row, column = map(int, (~data.mask).reshape(-1, data.dim).nonzero()[0])
        raise DataError(
            f"{why or 'This'} needs a series without gaps, and {data.columns[column]!r} is "
            f"missing at sample {row % len(data)}; fill the gaps, or choose a stretch between "
            "them from series.stretches()."
        )
    return data


def context_of(data: SeriesLike) -> Tensor:
    """Return what a run is started from, `(..., c, n)`.

    Raises: DataError for what is no data or has gaps.
    """
    return data if isinstance(data, Tensor) else as_series(data, "A start").x
