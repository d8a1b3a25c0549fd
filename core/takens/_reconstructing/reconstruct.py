"""From data to a verdict, with all that is chosen in between."""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
import tomllib
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import attrs

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_recordings
from takens._defaults import SEARCH
from takens._examining.examination import Examination
from takens._examining.examine import examine
from takens._files import cannot_write, path_of, write_whole
from takens._lock import locked
from takens._plugins.choice import Component
from takens._plugins.isolation import isolated
from takens._plugins.registry import recipes, searches
from takens._protocols.recipe import Proposal
from takens._protocols.search import Search, Trial
from takens._reconstructing.budget import seconds_of
from takens._reconstructing.forecast import forecast_of
from takens._reconstructing.looking import refuse_hopeless
from takens._reconstructing.page import page_of
from takens._reconstructing.reconstruction import Reconstruction
from takens._reconstructing.searching import Candidates
from takens._reconstructing.trial import updates_per_second
from takens._run.configuration import Configuration, Data
from takens._run.job import run
from takens._run.reading import read_configuration, structure, to_toml
from takens._run.resolution import resolve
from takens._run.sources import Source, find_series
from takens._secrets import blanked
from takens.errors import DataError, InputError

# Of the budget: how much goes to candidates, and of what is then left, how much to training.
_SEARCH: Final = 0.4
_TRAINING: Final = 0.5
_MOST_UPDATES: Final = 20_000
_FEWEST_UPDATES: Final = 200
_NOISY: Final = 0.02
_REPORT: Final = "report.json"
_DATA: Final = "data.parquet"


@arguments(Data)
@isolated
def reconstruct(
    data: SeriesLike | str | Path | Sequence[str],
    out: str | Path,
    *,
    budget: float | str = "5min",
    seed: int = 0,
    search: Any = SEARCH,
    recipe: Sequence[Any] | None = None,
    jobs: int | None = None,
    progress: bool = False,
    say: Callable[[str], None] = lambda line: None,
    **reading: Any,
) -> Reconstruction:
    """Look at data, choose how to learn them, learn, judge, and write a report.

    The data may be a file, several, a pattern or a folder, read as the keywords say which
    ``[data]`` of a configuration has (``columns``, ``time``, ``dt``, ``split``, ...); or
    anything that ``takens.fit`` takes. About so long as the ``budget`` says, candidates by
    each ``recipe`` (all that are installed by default) are tried in ``jobs`` processes, the
    ``search`` choosing among them by free runs and forecasts of a part of what is learned
    from; the best is then trained on all of it, and judged on what no one has seen.

    The same call again goes on with what was interrupted. The folder ``out`` holds the
    candidates in ``search``, the configuration that ``takens.run`` repeats in ``config.toml``,
    the run in ``run``, and ``report.html`` and ``report.json``.

    Raises: DataError for data that nothing can be learned from; InputError for what cannot be
    used.
    """
    began = time.perf_counter()
    seconds, folder, jobs = seconds_of(budget), path_of(out), jobs or _cores()
    chooser = searches.get(search)
    with _own(folder), locked(folder):
        asked = _asked(folder, data, reading)
        base, source = _read(asked, seed, say)
        say(f"Looking at {source_size(source)}.")
        found = examine(source.training, seed=seed)
        refuse_hopeless(found)
        say(found.verdict)
        data_table, source, ready = _prepared(base, source, found, seed)
        tables, reasons = _proposals(recipe, ready, data_table, found, seed)
        _same_as_before(folder, tables)
        left = seconds - (time.perf_counter() - began)
        candidates = Candidates(folder / "search", tuple(tables))
        candidates.write({name: to_toml(resolve(_candidate(t))) for name, t in tables.items()})
        _search(candidates, chooser, max(left, 1.0) * _SEARCH, jobs, say)
        chosen = candidates.best()
        say(f"The best is {chosen}; learning from all that may be learned from.")
        left = seconds - (time.perf_counter() - began)
        configuration = _final(folder, tables[chosen], source, max(left, 1.0) * _TRAINING)
        done = run(configuration, folder / "run", resume=True, progress=progress, say=say)
        told = forecast_of(done.fit.members, source)
        made = Reconstruction(
            folder,
            found,
            {
                **{name: {"reason": why} for name, why in reasons.items()},
                **candidates.results(),
            },
            chosen,
            done,
            told,
            time.perf_counter() - began,
        )
        _write(made)
        return made


@contextlib.contextmanager
def _own(folder: Path) -> Generator[None]:
    """Make the folder; take it away again where it is refused what was to be put into it."""
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    except InputError:
        if new and not (folder / "search").exists():
            (folder / _DATA).unlink(missing_ok=True)
            folder.rmdir()
        raise


def source_size(source: Source) -> str:
    """Say how much there is to learn from, and to judge against."""
    learned = as_recordings(source.training)
    return (
        f"{sum(map(len, learned)):,} samples of {', '.join(learned.columns)}; "
        f"{len(source.reference):,} more are held out"
    )


def _cores() -> int:
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )


def _asked(folder: Path, data: Any, reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table ``[data]``; what is in memory is written to the folder first."""
    given = {key: value for key, value in reading.items() if value is not None}
    if isinstance(data, (str, Path)):
        return {"file": str(Path(data).absolute()), **given}
    listed = cast("Sequence[Any]", data) if isinstance(data, Sequence) else ()
    if listed and all(isinstance(one, (str, Path)) for one in listed):
        return {"file": [str(Path(one).absolute()) for one in listed], **given}
    whole, buffer = as_recordings(cast("SeriesLike", data)), io.BytesIO()
    frame = whole.to_polars() if len(whole) > 1 else whole.only.to_polars()
    frame.write_parquet(buffer)
    path = folder / _DATA
    write_whole(path, buffer.getvalue())
    several = {"id": "recording"} if len(whole) > 1 else {}
    clock = frame.columns[1 if several else 0]
    inputs = whole.series[0].inputs
    drives = {"inputs": [*inputs.columns]} if inputs is not None else {}
    return {"file": str(path.absolute()), "time": clock, **several, **drives, **given}


def _read(
    asked: Mapping[str, Any], seed: int, say: Callable[[str], None]
) -> tuple[dict[str, Any], Source]:
    """Read the data, or count samples where nothing is known of their times."""
    table = dict(asked)
    if table.keys() & {"time", "dt", "rate"}:
        return table, find_series(Data(**table), seed)
    with contextlib.suppress(DataError):
        return table, find_series(Data(**table), seed)
    table["dt"] = 1.0
    source = find_series(Data(**table), seed)
    say("Times are not known and counted in samples; give dt, rate or time.")
    return table, source


def _prepared(
    base: Mapping[str, Any], source: Source, found: Examination, seed: int
) -> tuple[dict[str, Any], Source, Examination]:
    """Prepare the data as their examination advises; examine what they became."""
    table = dict(base)
    if not found.prepare or "prepare" in table:
        return table, source, found
    advised = tomllib.loads(found.prepare)["data"]["prepare"]
    table["prepare"] = [Component.of(each) for each in advised]
    source = find_series(Data(**table), seed)
    return table, source, examine(source.training, surrogates=0, seed=seed)


def _proposals(
    given: Sequence[Any] | None,
    ready: Examination,
    data: Mapping[str, Any],
    found: Examination,
    seed: int,
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Ask the recipes; return a configuration for each candidate, and why others are none."""
    asked: dict[str, Any] = {}
    if given is None:
        every = recipes.candidates(lambda recipe: recipe.propose(ready))
        asked = {one.name: one.answer for one in every}
    else:
        for one in given:
            named = Component.of(one)
            asked[named.label or named.name] = recipes.get(named).propose(ready)
    noise = max((v.noise or 0.0 for v in found.variables), default=0.0)
    judge = {"noise": "estimate"} if noise > _NOISY else {}
    tables: dict[str, dict[str, Any]] = {}
    reasons: dict[str, str] = {}
    for name, answer in asked.items():
        if isinstance(answer, Proposal):
            table = {"data": data, "seed": seed, "judge": judge, **answer.settings}
            tables[name.replace(":", ".")] = table
        else:
            reasons[name] = answer.reason
    if not tables:
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        raise InputError(f"No recipe is for these data. {told}")
    return tables, reasons


def _structured(table: Mapping[str, Any]) -> Configuration:
    data = {
        key: [one.table for one in value] if key == "prepare" else value
        for key, value in table["data"].items()
    }
    return structure({**table, "data": data}, "the recipe")


def _candidate(table: Mapping[str, Any]) -> Configuration:
    """Return the configuration of a trial: one model, on one core."""
    training = {**table.get("training", {}), "members": 1}
    return _structured({**table, "training": training, "device": "cpu"})


def _search(
    candidates: Candidates,
    chooser: Search,
    seconds: float,
    jobs: int,
    say: Callable[[str], None],
) -> None:
    say(f"Trying {', '.join(candidates.names)}, in {jobs} processes.")

    def tell(trial: Trial) -> None:
        name, score = trial.request.candidate, trial.score
        why = candidates.results().get(name, {}).get("reason", "")
        say(f"{name}: {f'failed ({why})' if score is None else f'score {score:.3g}'}")

    candidates.search(chooser, seconds, jobs, tell)


def _final(
    folder: Path, table: Mapping[str, Any], source: Source, seconds: float
) -> Configuration:
    """Return what is learned in the end, with as many updates as there is time for.

    It is written down before it begins, so that it is the same when it goes on.
    """
    path = folder / "config.toml"
    if path.exists():
        return read_configuration(path)
    configuration = resolve(_structured(table))
    speed = updates_per_second(configuration, source)
    if speed is not None:
        updates = int(float(f"{speed * seconds:.1e}"))
        training = attrs.evolve(
            configuration.training,
            steps=min(max(updates, _FEWEST_UPDATES), _MOST_UPDATES),
        )
        configuration = attrs.evolve(configuration, training=training)
    write_whole(path, to_toml(configuration))
    return configuration


def _same_as_before(folder: Path, tables: Mapping[str, Any]) -> None:
    """Refuse to go on with other data or candidates than those that the folder holds."""
    path = folder / "search" / "asked.json"
    asked = json.dumps(tables, default=repr, indent=2)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, asked)
    elif path.read_text() != asked:
        raise InputError(
            f"{folder} holds a reconstruction of other data or by other settings; give the "
            "same to go on with it, or another folder."
        )


def _write(made: Reconstruction) -> None:
    told = made.forecast
    table = {
        "format": 1,
        "verdict": made.verdict.sentence,
        "examination": made.examination.to_json(),
        "candidates": made.candidates,
        "chosen": made.chosen,
        "run": "run",
        "forecast": None if told is None else told.to_json(),
        "seconds": round(made.seconds, 1),
    }
    write_whole(made.folder / _REPORT, blanked(json.dumps(table, indent=2, default=str)))
    write_whole(made.folder / "report.html", blanked(page_of(made)))
