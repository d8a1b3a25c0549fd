"""The series of a run: what is learned from and what is judged against."""

from __future__ import annotations

from typing import Any, Final, final

import attrs
import torch

from takens._data.entrance import as_recordings
from takens._data.known import known_data
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._defaults import GAP_FILLER
from takens._dynamics.simulate import simulate
from takens._plugins.choice import Component
from takens._plugins.registry import integrators, systems
from takens._preparing.preparations import Preparations
from takens._preparing.way_back import WayBack
from takens._protocols.dynamics import Time
from takens._protocols.system import System
from takens._run.configuration import Data
from takens._run.records import read_data
from takens.errors import DataError

# True segments beside the reference, over which the floor of a score is a median.
_PAIRS: Final = 15
# Samples that are dropped between two segments of one orbit.
_GAP: Final = 1000
_FEWEST: Final = 10
# A stretch without gaps that holds so much of a recording can be judged by.
_SHARE: Final = 0.1


@final
@attrs.frozen(eq=False)
class Source:
    """Training data, `(T, n)` each, segments of truth to judge against, the system if known.

    ``second`` holds those for the floor, `(T, n)` or `(pairs, T, n)`. All are as the
    ``preparations`` have made them. ``judged`` are all recordings to judge against where there
    are several, and ``recording`` is the name of that of the reference; ``way_back`` leads from
    the reference to the data.
    """

    training: TimeSeries | Recordings
    reference: TimeSeries
    second: TimeSeries
    truth: System | None
    preparations: Preparations | None = None
    remarks: tuple[str, ...] = ()
    judged: Recordings | None = None
    recording: str = ""
    way_back: WayBack | None = None


def find_series(data: Data, seed: int) -> Source:
    """Simulate or read the series, `x: (T, n)` each, and add the noise.

    Raises: InputError where the system, the file or a number cannot be used.
    """
    source = _read(data, seed) if data.system is None else _simulated(data, data.system, seed)
    remarks = source.remarks
    if data.prepare:
        names = ", ".join(each.bare_name for each in data.prepare)
        remarks += (
            f"Learned from and judged on data as prepared: {names}. Scores are of these; "
            "forecasts and free runs are brought back into the units of the data.",
        )
    training = _with_noise(source.training, data.noise, seed)
    return attrs.evolve(source, training=training, remarks=remarks)


def shown(data: TimeSeries | Recordings) -> TimeSeries:
    """Return the recording that figures show, or its longest stretch without a gap."""
    return data if isinstance(data, TimeSeries) else _in_pieces(data)[0][0]


def _simulated(data: Data, system: Component, seed: int) -> Source:
    truth = systems.get(system)
    dt = 1.0 if truth.time is Time.DISCRETE else data.dt
    if dt is None:
        raise DataError("A simulated series needs data.dt, the sampling interval.")
    integrator = None if data.integrator is None else integrators.get(data.integrator)
    # One orbit, cut: trajectories that start near each other are alike for a while.
    segment = data.steps + _GAP
    orbit = simulate(
        truth, dt=dt, steps=(2 + _PAIRS) * segment, seed=seed, integrator=integrator
    )
    cuts = [orbit.between(i * segment, i * segment + data.steps) for i in range(2 + _PAIRS)]
    second = attrs.evolve(cuts[2], x=torch.stack([cut.x for cut in cuts[2:]]))
    if not data.prepare:
        return Source(cuts[0], cuts[1], second, truth)
    # The equations are those of the data as they were.
    preparations, fitted = Preparations.fit(data.prepare, as_recordings(cuts[0]))
    reference, second = preparations.forward(cuts[1]), preparations.forward(second)
    way_back = WayBack(preparations, cuts[1], 0.0)
    return Source(fitted.only, reference, second, None, preparations, way_back=way_back)


def _read(data: Data, seed: int) -> Source:
    if data.source is None:
        found = read_data(data, data.file)
    else:
        found = known_data(data.source, seed=seed)
    if data.test is not None:
        training, judged = found, read_data(data, data.test)
    elif data.prepare and not isinstance(data.split, list):
        return _prepared(data, found)
    else:
        training, judged = found.split(0.5 if data.split is None else data.split)
    if not data.prepare:
        return _source(_how(data), training, judged)
    preparations, training = Preparations.fit(data.prepare, training)
    ready = judged.map(preparations.forward)
    return _source(_how(data), training, ready, preparations, judged)


def _prepared(data: Data, found: Recordings) -> Source:
    """Prepare recordings all at once, so that what is judged goes on where training ends."""
    training, judged = found.split(0.5 if data.split is None else data.split)
    cuts = dict(zip(training.names, map(len, training), strict=True))
    known = attrs.evolve(training, series=[found[name][: cuts[name]] for name in cuts])
    preparations, fitted = Preparations.fit(data.prepare, known)
    parts: dict[str, TimeSeries] = {}
    for name in judged.names:
        whole, cut = preparations.forward(found[name]), cuts.get(name, 0)
        last = found[name].t[cut - 1] if cut else -torch.inf
        after = int(torch.searchsorted(whole.t, last, right=True))
        if len(whole) - after > 1:
            parts[name] = whole[after:]
    counts = [max(map(len, side), default=0) for side in (fitted, parts.values())]
    if min(counts) < _FEWEST:
        raise DataError(
            f"data.prepare leaves {counts[0]} samples to learn from and {counts[1]} "
            f"to judge against; each needs at least {_FEWEST}."
        )
    records = found[[*parts]]
    training = fitted.map(lambda one: one.between(0, len(one)))
    ready = attrs.evolve(records, series=[*parts.values()])
    return _source(_how(data), training, ready, preparations, records)


def held_back(source: Source, share: float) -> Source:
    """Hold the last ``share`` of what is learned from back, as if there were nothing else.

    Raises: DataError where too little is left of either part.
    """
    training, judged = as_recordings(source.training).split(1 - share)
    return _source(f"A last share of {share:g}", training, judged, source.preparations)


def _how(data: Data) -> str:
    return "data.test" if data.test is not None else f"data.split = {data.split or 0.5}"


def _source(
    how: str,
    training: Recordings,
    judged: Recordings,
    preparations: Preparations | None = None,
    records: Recordings | None = None,
) -> Source:
    """Choose what is judged against; it was prepared of ``records``, one for each recording."""
    counts = [max(map(len, side)) for side in (training, judged)]
    if min(counts) < _FEWEST:
        raise DataError(
            f"{how} leaves {counts[0]} samples to learn from and {counts[1]} to judge against; "
            f"each needs at least {_FEWEST}."
        )
    remarks = tuple(dict.fromkeys((*training.remarks, *judged.remarks)))
    if len(training) > 1:
        samples = sum(map(len, training))
        remarks += (f"Learned from {len(training)} recordings of {samples:,} samples in all.",)
    whole = training.complete and len(training) == 1
    learned = training.only if whole else training
    judged, said = _bridged(judged)
    remarks += said
    (first, number, start), *others = _in_pieces(judged)
    longest = max(judged.names, key=lambda name: len(judged[name]))
    known = _in_pieces(_bridged(training)[0])
    beside = [one for one, *_ in (*others, *known) if 2 * len(one) >= len(first)]
    if len(beside) > 1:
        length = min(map(len, beside))
        second = Recordings([one.between(0, length) for one in beside]).stacked()
    else:
        second = (beside or [known[0][0]])[0]
    way_back = None
    if preparations is not None and records is not None:
        way_back = WayBack(preparations, records.series[number], start)
    return Source(
        learned, first, second, None, preparations, remarks, judged, longest, way_back
    )


def _bridged(data: Recordings) -> tuple[Recordings, tuple[str, ...]]:
    """Fill short gaps where no stretch between them could be judged by; say so."""
    pieces = [stop - start for one in data for start, stop in one.unbroken()]
    count = max(map(len, data))
    if max(pieces, default=0) >= _SHARE * count:
        return data, ()
    _, found = Preparations.fit([GAP_FILLER], data)
    before, after = ([int(x.x.isnan().sum()) for x in each] for each in (data, found))
    if before == after:
        return data, ()
    share = (sum(before) - sum(after)) / sum(one.x.numel() for one in data)
    return found, (
        f"Short gaps were filled in what is judged against, {share:.2g} of its numbers, since "
        f"without them its longest stretch has {max(pieces, default=1)} of {count:,} samples.",
    )


def _in_pieces(data: Recordings) -> list[tuple[TimeSeries, int, float]]:
    """Return recordings, or the stretches between gaps, the longest first.

    With each comes the number of its recording, and the time there that is its zero.
    """
    whole = data.complete and data.regular
    found = [
        (one.between(start, stop), number, float(one.t[start]))
        for number, one in enumerate(data)
        for start, stop in ([(0, len(one))] if whole else one.unbroken())
    ]
    if not found:
        raise DataError("There is no stretch without a gap; fill the gaps first.")
    return sorted(found, key=lambda piece: len(piece[0]), reverse=True)


def _with_noise(data: TimeSeries | Recordings, noise: float, seed: int) -> Any:
    if not noise:
        return data
    generator = torch.Generator().manual_seed(seed)
    parts = [data] if isinstance(data, TimeSeries) else [*data]
    every = torch.cat([one.x.double().flatten(0, -2) for one in parts])
    scale = every[every.isfinite().all(-1)].std(0)

    def noisy(one: TimeSeries) -> TimeSeries:
        draw = torch.randn(one.x.shape, generator=generator, dtype=torch.float64)
        return attrs.evolve(one, x=one.x.double() + noise * scale * draw)

    return noisy(data) if isinstance(data, TimeSeries) else data.map(noisy)
