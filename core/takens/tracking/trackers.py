"""Which training goes to which tracker: that of a run which asks for one, or of a block."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, Final, Generic, Literal, Protocol, TypeAlias, TypeVar, final

from takens._run.events import RunFailed, RunFinished, RunStarted
from takens._training.events import FitFinished, FitStarted, StepLogged
from takens.errors import InputError, TakensError

Event: TypeAlias = RunStarted | FitStarted | StepLogged | FitFinished | RunFinished | RunFailed
State: TypeAlias = Literal["waiting", "training", "trained", "closed", "broken"]


class Tracker(Protocol):
    """What follows one training, of a run with its folder and configuration or on its own."""

    folder: Path | None
    configuration: str
    state: State
    fit_id: str

    def begin(self, event: FitStarted, /) -> None:
        """Begin, or go on with what was tracked before a resume."""
        ...

    def step(self, record: Mapping[str, Any], /) -> None:
        """Track a line of the history."""
        ...

    def trained(self, event: FitFinished, /) -> None:
        """Store what has not been stored of the training."""
        ...

    def finish(self, event: RunFinished, /) -> None:
        """Track what was found, and end."""
        ...

    def broken(self, reason: str, /) -> None:
        """Say why a training, or a judgement, broke down, and end."""
        ...

    def failure(self, error: Exception, event: Event, /) -> str | None:
        """Return in a clause why tracking failed; None where an error is something else."""
        ...


_Tracker = TypeVar("_Tracker", bound=Tracker)


@final
class Trackers(Generic[_Tracker]):
    """The trackers of a plugin, told of everything that its hooks are told.

    ``make`` makes that of a run whose configuration has the plugin's ``table``; others are
    those of a ``block``.
    """

    def __init__(
        self, table: str, make: Callable[[RunStarted, Mapping[str, Any]], _Tracker]
    ) -> None:
        self._table: Final = table
        self._make = make
        self._runs: dict[str, _Tracker] = {}
        self._here = threading.local()

    @contextlib.contextmanager
    def block(self, tracker: _Tracker) -> Generator[_Tracker]:
        """Let a tracker follow what this thread trains inside."""
        outer = self._of_block()
        self._here.tracker = tracker
        try:
            yield tracker
        finally:
            self._here.tracker = outer

    def tell(self, event: Event) -> None:
        """Pass on what a hook is told; say in a sentence where it cannot be tracked.

        Raises: TakensError there.
        """
        if isinstance(event, RunStarted):
            self._run_started(event)
            return
        tracker = self._runs.get(event.run_id) or self._of_block()
        try:
            if tracker is not None:
                _pass_on(event, tracker)
        except Exception as error:
            why = tracker and tracker.failure(error, event)
            if why is None:
                raise
            raise TakensError(why) from error
        finally:
            if isinstance(event, (RunFinished, RunFailed)):
                self._runs.pop(event.run_id, None)

    def _run_started(self, event: RunStarted) -> None:
        settings, block = event.settings.get(self._table), self._of_block()
        if settings is not None and settings["enabled"]:
            self._runs[event.run_id] = self._make(event, settings)
        elif block is not None and block.state == "waiting":
            block.folder, block.configuration = event.folder, event.configuration

    def _of_block(self) -> _Tracker | None:
        return getattr(self._here, "tracker", None)


def _pass_on(event: Event, tracker: Tracker) -> None:
    match event:
        case FitStarted() if tracker.state == "waiting":
            tracker.begin(event)
        case FitStarted() if tracker.state == "closed":
            raise InputError(
                "a block holds one training, and this is another one in it; give it a block of "
                "its own"
            )
        case StepLogged() if tracker.fit_id == event.fit_id:
            tracker.step(event.record)
        case FitFinished() if tracker.fit_id == event.fit_id:
            tracker.trained(event)
        case RunFinished():
            tracker.finish(event)
        case RunFailed():
            tracker.broken(event.error)
        case _:
            pass
