"""Tables on the terminal."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from takens._judging.verdict import Verdict
    from takens._protocols.score import Score


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: drawn where there is a terminal, else columns parted by tabs."""
    if not sys.stdout.isatty():
        for row in (header, *rows):
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", box=None, pad_edge=False)
    for i, name in enumerate(header):
        table.add_column(name, no_wrap=i == 0)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def print_scores(scores: "Mapping[str, Score]") -> None:
    """Print one row for each score, as the report has it."""
    from takens._judging.score_table import COLUMNS, score_rows

    rows = score_rows(scores)
    if not sys.stdout.isatty():
        print_table(COLUMNS, rows)
        return
    # Conventions are sentences, too long for a column of a terminal.
    print_table(COLUMNS[:-1], [row[:-1] for row in rows])
    click.echo()
    for row in rows:
        click.secho(f"{row[0]}: {row[-1]}", dim=True)
    click.echo()


def print_scores_json(scores: "Mapping[str, Score]", found: "Verdict | None" = None) -> None:
    """Print what ``metrics.json`` holds."""
    from takens._run.scores_file import scores_table, to_text

    click.echo(to_text(scores_table(scores, found)), nl=False)
