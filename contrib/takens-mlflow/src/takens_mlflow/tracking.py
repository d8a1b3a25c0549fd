"""One training that becomes an MLflow run."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, final

import attrs

import takens
from takens.tracking import hyperparameters, numbers, words
from takens.tracking.trackers import Event, State
from takens_mlflow.store import Store, default_uri

# One transaction stores everything since the one before it.
_SECONDS: Final = 10.0
_LINES: Final = 500
_REMEMBERED: Final = "mlflow.json"
_STOPPED: Final = "takens.stopped"
_CONSOLATIONS: Final[Mapping[type[Any], str]] = {
    takens.plugin.FitFinished: "the training itself is not touched by this",
    takens.plugin.RunFinished: "everything is in the run folder",
    takens.plugin.RunFailed: "what there is of the run is in its folder",
}
_UNDISTURBED: Final = "the training goes on, and is stored when it ends, if it can be"
_ARTEFACTS: Final = (
    "config.toml",
    "report.html",
    "metrics.json",
    "history.jsonl",
    "checkpoint.pt",
)


@final
@attrs.define(eq=False)
class Tracking:
    """One training, of a run with its ``folder`` or on its own.

    With a ``run_id``, it goes into that run, which somebody else ends. ``zero`` is the wall
    time at which the training would have begun without interruptions. While ``failed``, lines
    are kept until the end of the training, and the store is left alone.
    """

    uri: str = ""
    experiment: str = "takens"
    run_name: str = ""
    run_id: str = ""
    folder: Path | None = None
    configuration: str = ""
    artefacts: bool = True
    state: State = "waiting"
    store: Store | None = None
    failed: bool = False
    fit_id: str = ""
    _ours: bool = True
    _parameters: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    _tags: dict[str, str] = attrs.field(factory=dict[str, str])
    _lines: list[tuple[int, float, Mapping[str, float]]] = attrs.field(factory=list[Any])
    _last: int = 0
    _first: int = 0
    _zero: float = 0.0
    _stored: int = 0
    _stored_at: float = 0.0

    def begin(self, event: takens.plugin.FitStarted) -> None:
        """Begin an MLflow run; after a resume, go on with the one of before."""
        self.state, self.fit_id = "training", event.fit_id
        self._ours = not self.run_id
        self._first = event.first_step
        self._parameters = hyperparameters.of_fit(event, self.configuration)
        self._tags = {
            "takens.version": version("takens"),
            "takens.seed": str(event.seed),
            "takens.device": str(event.placement.device),
        }
        if self.folder is not None:
            self._tags["takens.folder"] = str(self.folder.resolve())
        records = numbers.stored(self.folder) if self._first else []
        self._zero = time.time() - (records[-1]["seconds"] if records else 0.0)
        for record in records:
            self._keep(record)
        self._reach()

    def step(self, record: Mapping[str, Any]) -> None:
        """Keep a line of the history, and store what was kept when it is time."""
        if self.state != "training":
            return
        self._keep(record)
        late = time.monotonic() - self._stored_at > _SECONDS
        if not self.failed and (late or len(self._lines) >= _LINES):
            self._write()

    def trained(self, event: takens.plugin.FitFinished) -> None:
        """Store what was kept; a run goes on with the judgement, unless it failed."""
        if self.state != "training":
            return
        self.state = "trained"
        if event.failed:
            self.broken(event.reason)
            return
        if event.reason:
            self._tags[_STOPPED] = event.reason
        if self.folder is None:
            self.end("FINISHED")
        elif not self.failed:
            self._write()

    def broken(self, reason: str) -> None:
        """End the MLflow run of a training, or a judgement, that broke down."""
        if self.state in ("training", "trained"):
            self._tags[_STOPPED] = reason
            self.end("KILLED" if reason == "KeyboardInterrupt" else "FAILED")

    def failure(self, error: Exception, event: Event) -> str:
        """Say why the store cannot be used, and what there is all the same."""
        self.failed = True
        where = re.sub("://[^@/]*@", "://", self.uri)
        why = " ".join(str(_origin(error)).split()) or type(error).__name__
        consolation = _CONSOLATIONS.get(type(event), _UNDISTURBED)
        return f"the MLflow store {where} cannot be used ({why.rstrip('.')}); {consolation}"

    def finish(self, event: takens.plugin.RunFinished) -> None:
        """Store what was found, and end the MLflow run."""
        if self.state != "trained":
            return
        results = event.results
        found = results.verdict
        # A scheme that solves for the weights takes no steps that hooks hear of.
        for record in results.history:
            if record["step"] > self._last:
                self._keep(record)
        self._tags |= {
            "takens.verdict": found.sentence,
            "mlflow.note.content": f"{words.of_verdict(results)}\n\n"
            + words.of_scores(results.scores),
        }
        if found.right is not None:
            self._tags["takens.right"] = str(found.right).lower()
        if results.remarks:
            self._tags["takens.remarks"] = " ".join(results.remarks)
        scores = numbers.of_scores(results.scores)
        self.end("FINISHED", scores)

    def end(self, status: str, scores: Mapping[str, float] | None = None) -> None:
        """Store what has not been stored, scores and files, and end the MLflow run."""
        self.state = "closed"
        store = self.store or self._reach()
        self._write()
        store.tags(self._tags)
        there = store.latest()
        # A run that is resumed when it is done finds what it found before.
        new = {key: n for key, n in (scores or {}).items() if there.get(key) != n}
        store.metrics([(self._last, time.time(), new)])
        if self.artefacts and self.folder is not None:
            for name in _ARTEFACTS:
                if (self.folder / name).is_file():
                    store.artefact(self.folder / name)
            for path in sorted((self.folder / "figures").glob("*.png")):
                store.artefact(path, "figures")
        if self._ours:
            store.end(status)

    def _keep(self, record: Mapping[str, Any]) -> None:
        self._last = int(record["step"])
        when = self._zero + record["seconds"]
        self._lines.append((self._last, when, numbers.of_record(record)))

    def _write(self) -> None:
        store = self.store or self._reach()
        if self.failed:
            # Some of it may have been stored before the store failed.
            self._stored = store.last_step()
        store.metrics(line for line in self._lines if line[0] > self._stored)
        self._lines.clear()
        self._stored_at = time.monotonic()
        self.failed = False

    def _reach(self) -> Store:
        """Begin the MLflow run, or go on with the one of before."""
        self.uri = self.uri or default_uri()
        store = self._earlier() or self._new()
        self._stored = store.last_step() if self._first else 0
        store.parameters(self._parameters)
        store.tags(self._tags)
        if self.folder is not None:
            (self.folder / _REMEMBERED).write_text(json.dumps({"run_id": store.run_id}) + "\n")
        self.store, self.run_id = store, store.run_id
        self._stored_at = time.monotonic()
        return store

    def _new(self) -> Store:
        folder = self.folder and self.folder.resolve()
        artefacts = None
        if folder is not None and self.uri == beside(folder):
            artefacts = (folder.parent / "mlartifacts").as_uri()
        name = self.run_name or (folder.name if folder else "")
        return Store.create(self.uri, self.experiment, name, artefacts)

    def _earlier(self) -> Store | None:
        """Find the MLflow run to go on with; end one that was killed and is replaced."""
        if self.run_id:
            store = Store.find(self.uri, self.run_id)
            if store is None:
                raise takens.InputError(f"there is no run {self.run_id}")
            return store
        path = self.folder and self.folder / _REMEMBERED
        if path is None or not path.is_file():
            return None
        store = Store.find(self.uri, str(json.loads(path.read_text())["run_id"]))
        if store is not None and not self._first:
            if store.status() == "RUNNING":
                store.end("KILLED")
            return None
        if store is not None:
            store.go_on(without=_STOPPED)
        return store


def beside(folder: Path) -> str:
    """Return the store beside a run folder."""
    return f"sqlite:///{(folder.resolve().parent / 'mlflow.db').as_posix()}"


def _origin(error: BaseException) -> BaseException:
    """Return what went wrong first; what others wrapped around it is long."""
    inner = error.__cause__ or error.__context__
    # Of a key that is missing, only who looked for it can say what that means.
    if inner is None or isinstance(inner, KeyError):
        return error
    return _origin(inner)
