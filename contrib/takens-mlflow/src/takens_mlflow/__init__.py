"""Runs of takens as runs of MLflow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens.tracking.trackers import Event
    from takens_mlflow.hooks import track as track

TAKENS_API = 1


def _tell(event: Event) -> None:
    from takens_mlflow.hooks import TRACKERS

    TRACKERS.tell(event)


@takens.plugin.hookimpl
def takens_settings() -> Iterator[takens.plugin.Parameter]:
    """Say what the table ``[plugins.mlflow]`` holds."""
    yield takens.plugin.Parameter(
        "enabled", True, summary="false leaves the table in place and tracks nothing"
    )
    yield takens.plugin.Parameter(
        "tracking_uri",
        "",
        summary="empty for MLFLOW_TRACKING_URI, else mlflow.db beside the run folder",
    )
    yield takens.plugin.Parameter("experiment", "takens", summary="is made where there is none")
    yield takens.plugin.Parameter(
        "run_name", "", summary="empty for the name of the run folder"
    )
    yield takens.plugin.Parameter(
        "artefacts", True, summary="whether report, figures, settings and model are stored"
    )


@takens.plugin.hookimpl
def takens_run_started(event: takens.plugin.RunStarted) -> None:
    """Get ready where the configuration asks for tracking."""
    _tell(event)


@takens.plugin.hookimpl
def takens_fit_started(event: takens.plugin.FitStarted) -> None:
    """Begin an MLflow run, or go on with the one of before."""
    _tell(event)


@takens.plugin.hookimpl
def takens_step_logged(event: takens.plugin.StepLogged) -> None:
    """Track a line of the history, together with others."""
    _tell(event)


@takens.plugin.hookimpl
def takens_fit_finished(event: takens.plugin.FitFinished) -> None:
    """Store what has not been stored; end the MLflow run where the training failed."""
    _tell(event)


@takens.plugin.hookimpl
def takens_run_finished(event: takens.plugin.RunFinished) -> None:
    """Track what was found, and end the MLflow run."""
    _tell(event)


@takens.plugin.hookimpl
def takens_run_failed(event: takens.plugin.RunFailed) -> None:
    """End the MLflow run of a run that broke down."""
    _tell(event)


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
