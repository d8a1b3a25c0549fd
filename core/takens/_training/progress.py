"""The progress bar of a training."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping


@contextlib.contextmanager
def progress_bar(steps: int, first: int) -> Generator[Callable[[Mapping[str, float]], None]]:
    """Show loss, gradient norm, speed and time left, where standard error is a terminal."""
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
        yield lambda record: None
        return
    bar = Progress(
        TextColumn("training"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("training", total=steps, completed=first, figures="")

        def advance(record: Mapping[str, float]) -> None:
            speed = record["step"] / max(record["seconds"], 1e-9)
            bar.update(
                task,
                completed=int(record["step"]),
                figures=f"loss {record['loss']:.2e}  gradient {record['gradient_norm']:.2e}  "
                f"{speed:.0f}/s",
            )

        yield advance
