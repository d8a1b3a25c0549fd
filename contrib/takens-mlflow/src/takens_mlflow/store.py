"""One run in an MLflow store."""

# MLflow leaves some of its types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs

if TYPE_CHECKING:
    from mlflow import MlflowClient

# What one call of log_batch may hold.
_METRICS: Final = 1000
_PARAMETERS: Final = 100
_DATABASES: Final = ("sqlite", "postgresql", "mysql", "mssql")
# MLflow asks a server that does not answer for minutes; a training is not to wait so long.
_PATIENCE: Final = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
# The loss is in every line of a history.
_ALWAYS: Final = "training/loss"


@final
@attrs.frozen(eq=False)
class Store:
    """An MLflow run and the client that reaches it."""

    client: MlflowClient
    run_id: str

    @classmethod
    def create(cls, uri: str, experiment: str, name: str, artefacts: str | None) -> Self:
        """Begin a run; its experiment is made where there is none."""
        with _calm():
            client = _client(uri)
            found = client.get_experiment_by_name(experiment)
            number = (
                found.experiment_id
                if found
                else client.create_experiment(experiment, artifact_location=artefacts)
            )
            return cls(client, client.create_run(number, run_name=name or None).info.run_id)

    @classmethod
    def find(cls, uri: str, run_id: str) -> Self | None:
        """Restore a run; None where the store does not have it, or no longer."""
        with _calm():
            from mlflow.exceptions import MlflowException

            client = _client(uri)
            try:
                run = client.get_run(run_id)
            except MlflowException as error:
                if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    return None
                raise
            return cls(client, run_id) if run.info.lifecycle_stage == "active" else None

    def status(self) -> str:
        """Return the status: ``RUNNING`` until the run was ended."""
        with _calm():
            return self.client.get_run(self.run_id).info.status

    def go_on(self, *, without: str) -> None:
        """Let a run that was ended run again, without a tag that is true no more."""
        with _calm():
            self.client.update_run(self.run_id, status="RUNNING")
            if without in self.client.get_run(self.run_id).data.tags:
                self.client.delete_tag(self.run_id, without)

    def last_step(self) -> int:
        """Return the last step of the training that is stored, or 0."""
        with _calm():
            stored = self.client.get_metric_history(self.run_id, _ALWAYS)
        return max((metric.step for metric in stored), default=0)

    def parameters(self, values: Mapping[str, Any]) -> None:
        """Store parameters; those that are there already cannot be changed, and are not."""
        with _calm():
            from mlflow.entities import Param

            there = self.client.get_run(self.run_id).data.params
            new = [Param(key, str(value)) for key, value in values.items() if key not in there]
            for some in _parts(new, _PARAMETERS):
                self.client.log_batch(self.run_id, params=some)

    def tags(self, values: Mapping[str, str]) -> None:
        """Store tags, in place of those of the same names."""
        with _calm():
            from mlflow.entities import RunTag

            self.client.log_batch(
                self.run_id, tags=[RunTag(key, value) for key, value in values.items()]
            )

    def metrics(self, lines: Iterable[tuple[int, float, Mapping[str, float]]]) -> None:
        """Store lines of numbers, each with its step and wall time, in few transactions."""
        with _calm():
            from mlflow.entities import Metric

            batch: list[Metric] = []
            for step, wall, values in lines:
                when = round(wall * 1000)
                line = [Metric(key, value, when, step) for key, value in values.items()]
                # A line is stored whole, so that the steps that are there can be counted.
                if batch and len(batch) + len(line) > _METRICS:
                    self.client.log_batch(self.run_id, metrics=batch)
                    batch = []
                batch += line
            for some in _parts(batch, _METRICS):
                self.client.log_batch(self.run_id, metrics=some)

    def latest(self) -> Mapping[str, float]:
        """Return the last value of every metric."""
        with _calm():
            return self.client.get_run(self.run_id).data.metrics

    def artefact(self, path: Path, folder: str | None = None) -> None:
        """Store a copy of a file."""
        with _calm():
            self.client.log_artifact(self.run_id, str(path), folder)

    def end(self, status: str) -> None:
        """End the run as ``FINISHED``, ``FAILED`` or ``KILLED``."""
        with _calm():
            self.client.set_terminated(self.run_id, status)


def default_uri() -> str:
    """Return the store that MLflow itself would take."""
    with _calm():
        import mlflow

        return mlflow.get_tracking_uri()


@contextlib.contextmanager
def _calm() -> Generator[None]:
    """Ask the store for an answer soon; tell nobody, and no warnings about its own insides."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    ours = [name for name in _PATIENCE if name not in os.environ]
    os.environ.update({name: _PATIENCE[name] for name in ours})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


def _client(uri: str) -> MlflowClient:
    from mlflow import MlflowClient

    if uri.partition(":")[0].partition("+")[0] in _DATABASES:
        _reach(uri)
    return MlflowClient(uri)


def _reach(uri: str) -> None:
    """Raise at once where a database cannot be reached; MLflow would try for minutes."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(uri)
    try:
        if engine.url.get_backend_name() == "sqlite" and engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine.connect().close()
    finally:
        engine.dispose()


def _parts(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
