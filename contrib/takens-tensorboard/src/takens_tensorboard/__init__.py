"""Trainings and scores of takens in TensorBoard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens.tracking.trackers import Event
    from takens_tensorboard.tracking import log_to as log_to

TAKENS_API = 1


def _tell(event: Event) -> None:
    from takens_tensorboard.tracking import TRACKERS

    TRACKERS.tell(event)


@takens.plugin.hookimpl
def takens_settings() -> Iterator[takens.plugin.Parameter]:
    """Say what the table ``[plugins.tensorboard]`` holds."""
    yield takens.plugin.Parameter(
        "enabled", True, summary="false leaves the table in place and writes no log"
    )
    yield takens.plugin.Parameter(
        "log_directory",
        "",
        summary="gets a folder per run; empty for tensorboard in the run folder",
    )
    yield takens.plugin.Parameter("figures", True, summary="whether figures go into the log")


@takens.plugin.hookimpl
def takens_run_started(event: takens.plugin.RunStarted) -> None:
    """Get ready where the configuration asks for a log."""
    _tell(event)


@takens.plugin.hookimpl
def takens_fit_started(event: takens.plugin.FitStarted) -> None:
    """Open the log."""
    _tell(event)


@takens.plugin.hookimpl
def takens_step_logged(event: takens.plugin.StepLogged) -> None:
    """Log a line of the history."""
    _tell(event)


@takens.plugin.hookimpl
def takens_fit_finished(event: takens.plugin.FitFinished) -> None:
    """Bring what was logged to the disk."""
    _tell(event)


@takens.plugin.hookimpl
def takens_run_finished(event: takens.plugin.RunFinished) -> None:
    """Log what was found, and close the log."""
    _tell(event)


@takens.plugin.hookimpl
def takens_run_failed(event: takens.plugin.RunFailed) -> None:
    """Log why a run broke down, and close the log."""
    _tell(event)


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
