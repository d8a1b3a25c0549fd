"""Windows of a series, which training draws at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

import attrs
import torch
from torch import Tensor

from takens._dynamics.gaps import filled, has_gaps
from takens.errors import InputError

# Windows from the best starts alone are drawn where they reach this share of the data.
_REACHED: Final = 0.9


@final
@attrs.frozen(eq=False)
class Windows:
    """All windows of ``length`` samples of ``records``, `(T, n)` each, at times `(T,)`.

    The samples are spaced by ``dt``, or irregularly where it is None. A record that is
    shorter than a window has none. ``drives``, `(T, w)` each, are what acts from each sample to
    the next, where the model takes inputs.

    What is missing is NaN, but for the first ``context`` samples of a window, where a line
    between what is known stands for it. Windows then are those that begin where the least is
    missing, as many as reach nine tenths of the data.

    ``shares`` are what records count for, alike for their windows, whatever their sum; None
    is by their numbers of windows. Those of one of the ``owners`` have one share together.

    Raises: InputError where a window is longer than all records, or nothing is known or counts.
    """

    records: tuple[Tensor, ...] = attrs.field(converter=tuple[Tensor, ...])
    length: int
    clocks: tuple[Tensor, ...] = attrs.field(converter=tuple[Tensor, ...])
    dt: float | None = None
    context: int = 1
    drives: tuple[Tensor, ...] | None = None
    shares: tuple[float, ...] | None = None
    owners: tuple[int, ...] = attrs.field(default=(), converter=tuple[int, ...])
    _x: Tensor = attrs.field(init=False)
    _t: Tensor = attrs.field(init=False)
    _drive: Tensor | None = attrs.field(init=False)
    # The rows where windows begin, on the host; and the data as contexts are taken from them.
    _starts: Tensor = attrs.field(init=False)
    _whole: Tensor | None = attrs.field(init=False)
    # The weights of all windows, added up; None where all are alike.
    _added: Tensor | None = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        longest = max(map(len, self.records))
        if self.length > longest:
            raise InputError(
                f"A window of {self.length} samples is longer than the data, which have "
                f"{longest}; shorten training.window or give a longer series."
            )
        used = [i for i, x in enumerate(self.records) if len(x) >= self.length]
        parts = [self.records[i] for i in used]
        x, drives = _joined(parts), self.drives
        first, starts = 0, list[Tensor]()
        for part in parts:
            starts.append(first + torch.arange(len(part) - self.length + 1))
            first += len(part)
        rows, whole = torch.cat(starts), None
        if has_gaps(x):
            apart = torch.cat([_missing_in_a_row(part.cpu()) for part in parts])
            rows = _best(rows, apart, ~x.cpu().isnan(), self.length, self.context)
            whole = torch.cat([filled(part) for part in parts])
        for name, value in (
            ("_x", x),
            ("_drive", None if drives is None else _joined([drives[i] for i in used])),
            ("_t", torch.cat([self.clocks[i] for i in used])),
            ("_starts", rows),
            ("_whole", whole),
        ):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_added", self._weights(rows))

    def _weights(self, rows: Tensor) -> Tensor | None:
        """Return the weights of windows that begin at ``rows``, added up.

        Raises: InputError where all are 0.
        """
        if self.shares is None:
            return None
        owner = self._owner_of(rows)
        counts = torch.bincount(owner, minlength=len(self.shares)).double()
        each = torch.tensor(self.shares, dtype=torch.float64) / counts.clamp_min(1)
        added = each[owner].cumsum(0)
        if not float(added[-1]) > 0:
            raise InputError(
                "training.balance gives every recording that has windows the weight 0; give "
                "one of them more."
            )
        return added

    def _owner_of(self, rows: Tensor) -> Tensor:
        used = [i for i, x in enumerate(self.records) if len(x) >= self.length]
        ends = torch.tensor([len(self.records[i]) for i in used]).cumsum(0)
        owners = torch.tensor([self.owners[i] if self.owners else i for i in used])
        return owners[torch.bucketize(rows, ends, right=True)]

    def owner(self, numbers: Tensor) -> Tensor:
        """Return which of the owners windows are of, by their number, on the host."""
        return self._owner_of(self._starts[numbers])

    def draw(self, count: int, generator: torch.Generator, among: Tensor | None) -> Tensor:
        """Draw numbers of windows, `(count,)`, ``among`` some of them or all."""
        if self._added is None:
            known = self.count if among is None else len(among)
            drawn = torch.randint(known, (count,), generator=generator)
            return drawn if among is None else among[drawn]
        added = self._added
        if among is not None:
            added = added.diff(prepend=added.new_zeros(1))[among].cumsum(0)
        places = torch.rand(count, generator=generator, dtype=torch.float64) * added[-1]
        drawn = torch.searchsorted(added, places, right=True).clamp_max(len(added) - 1)
        return drawn if among is None else among[drawn]

    @property
    def count(self) -> int:
        """How many windows there are."""
        return len(self._starts)

    @property
    def longest(self) -> Tensor:
        """Return all records where they are equally long, else the longest: `(..., T, n)`."""
        return _longest(self.records)

    @property
    def longest_owner(self) -> int:
        """Return which of the owners the first of ``longest`` is of."""
        lengths = [len(x) for x in self.records]
        first = lengths.index(max(lengths))
        return self.owners[first] if self.owners else first

    @property
    def longest_drive(self) -> Tensor | None:
        """Return what acts on them, `(..., T, w)`, where there are inputs."""
        return None if self.drives is None else _longest(self.drives)

    def at(self, numbers: Tensor) -> Tensor:
        """Return windows by their number, on the host: `(...) -> (..., length, n)`."""
        windows = _unfolded(self._x, self.length)
        rows = self._starts[numbers].to(windows.device)
        windows = windows[rows]
        if self._whole is not None:
            contexts = _unfolded(self._whole, self.context)
            windows[..., : self.context, :] = contexts[rows]
        return windows

    def drive(self, numbers: Tensor) -> Tensor | None:
        """Return what acts in windows, where there are inputs: `(...) -> (..., length, w)`."""
        if self._drive is None:
            return None
        windows = _unfolded(self._drive, self.length)
        return windows[self._starts[numbers].to(windows.device)]

    def times(self, numbers: Tensor) -> Tensor:
        """Return times from the start, `(length,)`; where windows differ, `(..., length)`."""
        if self.dt is not None:
            return torch.arange(self.length, dtype=torch.float64) * self.dt
        times = self._t[self._starts[numbers][..., None] + torch.arange(self.length)]
        times = times - times[..., :1]
        same = bool((times == times.reshape(-1, self.length)[0]).all())
        return times.reshape(-1, self.length)[0] if same else times


def _unfolded(x: Tensor, length: int) -> Tensor:
    """Return a view of all windows of `x: (T, n)`: `(T - length + 1, length, n)`."""
    along, variable = x.stride()
    return x.as_strided(
        (len(x) - length + 1, length, x.shape[1]),
        (along, along, variable),
        x.storage_offset(),
    )


def _missing_in_a_row(x: Tensor) -> Tensor:
    """Return how many samples in a row are missing at each of `x: (T, n)`: `(T,)`, 0 for none.

    The worst variable counts, and what has nothing before or behind it as all of the record.
    """
    known, count = ~x.isnan(), len(x)
    place = torch.arange(count).unsqueeze(-1)
    before = torch.where(known, place, -1).cummax(0).values
    after = torch.where(known, place, count).flip(0).cummin(0).values.flip(0)
    gap = torch.where((before < 0) | (after == count), count, after - before - 1)
    return torch.where(known, 0, gap).amax(1)


def _best(starts: Tensor, apart: Tensor, known: Tensor, length: int, context: int) -> Tensor:
    """Choose the rows where windows begin, of `known: (T, n)`.

    Raises: InputError where no window has anything to predict.
    """
    per_row = known.sum(1)
    total = torch.cat((per_row.new_zeros(1), per_row.cumsum(0)))
    starts = starts[total[starts + length] > total[starts + context]]
    if not len(starts):
        raise InputError(
            f"No window of {length} samples has anything but gaps after the {context} that a "
            "model starts from; lengthen training.window, or fill the gaps."
        )
    worst = apart[starts]
    for i in range(1, context):
        worst = torch.maximum(worst, apart[starts + i])

    def reached(chosen: Tensor) -> float:
        edges = torch.zeros(len(known) + 1, dtype=torch.long)
        ones = torch.ones_like(chosen)
        edges.index_add_(0, chosen + context, ones).index_add_(0, chosen + length, -ones)
        return float(per_row[edges.cumsum(0)[:-1] > 0].sum())

    wanted, most = _REACHED * reached(starts), 0
    while reached(chosen := starts[worst <= most]) < wanted:
        most = max(1, 2 * most)
    return chosen


def _joined(records: Sequence[Tensor]) -> Tensor:
    whole = records[0] if len(records) == 1 else torch.cat(list(records))
    return whole.contiguous()


def _longest(records: Sequence[Tensor]) -> Tensor:
    lengths = [len(x) for x in records]
    if min(lengths) == max(lengths):
        return torch.stack(list(records))
    return records[lengths.index(max(lengths))].unsqueeze(0)


@final
class WindowDraws:
    """Draws windows for each member, by a generator of its own.

    They are drawn with replacement; ``in_passes`` takes all of them in an order that is drawn
    anew for each pass.

    With ``bootstrap`` a member draws from a sample of the data of its own: as many segments
    of ``length`` consecutive windows as make up the data, taken with replacement, so that the
    members' spread shows what another record of the same system might have taught.
    """

    def __init__(self, windows: Windows, seeds: Sequence[int], *, bootstrap: bool) -> None:
        self.windows, self._seeds = windows, tuple(seeds)
        self._orders: tuple[int, list[Tensor]] = (-1, [])
        # On the host, so that a run takes the same windows on every device.
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._samples = [
            _bootstrap_sample(windows, generator) if bootstrap else None
            for generator in self.generators
        ]

    def __call__(self, batch: int) -> Tensor:
        """Draw numbers of windows, `(members, batch)`."""
        pairs = zip(self.generators, self._samples, strict=True)
        return torch.stack([self.windows.draw(batch, *pair) for pair in pairs])

    def in_passes(self, batch: int, step: int) -> Tensor:
        """Return those of update ``step`` from 0: `(members, batch)`, fewer at a pass's end."""
        count = self.windows.count
        number, within = divmod(step, -(-count // batch))
        if self._orders[0] != number:
            # By seed and pass alone, so that a resumed training goes on in the same order.
            orders = [torch.randperm(count, generator=_of_pass(s, number)) for s in self._seeds]
            self._orders = number, orders
        part = slice(within * batch, (within + 1) * batch)
        return torch.stack([order[part] for order in self._orders[1]])


def _of_pass(seed: int, number: int) -> torch.Generator:
    first = torch.randint(2**32, (), generator=torch.Generator().manual_seed(seed))
    return torch.Generator().manual_seed(int(first) + number)


def _bootstrap_sample(windows: Windows, generator: torch.Generator) -> Tensor:
    count, length = windows.count, windows.length
    fit = max(count // length, 1)
    blocks = torch.randint(fit, (fit,), generator=generator)
    return (blocks[:, None] * length + torch.arange(length)).flatten().clamp_(max=count - 1)
