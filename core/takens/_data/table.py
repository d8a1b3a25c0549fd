"""Named columns, as they were found in a file or a frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, final

import attrs
from numpy.typing import NDArray

from takens._data.provenance import Provenance

# A capital T is a temperature as often as a time.
_CLOCK: Final = re.compile(
    r"(t|(?i:times?|date|date[ _]?time|time[ _]?stamp|datum|zeit|zeitstempel))"
    r"\s*([(\[][^()\[\]]*[)\]])?"
)
_DATE: Final = re.compile(r"(?i:date|datum|day)")
_OF_DAY: Final = re.compile(r"(?i:time|time[ _]of[ _]day|clock|zeit|uhrzeit)")


def clock_in(names: Iterable[str]) -> str | None:
    """Return the first name that is one of times, as t, time or "time (s)", if any."""
    return next((name for name in names if _CLOCK.fullmatch(name.strip())), None)


def _position(i: int) -> str:
    return f"index {i}"


@final
@attrs.frozen(eq=False, kw_only=True)
class Table:
    """Columns of one length, which are loaded when it is known which of them are wanted.

    ``load(numbers, others, gaps)`` gives arrays `(T,)`, or `(trajectories, T)`, by name:
    ``numbers`` in double precision, NaN where nothing was measured; ``others`` (times, labels)
    numbers, dates (``datetime64``) or texts; ``gaps`` are texts that stand for what is
    missing. It raises DataError where a number is something else.

    A column in ``counts`` has no name, and is left out where it only counts the rows.

    ``what`` names the whole in sentences, ``noun`` a column and ``place`` the sample i.
    ``note`` explains names that were made up. ``clock`` is the column that holds the times
    unless another is named, in ``time_unit``; where it is None, one that is called so, or else
    the only one of those that are known to hold ``dates``.
    """

    what: str
    names: tuple[str, ...]
    load: Callable[[Sequence[str], Sequence[str], Sequence[str]], Mapping[str, NDArray[Any]]]
    noun: str = "column"
    note: str = ""
    place: Callable[[int], str] = _position
    units: Mapping[str, str] = attrs.field(factory=dict[str, str])
    clock: str | None = None
    time_unit: str = ""
    counts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    source: Provenance = attrs.field(factory=Provenance)

    def __attrs_post_init__(self) -> None:
        if self.clock is None:
            only = self.dates[0] if len(self.dates) == 1 else None
            object.__setattr__(self, "clock", clock_in(self.names) or only)

    def time_of_day(self, date: str) -> str | None:
        """Return the column that holds the times of the day for those dates, if any."""
        if not _DATE.fullmatch(date.strip()):
            return None
        return next((name for name in self.names if _OF_DAY.fullmatch(name.strip())), None)
