"""States from delayed samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, cast, final

import attrs
import torch
from torch import Tensor

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_series
from takens._data.frames import is_frame
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._embedding.arrays import Array, matrix, standardised
from takens._embedding.delay import Delay, DelayMethod, choose_delay
from takens._embedding.dimension import Dimension, DimensionMethod, choose_dimension
from takens._embedding.memory import correlation_time
from takens._embedding.unified import unified
from takens._printed import Printed
from takens.errors import DataError, InputError

# Delays are chosen from so many of the samples, which leaves them as they are.
_CHOSEN_FROM: Final = 20_000
_UNIFIED_FROM: Final = 10_000

Delays: TypeAlias = int | Sequence[int] | DelayMethod | Literal["unified"]


@final
@attrs.frozen(eq=False, repr=False)
class Embedding(Printed):
    """States made of delayed samples: `series.x: (..., T', m)`, and how they were chosen.

    Coordinate i is the variable ``variables[i]``, ``delays[i]`` samples ago. ``chosen`` says
    what decided; ``delay`` and ``dimension`` hold the curves where they were chosen one after
    the other, ``gains`` by how much each coordinate lowered the cost L where all were chosen
    at once.
    """

    series: TimeSeries
    variables: tuple[int, ...]
    delays: tuple[int, ...]
    chosen: str = ""
    delay: Delay | None = attrs.field(default=None, repr=False)
    dimension: Dimension | None = attrs.field(default=None, repr=False)
    gains: tuple[float, ...] = ()

    @property
    def t(self) -> Tensor:
        """Times of the latest sample of each state, `(T',)`."""
        return self.series.t

    @property
    def x(self) -> Tensor:
        """States, `(..., T', m)`."""
        return self.series.x

    def of(self, series: SeriesLike) -> TimeSeries:
        """Embed another series of the same variables in the same way.

        Raises: DataError where it has too few variables or samples.
        """
        return delay_states(_series(series), self.variables, self.delays)


@arguments()
def embed(
    series: SeriesLike,
    delay: Delays = "auto",
    dimension: int | DimensionMethod = "auto",
    *,
    window: int | Literal["auto"] = "auto",
    most: int = 10,
) -> Embedding:
    """Return states made of the present and past samples of `x: (..., T, n)`, or `(T,)`.

    ``delay`` is a number of samples, several of them, or how to choose it:
    "mutual_information" (its first minimum), "autocorrelation" (where it is 1 / e), or "auto",
    the first of these where there is such a minimum. ``dimension`` is the number of
    coordinates, or "false_neighbours", "cao", or "auto", which is "cao". Several variables,
    or the delay "unified", get delays of different lengths and variables chosen at once.

    Neighbours are more than ``window`` samples apart in time: by default the delay, or the
    time in which the autocorrelation falls to 1 / e where that is longer. Of several records
    the first one decides. Everything is in float64.

    Raises: InputError for a delay or a dimension that is none; DataError for a series that is
    too short or does not vary, and where no dimension up to ``most`` is enough.

    Source: Takens (1981), Detecting strange attractors in turbulence, Lecture Notes in
    Mathematics 898, 366-381; Sauer, Yorke, Casdagli (1991), Embedology, J. Stat. Phys. 65,
    579-616; those of the methods are with them.
    """
    whole = _series(series)
    x = standardised(matrix(whole.x.reshape(-1, *whole.x.shape[-2:])[0]))[:_CHOSEN_FROM]
    several = x.shape[1] > 1
    if delay == "unified" or (several and delay == "auto" and dimension == "auto"):
        return _unified(whole, x, window, most)
    if not isinstance(delay, str | int):
        return _given(whole, delay, dimension)
    if several and (isinstance(delay, str) or isinstance(dimension, str)):
        raise InputError(
            f"One delay and dimension are chosen for one variable, and there are {x.shape[1]}; "
            'choose one of them, give both numbers, or say delay="unified".'
        )
    by = None if isinstance(delay, int) else choose_delay(x[:, 0], delay)
    samples = by.samples if by else _positive("delay", cast(int, delay))
    reasons = [f"Delay {samples}, since {by.reason}."] if by else []
    found = None
    if isinstance(dimension, int):
        coordinates = _positive("dimension", dimension)
    else:
        width = max(correlation_time(x), samples) if window == "auto" else window
        found = choose_dimension(x[:, 0], samples, width, dimension, most)
        if found.coordinates is None:
            raise DataError(
                f"No dimension up to {len(found.curve)} is enough: {found.reason}. It may be "
                "noise; give a number for the dimension to embed it all the same."
            )
        coordinates = found.coordinates
        reasons.append(f"{coordinates} coordinates, since {found.reason}.")
    lags = tuple(samples * i for i in range(coordinates))
    places = [(variable, lag) for lag in lags for variable in range(x.shape[1])]
    variables, delays = (tuple(part) for part in zip(*places, strict=True))
    states = delay_states(whole, variables, delays)
    return Embedding(states, variables, delays, " ".join(reasons), by, found)


def _unified(
    whole: TimeSeries, x: Array, window: int | Literal["auto"], most: int
) -> Embedding:
    x = x[:_UNIFIED_FROM]
    lags = [choose_delay(column).samples for column in x.T]
    longest = max(1, min(4 * max(lags) + 2, len(x) // 10))
    width = max(lags) if window == "auto" else window
    found = unified(x, longest=longest, window=width, most=most)
    if not found.gains:
        raise DataError(
            "No second coordinate tells more than one does: the record may be noise. Give a "
            "delay and a dimension to embed it all the same."
        )
    said = f"{len(found.delays)} coordinates, since no other lowers the cost L any further."
    states = delay_states(whole, found.variables, found.delays)
    return Embedding(states, found.variables, found.delays, said, gains=found.gains)


def _given(whole: TimeSeries, delay: Sequence[int], dimension: int | str) -> Embedding:
    delays = tuple(delay)
    right = delays and all(isinstance(each, int) and each >= 0 for each in delays)  # pyright: ignore[reportUnnecessaryIsInstance] - what callers without types give
    if not right or len(set(delays)) < len(delays) or dimension not in ("auto", len(delays)):
        raise InputError(
            "Several delays are different numbers of samples, and as many as the dimension; "
            f"got {list(delays)} and dimension={dimension!r}."
        )
    places = [(variable, lag) for lag in delays for variable in range(whole.dim)]
    variables, lags = (tuple(part) for part in zip(*places, strict=True))
    return Embedding(delay_states(whole, variables, lags), variables, lags)


def _positive(name: str, value: int) -> int:
    if value < 1:
        raise InputError(f"The {name} is a whole number of at least 1; got {value}.")
    return value


def _series(given: SeriesLike) -> TimeSeries:
    if isinstance(given, TimeSeries):
        return given
    if isinstance(given, (Recordings, Mapping)) or is_frame(given):
        return as_series(given, "An embedding")
    x: Any = given
    x = torch.as_tensor(matrix(x) if getattr(x, "ndim", 1) < 3 else x).double()
    return TimeSeries(torch.arange(x.shape[-2], dtype=torch.float64), x)


def delay_states(
    series: TimeSeries, variables: Sequence[int], delays: Sequence[int]
) -> TimeSeries:
    """Return the states `(..., T - longest, m)` of `x: (..., T, n)`, at the latest times.

    Raises: DataError where the series has too few variables or samples.
    """
    longest = max(delays)
    if max(variables) >= series.dim or len(series) <= longest + 1:
        raise DataError(
            f"These states are of variable {max(variables) + 1}, {longest} samples ago; the "
            f"series has {series.dim} variables and {len(series)} samples."
        )
    x = series.x
    parts = [
        x[..., longest - delay : x.shape[-2] - delay, variable]
        for variable, delay in zip(variables, delays, strict=True)
    ]
    names = tuple(
        f"{series.columns[variable]}, {delay} ago" if delay else series.columns[variable]
        for variable, delay in zip(variables, delays, strict=True)
    )
    states = torch.stack(parts, -1)
    units = tuple(series.units[variable] for variable in variables) if series.units else ()
    return TimeSeries(
        series.t[longest:],
        states,
        names,
        time_unit=series.time_unit,
        units=units,
        mask=None if series.mask is None else states.isfinite(),
        inputs=series.inputs and series.inputs[longest:],
        origin=series.origin,
    )
