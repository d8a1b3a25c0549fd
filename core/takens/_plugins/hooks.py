"""The hooks that a plugin may implement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import pluggy

from takens._plugins.component import CommandSpec, ComponentSpec
from takens._plugins.kind import KindSpec
from takens._plugins.parameter import Parameter
from takens._plugins.plugin import GROUP

if TYPE_CHECKING:
    from takens._run.events import RunFailed, RunFinished, RunStarted
    from takens._training.events import FitFinished, FitStarted, StepLogged

API_VERSION: Final = 2
SUPPORTED: Final = range(1, API_VERSION + 1)

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class HookSpecs:
    """Every hook, with the arguments that an implementation may ask for."""

    @hookspec
    def takens_components(self, api_version: int) -> Iterable[ComponentSpec]:
        """Say which components the plugin offers, importing none of them."""
        raise NotImplementedError

    @hookspec
    def takens_kinds(self, api_version: int) -> Iterable[KindSpec]:
        """Say which kinds of components the plugin brings, importing no protocol."""
        raise NotImplementedError

    @hookspec
    def takens_commands(self, api_version: int) -> Iterable[CommandSpec]:
        """Say which commands the plugin adds to ``takens``, importing none of them."""
        raise NotImplementedError

    @hookspec
    def takens_settings(self, api_version: int) -> Iterable[Parameter]:
        """Say which settings a configuration's table ``[plugins.NAME]`` holds."""
        raise NotImplementedError

    @hookspec
    def takens_run_started(self, event: RunStarted) -> None:
        """Hear that a run has its folder and is about to train."""

    @hookspec
    def takens_run_finished(self, event: RunFinished) -> None:
        """Hear that a run is judged, and its folder complete."""

    @hookspec
    def takens_run_failed(self, event: RunFailed) -> None:
        """Hear that a run broke down after it was announced, and why."""

    @hookspec
    def takens_fit_started(self, event: FitStarted) -> None:
        """Hear that training takes its first step, or the first one after a resume."""

    @hookspec
    def takens_step_logged(self, event: StepLogged) -> str | None:
        """Hear of a line that was added to the history; return a reason to end the training."""

    @hookspec
    def takens_fit_finished(self, event: FitFinished) -> None:
        """Hear that training has taken its last step, or stopped early with a reason."""


HOOKS: Final = tuple(name for name in vars(HookSpecs) if name.startswith("takens_"))
