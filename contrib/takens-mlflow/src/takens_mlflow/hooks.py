"""Which training goes into which MLflow run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Mapping
from typing import Any, Final

import takens
from takens.tracking.trackers import Trackers
from takens_mlflow.tracking import Tracking, beside


def _of_run(event: takens.plugin.RunStarted, settings: Mapping[str, Any]) -> Tracking:
    uri = settings["tracking_uri"] or os.environ.get("MLFLOW_TRACKING_URI", "")
    return Tracking(
        uri or beside(event.folder),
        settings["experiment"],
        settings["run_name"],
        folder=event.folder,
        configuration=event.configuration,
        artefacts=settings["artefacts"],
    )


TRACKERS: Final = Trackers("mlflow", _of_run)


@contextlib.contextmanager
def track(
    *, tracking_uri: str = "", experiment: str = "takens", run_name: str = "", run_id: str = ""
) -> Generator[Tracking]:
    """Track the training that ``takens.fit`` does in this block.

    The store is MLflow's own choice where none is named. With ``run_id``, as that of
    ``mlflow.start_run()``, the training goes into that run, which is not ended. A
    ``takens.run`` whose configuration has no table ``[plugins.mlflow]`` is tracked as well,
    with its scores. ``run_id`` of what the block is given is that of the MLflow run.
    """
    tracking = Tracking(tracking_uri, experiment, run_name, run_id)
    try:
        with TRACKERS.block(tracking):
            yield tracking
    finally:
        # A training that was not heard of to the end: whoever broke down has said so.
        if tracking.state in ("training", "trained") and not tracking.failed:
            with contextlib.suppress(Exception):
                tracking.end("FAILED")
