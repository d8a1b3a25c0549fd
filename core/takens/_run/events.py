"""What the hooks of a whole run are told; ``run_id`` is the same in all events of one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import attrs

from takens._run.results import Results


@final
@attrs.frozen(eq=False)
class RunStarted:
    """A run begins: its ``folder``, its ``configuration`` as TOML, and plugins' settings.

    ``settings`` holds for each plugin with settings its table, with every default.
    """

    folder: Path
    configuration: str
    settings: Mapping[str, Mapping[str, Any]]
    run_id: str = ""


@final
@attrs.frozen(eq=False)
class RunFinished:
    """A run is judged: its ``folder``, now complete, and its ``results``."""

    folder: Path
    results: Results
    settings: Mapping[str, Mapping[str, Any]]
    run_id: str = ""


@final
@attrs.frozen(eq=False)
class RunFailed:
    """A run that was announced broke down; ``error`` says why in a sentence."""

    folder: Path
    error: str
    settings: Mapping[str, Mapping[str, Any]]
    run_id: str = ""
