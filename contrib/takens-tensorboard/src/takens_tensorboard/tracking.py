"""Which training goes into which log."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast, final

import attrs

import takens
from takens.tracking import hyperparameters, numbers, words
from takens_tensorboard.log import Log, has_logs, remove_logs


@final
@attrs.define(eq=False)
class Tracking:
    """One training, of a run with its ``folder`` or on its own, that goes into a log.

    ``zero`` is the wall time at which the training would have begun without interruptions.
    """

    directory: Path
    folder: Path | None = None
    configuration: str = ""
    figures: bool = True
    state: Literal["waiting", "training", "trained", "closed", "broken"] = "waiting"
    log: Log | None = None
    fit_id: str = ""
    last_step: int = 0
    zero: float = 0.0

    def begin(self, event: takens.plugin.FitStarted) -> None:
        """Open the log; after a resume it gets the history once more, and nothing twice."""
        # A run that was killed has lost the last seconds of its log, and not of its history.
        first = event.first_step
        records = _history(self.folder) if first else []
        if not first and self.folder in self.directory.parents:
            remove_logs(self.directory)
        new = not has_logs(self.directory)
        # What was logged of step 0, before the training, stays.
        self.log = Log.open(self.directory, from_step=first + 1 if first and not records else 1)
        self.state, self.fit_id = "training", event.fit_id
        if new or not first:
            self._describe(self.log, event)
        self.zero = time.time() - (records[-1]["seconds"] if records else 0.0)
        for record in records:
            self._add(self.log, record)

    def step(self, record: Mapping[str, Any]) -> None:
        """Log a line of the history."""
        if self.log is not None and self.state == "training":
            self._add(self.log, record)

    def trained(self, event: takens.plugin.FitFinished) -> None:
        """Bring the training to the disk; a run goes on with the judgement."""
        if self.log is None or self.state != "training":
            return
        self.state = "trained"
        if event.failed:
            self.broken(event.reason)
            return
        if event.reason:
            self.log.text("run/stopped", event.reason, event.steps)
        if self.folder is None:
            self.log.ended(well=True)
            self.close()
        else:
            self.log.flush()

    def broken(self, reason: str) -> None:
        """Say why a training, or a judgement, broke down, and close the log."""
        if self.log is not None and self.state in ("training", "trained"):
            self.log.text("run/stopped", reason, self.last_step)
            self.log.ended(well=False)
            self.close()

    def finish(self, event: takens.plugin.RunFinished) -> None:
        """Log what was found, and close the log."""
        if self.log is None or self.state != "trained":
            return
        results = event.results
        # A scheme that solves for the weights takes no steps that hooks hear of.
        for record in results.history:
            if record["step"] > self.last_step:
                self._add(self.log, record)
        step = self.last_step
        self.log.scalars(numbers.of_scores(results.scores), step)
        self.log.text("run/scores", words.of_scores(results.scores), step)
        self.log.text("run/verdict", words.of_verdict(results), step)
        if self.figures:
            for path in sorted((event.folder / "figures").glob("*.png")):
                self.log.image(f"figures/{path.stem}", path.read_bytes(), step)
        self.log.ended(well=True)
        self.close()

    def close(self) -> None:
        """Write no more."""
        self.state = "closed"
        if self.log is not None:
            self.log.close()

    def _add(self, log: Log, record: Mapping[str, Any]) -> None:
        self.last_step = int(record["step"])
        log.scalars(numbers.of_record(record), self.last_step, self.zero + record["seconds"])

    def _describe(self, log: Log, event: takens.plugin.FitStarted) -> None:
        toml = self.configuration
        settings = (
            hyperparameters.of_configuration(toml)
            if toml
            else hyperparameters.of_training(event)
        )
        log.hyperparameters(settings, self.folder.name if self.folder else "")
        if toml:
            indented = "".join(f"    {line}\n" for line in toml.splitlines())
            log.text("run/configuration", indented, 0)
        charts = {"divergence and its floor": "free_runs/divergence.*"}
        if event.training.members > 1:
            charts["loss of each member"] = "member_loss/.*"
        log.charts(charts)
        log.flush()


class _Local(threading.local):
    """What is logged in this thread besides runs that ask for it: a block of ``log_to``."""

    block: Tracking | None = None


_here: Final = _Local()
# Runs that ask for a log, by their id.
_runs: Final[dict[str, Tracking]] = {}
Event: TypeAlias = (
    takens.plugin.FitStarted
    | takens.plugin.StepLogged
    | takens.plugin.FitFinished
    | takens.plugin.RunFinished
    | takens.plugin.RunFailed
)


@contextlib.contextmanager
def log_to(directory: str | Path) -> Generator[None]:
    """Log the training that ``takens.fit`` does in this block.

    A ``takens.run`` whose configuration has no table ``[plugins.tensorboard]`` is logged as
    well, with its scores.
    """
    outer = _here.block
    _here.block = inner = Tracking(Path(directory))
    try:
        yield
    finally:
        _here.block = outer
        if inner.log is not None and inner.state != "closed":
            inner.close()


def run_started(event: takens.plugin.RunStarted) -> None:
    """See whether the run's configuration asks for a log."""
    settings = event.settings.get("tensorboard")
    if settings is not None and settings["enabled"]:
        above = settings["log_directory"]
        directory = Path(above) / event.folder.resolve().name if above else None
        _runs[event.run_id] = Tracking(
            directory or event.folder / "tensorboard",
            event.folder,
            event.configuration,
            settings["figures"],
        )
    elif _here.block is not None and _here.block.state == "waiting":
        _here.block.folder, _here.block.configuration = event.folder, event.configuration


def fit_started(event: takens.plugin.FitStarted) -> None:
    """Open the log of what is asked for."""
    with _reporting(event) as tracking:
        if tracking is None or tracking.state in ("training", "trained", "broken"):
            return
        if tracking.state == "closed":
            raise takens.TakensError(
                "a block of log_to logs one training, and this is another one in it; give it "
                "a block of its own"
            )
        tracking.begin(event)


def step_logged(event: takens.plugin.StepLogged) -> None:
    """Log a line of the history."""
    with _reporting(event) as tracking:
        if tracking is not None and tracking.fit_id == event.fit_id:
            tracking.step(event.record)


def fit_finished(event: takens.plugin.FitFinished) -> None:
    """Bring the training to the disk."""
    with _reporting(event) as tracking:
        if tracking is not None and tracking.fit_id == event.fit_id:
            tracking.trained(event)


def run_finished(event: takens.plugin.RunFinished) -> None:
    """Log what was found."""
    with _reporting(event) as tracking:
        if tracking is not None:
            tracking.finish(event)


def run_failed(event: takens.plugin.RunFailed) -> None:
    """Log why a run broke down."""
    with _reporting(event) as tracking:
        if tracking is not None:
            tracking.broken(event.error)


@contextlib.contextmanager
def _reporting(event: Event) -> Generator[Tracking | None]:
    """Return what logs an event; after a failure it is logged no more, and said once."""
    tracking = _runs.get(event.run_id) or _here.block
    try:
        yield tracking
    except OSError as error:
        if tracking is None:
            raise
        tracking.state, tracking.log = "broken", None
        raise takens.TakensError(
            f"the log in {tracking.directory} cannot be written ({error.strerror or error}); "
            "the training goes on without it"
        ) from error
    finally:
        if isinstance(event, (takens.plugin.RunFinished, takens.plugin.RunFailed)):
            _runs.pop(event.run_id, None)


def _history(folder: Path | None) -> list[dict[str, Any]]:
    """Read what an earlier part of the run has left, cut to what is still true."""
    path = folder and folder / "history.jsonl"
    if path is None or not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [cast("dict[str, Any]", json.loads(line)) for line in lines]
