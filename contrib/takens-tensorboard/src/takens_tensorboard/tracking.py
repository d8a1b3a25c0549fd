"""Which training goes into which log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Final, final

import attrs

import takens
from takens.tracking import hyperparameters, numbers, words
from takens.tracking.trackers import Event, State, Trackers
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
    state: State = "waiting"
    log: Log | None = None
    fit_id: str = ""
    last_step: int = 0
    zero: float = 0.0

    def begin(self, event: takens.plugin.FitStarted) -> None:
        """Open the log; after a resume it gets the history once more, and nothing twice."""
        # A run that was killed has lost the last seconds of its log, and not of its history.
        first = event.first_step
        records = numbers.stored(self.folder) if first else []
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

    def failure(self, error: Exception, event: Event) -> str | None:
        """Say why the log cannot be written; it is not tried again."""
        if not isinstance(error, OSError):
            return None
        self.state, self.log = "broken", None
        return (
            f"the log in {self.directory} cannot be written ({error.strerror or error}); the "
            "training goes on without it"
        )

    def close(self) -> None:
        """Write no more."""
        self.state = "closed"
        if self.log is not None:
            self.log.close()

    def _add(self, log: Log, record: Mapping[str, Any]) -> None:
        self.last_step = int(record["step"])
        log.scalars(numbers.of_record(record), self.last_step, self.zero + record["seconds"])

    def _describe(self, log: Log, event: takens.plugin.FitStarted) -> None:
        settings = hyperparameters.of_fit(event, self.configuration)
        log.hyperparameters(settings, self.folder.name if self.folder else "")
        if self.configuration:
            lines = self.configuration.splitlines()
            indented = "".join(f"    {line}\n" for line in lines)
            log.text("run/configuration", indented, 0)
        charts = {"divergence and its floor": "free_runs/divergence.*"}
        if event.training.members > 1:
            charts["loss of each member"] = "member_loss/.*"
        log.charts(charts)
        log.flush()


def _of_run(event: takens.plugin.RunStarted, settings: Mapping[str, Any]) -> Tracking:
    above, folder = settings["log_directory"], event.folder
    directory = Path(above) / folder.resolve().name if above else folder / "tensorboard"
    return Tracking(directory, folder, event.configuration, settings["figures"])


TRACKERS: Final = Trackers("tensorboard", _of_run)


@contextlib.contextmanager
def log_to(directory: str | Path) -> Generator[None]:
    """Log the training that ``takens.fit`` does in this block.

    A ``takens.run`` whose configuration has no table ``[plugins.tensorboard]`` is logged as
    well, with its scores.
    """
    tracking = Tracking(Path(directory))
    try:
        with TRACKERS.block(tracking):
            yield
    finally:
        if tracking.log is not None and tracking.state != "closed":
            tracking.close()
