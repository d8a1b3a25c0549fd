"""The series of a run: what is learned from and what is judged against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, final

import attrs
import torch

from takens._arguments import arguments
from takens._data.entrance import as_recordings
from takens._data.time_series import TimeSeries
from takens._dynamics.simulate import simulate
from takens._near import near
from takens._plugins.candidate import pick
from takens._plugins.choice import Component
from takens._plugins.isolation import isolated
from takens._plugins.registry import datasets, integrators, systems
from takens._preparing.preparations import Preparations
from takens._protocols.dataset import Dataset
from takens._protocols.dynamics import Time
from takens._protocols.system import System
from takens._run.configuration import Data
from takens.errors import DataError

# True segments beside the reference, over which the floor of a score is a median.
_PAIRS: Final = 15
# Samples that are dropped between two segments of one orbit.
_GAP: Final = 1000


@final
@attrs.frozen(eq=False)
class Source:
    """Training data, `(T, n)`, segments of truth to judge against, the system if known.

    ``second`` holds those for the floor, `(T, n)` or `(pairs, T, n)`. All are as the
    ``preparations`` have made them.
    """

    training: TimeSeries
    reference: TimeSeries
    second: TimeSeries
    truth: System | None
    preparations: Preparations | None = None


def find_series(data: Data, seed: int) -> Source:
    """Simulate or read the series, `x: (T, n)` each, and add the noise.

    Raises: InputError where the system, the file or a number cannot be used.
    """
    if data.system is not None:
        source = _simulated(data, data.system, seed)
    else:
        source = _read(data, Path(data.file or ""))
    return attrs.evolve(source, training=_with_noise(source.training, data.noise, seed))


@arguments()
def read(
    path: str | Path,
    *,
    format: str | Mapping[str, Any] | Component | None = None,  # noqa: A002 - as in a configuration
    columns: Sequence[str] | None = None,
    time: str | None = None,
    dt: float | None = None,
) -> TimeSeries:
    """Read a series `x: (..., T, n)` from a file, as ``takens run`` does.

    The reader is that for the ``format``, else for the ending of the name. ``columns`` are all
    but the one of times, ``time``; without one the samples are ``dt`` apart.

    Raises: DataError; AmbiguousComponentError where several readers claim the ending.
    """
    path, names = Path(path), None if columns is None else list(columns)
    return _series(_reader(path, format), path, columns=names, time=time, dt=dt)


@isolated
def _series(reader: Dataset, path: Path, **options: Any) -> TimeSeries:
    return reader.read(path, **options)


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
    return Source(fitted.only, reference, second, None, preparations)


def _read(data: Data, file: Path) -> Source:
    series = read(file, format=data.format, columns=data.columns, time=data.time, dt=data.dt)
    if series.x.ndim > 2:
        raise DataError(
            f"{file} holds {series.x.shape[0]} series; a run learns from one. "
            "Write one series of shape (T, n) to a file."
        )
    cut = round(len(series) * data.train)
    if min(cut, len(series) - cut) < 10:
        raise DataError(
            f"data.train = {data.train:g} leaves {cut} samples to learn from and "
            f"{len(series) - cut} to judge against; each needs at least 10."
        )
    if not data.prepare:
        training, reference = series.between(0, cut), series.between(cut, len(series))
        return Source(training, reference, training, None)
    # All at once, so that what is judged against goes on where the training data end.
    preparations, fitted = Preparations.fit(data.prepare, as_recordings(series[:cut]))
    ready = fitted.only
    whole = preparations.forward(series)
    after = int(torch.searchsorted(whole.t, series.t[cut - 1], right=True))
    if min(len(ready), len(whole) - after) < 10:
        raise DataError(
            f"data.prepare leaves {len(ready)} samples to learn from and {len(whole) - after} "
            "to judge against; each needs at least 10."
        )
    training, reference = ready.between(0, len(ready)), whole.between(after, len(whole))
    return Source(training, reference, training, None, preparations)


def _reader(path: Path, form: str | Mapping[str, Any] | Component | None) -> Dataset:
    if form is not None:
        return datasets.get(form)
    readers = datasets.candidates(lambda reader: tuple(map(str, reader.suffixes)))
    suffix = path.suffix.lower()
    claims = [each for each in readers if suffix in each.answer]
    if readers and not path.is_file():
        # Where there is no such file every reader says so, with the nearest name.
        return readers[0].component
    if claims:
        return pick(claims, f"files that end in {suffix!r}", "data.format (or --format)")
    known = [ending for reader in readers for ending in reader.answer]
    raise DataError(
        f"{path} ends in {suffix or 'nothing'!r}; files are read that end in "
        f"{', '.join(known) or 'nothing, since no reader is installed'}.{near(suffix, known)} "
        "Rename it, or name its format in data.format (or --format)."
    )


def _with_noise(series: TimeSeries, noise: float, seed: int) -> TimeSeries:
    if not noise:
        return series
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(series.x.shape, generator=generator, dtype=torch.float64)
    x = series.x.double()
    return attrs.evolve(series, x=x + noise * x.std(-2, keepdim=True) * draw)
