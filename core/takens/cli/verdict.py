"""The verdict on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from takens._judging.verdict import Verdict

_MARKS: Final = {True: "✔", False: "✘", None: "?"}
_COLOURS: Final = {True: "green", False: "red", None: "yellow"}


def print_verdict(found: Verdict) -> None:
    """Print the verdict, one paragraph for each aspect, wrapped where there is a terminal.

    Marks and colours say what the words say, too; lines that are read by scripts have the
    words alone.
    """
    if not sys.stdout.isatty():
        click.echo(found.sentence)
        for line in found.lines():
            click.echo(f"  {line}")
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(found.sentence, style=f"bold {_COLOURS[found.right]}"))
    for finding in found.findings.values():
        aspect, _, told = finding.sentence.partition(": ")
        colour = _COLOURS[finding.right]
        line = Text().append(f"{_MARKS[finding.right]} ", style=colour)
        line.append(aspect, style=f"bold {colour}").append(f": {told}")
        line.append(f" {finding.power}" if finding.power else "", style="dim")
        console.print(Padding(line, (0, 0, 0, 2)))
    for line in found.lines()[len(found.findings) :]:
        console.print(Padding(Text(f"· {line}", style="dim"), (0, 0, 0, 2)))
    console.print()
