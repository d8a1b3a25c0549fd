"""Progress bars for what takes long."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator


@contextlib.contextmanager
def progress_bar(
    what: str, total: int, first: int = 0
) -> Generator[Callable[[int, str], None]]:
    """Show how much is done, some figures and the time left, where stderr is a terminal.

    What is given is called with how much is done by then, and the figures.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, figures: None
        return
    bar = Progress(
        TextColumn(what),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=total, completed=first, figures="")
        yield lambda done, figures: bar.update(task, completed=done, figures=figures)
