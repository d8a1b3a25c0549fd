"""One trial of a candidate: training for some time, then a score.

Run as a process of its own, ``python -m takens._reconstructing.trial FOLDER SECONDS``, so that
trials use several cores and none can take another with it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import torch

from takens._defaults import SEARCH_METRICS
from takens._files import write_whole
from takens._judging.evaluate import evaluate
from takens._judging.noise import as_learned
from takens._plugins.guard import in_words
from takens._plugins.registry import schemes
from takens._protocols.scheme import DirectScheme
from takens._reconstructing.scoring import badness
from takens._run.configuration import Configuration
from takens._run.reading import read_configuration
from takens._run.resolution import resolve
from takens._run.sources import Source, find_series, held_back
from takens._threads import threads_for
from takens._training.fit import train
from takens._training.models import model_for, sized
from takens._training.preparation import Prepared, prepare
from takens._training.result import Fit
from takens._training.updates import Updates
from takens.errors import TakensError

# Of what is learned from, the last part is held back from candidates and scores them.
HELD_BACK: Final = 0.2
RESULT: Final = "trial.json"
_PROBE: Final = 40
_LATE: Final = 20_000
_RUNS: Final = 4
_ROUND: Final = 20
_WATCHED: Final = 0.5


def updates_per_second(configuration: Configuration, source: Source) -> float | None:
    """Return how fast a configuration is trained, or None where it is solved for at once.

    Updates late in a training are timed, since schemes may begin with cheaper ones.
    """
    training = attrs.evolve(configuration.training, steps=_LATE, rounds=1, check_every=0)
    if training.learning_rate == "auto":
        training = attrs.evolve(training, learning_rate=training.final_learning_rate)
    ready = _ready(attrs.evolve(configuration, training=training), source)
    if isinstance(ready.scheme, DirectScheme):
        return None
    updates = Updates.begin(ready, configuration.seed)
    threads = threads_for(training.batch * updates.weights.values.numel())
    began = time.perf_counter()
    with torch.enable_grad(), threads:
        try:
            for step in range(_LATE - _PROBE, _LATE):
                # The first updates wait for the compiler.
                if step == _LATE - _PROBE // 2:
                    began = time.perf_counter()
                updates.make(step)
        finally:
            updates.weights.release()
    return (_PROBE // 2) / max(time.perf_counter() - began, 1e-6)


def run_trial(folder: Path, seconds: float) -> None:
    """Train the candidate of a folder for so long, and write what became of it.

    A trial that was interrupted goes on from its checkpoint; one more of the same candidate
    goes on from where the last one ended.
    """
    result = folder / RESULT
    known: Mapping[str, Any] = json.loads(result.read_text()) if result.exists() else {}
    began = time.perf_counter()
    found: dict[str, Any]
    try:
        found = _tried(folder, seconds, known)
    except TakensError as error:
        found = {"score": None, "reason": in_words(error)}
    found["seconds"] = time.perf_counter() - began
    write_whole(result, json.dumps(dict(known) | found, indent=2))


def _tried(folder: Path, seconds: float, known: Mapping[str, Any]) -> dict[str, Any]:
    configuration = resolve(read_configuration(folder / "config.toml"))
    source = held_back(find_series(configuration.data, configuration.seed), HELD_BACK)
    if "updates_per_second" in known:
        speed = known["updates_per_second"]
    else:
        speed = updates_per_second(configuration, source)
    if speed is None:
        if "score" in known:
            return {}
        found: dict[str, Any] = {"updates_per_second": None}
    else:
        more = max(_PROBE, round(seconds * speed / _ROUND) * _ROUND)
        steps = int(known.get("updates", 0)) + more
        training = attrs.evolve(configuration.training, steps=steps)
        configuration = attrs.evolve(configuration, training=training)
        found = {"updates_per_second": speed, "updates": steps}
    ready = _ready(configuration, source)
    begun = speed is not None and (folder / "checkpoint.pt").exists()
    fit = train(ready, seed=configuration.seed, folder=folder, resume=begun, progress=False)
    return found | _scored(configuration, source, fit)


def _ready(configuration: Configuration, source: Source) -> Prepared:
    choice, reasons = sized(source.training, configuration.model)
    model = model_for(source.training, choice, seed=configuration.seed)
    return prepare(
        model,
        source.training,
        schemes.get(configuration.scheme),
        configuration.training,
        configuration.device,
        source.preparations,
        reasons,
    )


def _scored(configuration: Configuration, source: Source, fit: Fit) -> dict[str, Any]:
    scores = evaluate(
        fit.model.unprepared(),
        source.reference,
        SEARCH_METRICS,
        second=source.second,
        runs=_RUNS,
        context=configuration.judge.context,
        noise=as_learned(configuration.judge.noise, fit.details),
        seed=configuration.seed,
    )
    each = {name: score.value for name, score in scores.items()}
    return {"score": badness(scores), "scores": each, "reason": ""}


def _end_with(parent: int) -> None:
    """End this process with the one that has started it, however that ends."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCHED)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    _end_with(os.getppid())
    run_trial(Path(sys.argv[1]), float(sys.argv[2]))
