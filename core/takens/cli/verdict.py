"""The verdict on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from takens._judging.judgement import Judgement
    from takens._judging.verdict import Verdict
    from takens._run.results import Results

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


def exit_code(
    judged: Judgement | Results, decisive: Sequence[str] | None, asked: Container[str]
) -> int:
    """Return 1 where an aspect that decides is wrong, 3 where one is not known, else 0.

    All decide where none is named, and so do the metrics ``asked`` for that were not judged.
    """
    found = judged.verdict
    if decisive is None:
        right = [finding.right for finding in found.findings.values()] or [None]
        for name in found.not_judged:
            evidence = judged.scores[name].evidence
            # What another metric has judged is judged.
            if name in asked and (evidence is None or evidence.aspect not in found.findings):
                right.append(None)
    else:
        right = [f.right if (f := found.findings.get(a)) else None for a in decisive]
    return 1 if False in right else 3 if None in right else 0
