"""``takens cache``."""

from __future__ import annotations

import json
import os

import click

import takens
from takens_native.runtime.kernel_folder import KernelFolder, kernel_folder, megabytes


@click.group("cache", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Say what compiled kernels take on the disk, empty their folder, or limit it.

    \b
    Examples:
      takens cache show
      takens cache clear
      takens cache limit 500
    """  # noqa: D301 - click's mark for lines to leave alone
    if context.invoked_subcommand is None:
        context.invoke(show, as_json=False)


@command.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def show(as_json: bool) -> None:
    """Say where the kernels are, how many, and how large they may become."""
    folder = _folder()
    most, source = folder.limit()
    facts = {
        "folder": str(folder.path),
        "kernels": len(folder.libraries),
        "megabytes": round(folder.size / 1e6, 3),
        "limit": most,
        "limit from": source,
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for what, fact in facts.items():
        click.echo(f"{what}\t{fact}")


@command.command("clear")
def clear() -> None:
    """Remove all kernels; each is compiled again when it is needed."""
    folder = _folder()
    taken = folder.size
    removed = folder.shrink(0)
    click.echo(f"Removed {removed} kernels, {taken / 1e6:.1f} MB, from {folder.path}.")
    if folder.libraries:
        raise takens.InputError(f"Some kernels in {folder.path} cannot be removed.")


@command.command("limit")
@click.argument("size", metavar="[MEGABYTES]", required=False)
def limit(size: str | None) -> None:
    """Say how many MEGABYTES kernels may take, or set it; those used last are kept.

    The variable TAKENS_CACHE_LIMIT goes before it.
    """
    folder = _folder()
    if size is not None:
        folder.keep_limit(megabytes(size, "the limit"))
    most, source = folder.limit()
    click.echo(f"{most:g} MB, from {source}; there are {folder.size / 1e6:.1f} MB.")


def _folder() -> KernelFolder:
    if os.name != "posix":
        raise takens.InputError("Kernels are compiled on Linux and macOS only; there are none.")
    folder, refusal = kernel_folder()
    if refusal:
        raise takens.InputError(
            f"The folder of kernels cannot be used: {refusal}. Mend that, or name another "
            "one in TAKENS_CACHE."
        )
    return folder
