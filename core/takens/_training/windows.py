"""Windows of a series, which training draws at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import attrs
import torch
from torch import Tensor

from takens.errors import InputError


@final
@attrs.frozen(eq=False)
class Windows:
    """All windows of ``length`` samples of ``records``, `(T, n)` each, at times `(T,)`.

    The samples are spaced by ``dt``, or irregularly where it is None. A record that is
    shorter than a window has none.

    Raises: InputError where a window is longer than all records.
    """

    records: tuple[Tensor, ...] = attrs.field(converter=tuple[Tensor, ...])
    length: int
    clocks: tuple[Tensor, ...] = attrs.field(converter=tuple[Tensor, ...])
    dt: float | None = None
    _x: Tensor = attrs.field(init=False)
    _t: Tensor = attrs.field(init=False)
    # Windows before each record, and rows before it, on the host.
    _before: Tensor = attrs.field(init=False)
    _rows: Tensor = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        longest = max(map(len, self.records))
        if self.length > longest:
            raise InputError(
                f"A window of {self.length} samples is longer than the data, which have "
                f"{longest}; shorten training.window or give a longer series."
            )
        used = [i for i, x in enumerate(self.records) if len(x) >= self.length]
        lengths = torch.tensor([len(self.records[i]) for i in used])
        whole = len(used) == 1
        x = self.records[used[0]] if whole else torch.cat([self.records[i] for i in used])
        for name, value in (
            ("_x", x.contiguous()),
            ("_t", torch.cat([self.clocks[i] for i in used])),
            ("_rows", lengths.cumsum(0) - lengths),
            ("_before", (lengths - self.length + 1).cumsum(0)),
        ):
            object.__setattr__(self, name, value)

    @property
    def count(self) -> int:
        """How many windows there are."""
        return int(self._before[-1])

    @property
    def longest(self) -> Tensor:
        """Return all records where they are equally long, else the longest: `(..., T, n)`."""
        lengths = [len(x) for x in self.records]
        if min(lengths) == max(lengths):
            return torch.stack(self.records)
        return self.records[lengths.index(max(lengths))].unsqueeze(0)

    def at(self, numbers: Tensor) -> Tensor:
        """Return windows by their number, on the host: `(...) -> (..., length, n)`."""
        along, variable = self._x.stride()
        windows = self._x.as_strided(
            (len(self._x) - self.length + 1, self.length, self._x.shape[1]),
            (along, along, variable),
            self._x.storage_offset(),
        )
        return windows[self._first(numbers).to(self._x.device)]

    def times(self, numbers: Tensor) -> Tensor:
        """Return times from the start, `(length,)`; where windows differ, `(..., length)`."""
        if self.dt is not None:
            return torch.arange(self.length, dtype=torch.float64) * self.dt
        times = self._t[self._first(numbers)[..., None] + torch.arange(self.length)]
        times = times - times[..., :1]
        same = bool((times == times.reshape(-1, self.length)[0]).all())
        return times.reshape(-1, self.length)[0] if same else times

    def _first(self, numbers: Tensor) -> Tensor:
        """Return the rows where windows begin."""
        record = torch.bucketize(numbers, self._before, right=True)
        earlier = torch.cat((self._before.new_zeros(1), self._before[:-1]))
        return numbers - earlier[record] + self._rows[record]


@final
class WindowDraws:
    """Draws windows with replacement for each member, by a generator of its own.

    With ``bootstrap`` a member draws from a sample of the data of its own: as many segments
    of ``length`` consecutive windows as make up the data, taken with replacement, so that the
    members' spread shows what another record of the same system might have taught.
    """

    def __init__(self, windows: Windows, seeds: Sequence[int], *, bootstrap: bool) -> None:
        self.windows = windows
        # On the host, so that a run takes the same windows on every device.
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._samples = [
            _bootstrap_sample(windows, generator) if bootstrap else None
            for generator in self.generators
        ]

    def __call__(self, batch: int) -> Tensor:
        """Draw numbers of windows, `(members, batch)`."""
        drawn = [
            torch.randint(self.windows.count, (batch,), generator=generator)
            if sample is None
            else sample[torch.randint(len(sample), (batch,), generator=generator)]
            for generator, sample in zip(self.generators, self._samples, strict=True)
        ]
        return torch.stack(drawn)


def _bootstrap_sample(windows: Windows, generator: torch.Generator) -> Tensor:
    count, length = windows.count, windows.length
    fit = max(count // length, 1)
    blocks = torch.randint(fit, (fit,), generator=generator)
    return (blocks[:, None] * length + torch.arange(length)).flatten().clamp_(max=count - 1)
