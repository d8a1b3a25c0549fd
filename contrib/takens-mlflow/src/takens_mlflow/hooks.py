"""Which training goes into which MLflow run."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Generator
from typing import Final, TypeAlias

import takens
from takens_mlflow.tracking import Tracking, beside


class _Local(threading.local):
    """What is tracked in this thread besides runs that ask for it: a block of ``track``."""

    block: Tracking | None = None


_here: Final = _Local()
# Runs that ask for tracking, by their id.
_runs: Final[dict[str, Tracking]] = {}
Event: TypeAlias = (
    takens.plugin.FitStarted
    | takens.plugin.StepLogged
    | takens.plugin.FitFinished
    | takens.plugin.RunFinished
    | takens.plugin.RunFailed
)


@contextlib.contextmanager
def track(
    *,
    tracking_uri: str = "",
    experiment: str = "takens",
    run_name: str = "",
    run_id: str = "",
) -> Generator[Tracking]:
    """Track the training that ``takens.fit`` does in this block.

    The store is MLflow's own choice where none is named. With ``run_id``, as that of
    ``mlflow.start_run()``, the training goes into that run, which is not ended. A
    ``takens.run`` whose configuration has no table ``[plugins.mlflow]`` is tracked as well,
    with its scores. ``run_id`` of what the block is given is that of the MLflow run.
    """
    outer = _here.block
    _here.block = inner = Tracking(tracking_uri, experiment, run_name, run_id)
    try:
        yield inner
    finally:
        _here.block = outer
        _give_up(inner)


def run_started(event: takens.plugin.RunStarted) -> None:
    """See whether the run's configuration asks for tracking."""
    settings = event.settings.get("mlflow")
    if settings is not None and settings["enabled"]:
        _runs[event.run_id] = Tracking(
            settings["tracking_uri"]
            or os.environ.get("MLFLOW_TRACKING_URI", "")
            or beside(event.folder),
            settings["experiment"],
            settings["run_name"],
            folder=event.folder,
            configuration=event.configuration,
            artefacts=settings["artefacts"],
        )
    elif _here.block is not None and _here.block.state == "waiting":
        _here.block.folder, _here.block.configuration = event.folder, event.configuration


def fit_started(event: takens.plugin.FitStarted) -> None:
    """Begin an MLflow run for what is asked for, or go on with one."""
    with _reporting(event, _UNDISTURBED) as it:
        if it is None or it.state in ("training", "trained"):
            return
        if it.state == "closed":
            raise takens.InputError("a block of track holds one training, and this is another")
        it.begin(event)


def step_logged(event: takens.plugin.StepLogged) -> None:
    """Track a line of the history."""
    with _reporting(event, _UNDISTURBED) as it:
        if it is not None and it.fit_id == event.fit_id:
            it.step(event.record)


def fit_finished(event: takens.plugin.FitFinished) -> None:
    """Store the history."""
    with _reporting(event, "the training itself is not touched by this") as it:
        if it is not None and it.fit_id == event.fit_id:
            it.trained(event)


def run_finished(event: takens.plugin.RunFinished) -> None:
    """Store what was found."""
    with _reporting(event, "everything is in the run folder") as it:
        if it is not None:
            it.finish(event)


def run_failed(event: takens.plugin.RunFailed) -> None:
    """End the MLflow run of a run that broke down."""
    with _reporting(event, "what there is of the run is in its folder") as it:
        if it is not None:
            it.broken(event.error)


_UNDISTURBED: Final = "the training goes on, and is stored when it ends, if it can be"


@contextlib.contextmanager
def _reporting(event: Event, consolation: str) -> Generator[Tracking | None]:
    """Return what tracks an event; say in a sentence where its store cannot be used."""
    tracking = _runs.get(event.run_id) or _here.block
    try:
        yield tracking
    except Exception as error:
        if tracking is None:
            raise
        tracking.failed = True
        where = re.sub("://[^@/]*@", "://", tracking.uri)
        why = " ".join(str(_origin(error)).split()) or type(error).__name__
        raise takens.TakensError(
            f"the MLflow store {where} cannot be used ({why.rstrip('.')}); {consolation}"
        ) from error
    finally:
        if isinstance(event, (takens.plugin.RunFinished, takens.plugin.RunFailed)):
            _runs.pop(event.run_id, None)


def _origin(error: BaseException) -> BaseException:
    """Return what went wrong first; what others wrapped around it is long."""
    inner = error.__cause__ or error.__context__
    # Of a key that is missing, only who looked for it can say what that means.
    if inner is None or isinstance(inner, KeyError):
        return error
    return _origin(inner)


def _give_up(tracking: Tracking) -> None:
    """End the MLflow run of a block whose training was not heard of to the end."""
    if tracking.state in ("training", "trained") and not tracking.failed:
        # Whoever broke down has said so; nothing is to hide that.
        with contextlib.suppress(Exception):
            tracking.end("FAILED")
