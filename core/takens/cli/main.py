"""The ``takens`` command."""

import contextlib
import errno
import importlib
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

if TYPE_CHECKING:
    from takens._plugins.component import CommandSpec
    from takens._plugins.plugin import Plugin

_OURS: Final = {
    "reconstruct": "Learn dynamics from a file, whatever has to be chosen, and judge them.",
    "run": "Learn, free-run and judge, as a configuration says.",
    "judge": "Judge a model against data; a gate for scripts.",
    "simulate": "Sample a known system.",
    "list": "List the components that are installed.",
    "show": "Describe one component.",
    "plugins": "List the plugins that are installed, and what became of them.",
    "check": "Check that a plugin and its components keep what they promise.",
    "doctor": "Say what data, or this machine and this installation, can do.",
}


_UNWRITABLE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


class _Commands(click.Group):
    """Commands that are imported when they are called, so that listing stays fast.

    Those of plugins come after ours, and cannot take the name of one of ours.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_OURS, *_theirs()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _OURS:
            module = importlib.import_module(f"takens.cli.{cmd_name}")
            command: click.Command = module.command
            return command
        if cmd_name in _theirs():
            from takens._plugins.catalogue import catalogue
            from takens._plugins.commands import import_command

            return import_command(*_theirs()[cmd_name], strict=catalogue().strict)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        ours, theirs = list(_OURS.items()), list[tuple[str, str]]()
        for name, (plugin, spec) in _theirs().items():
            if plugin.ours:
                ours.append((name, spec.summary))
            else:
                theirs.append((name, f"{spec.summary} (plugin {plugin.name})"))
        with formatter.section("Commands"):
            formatter.write_dl(ours)
        if theirs:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(theirs)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from takens._near import near

        # Plugins are looked at only where the command is none of ours.
        if args and not args[0].startswith("-") and args[0] not in _OURS:
            known = self.list_commands(ctx)
            if args[0] not in known:
                raise click.UsageError(
                    f"There is no command {args[0]!r}.{near(args[0], known)} "
                    f"There are {', '.join(known)}."
                )
        return super().resolve_command(ctx, args)


def _theirs() -> "Mapping[str, tuple[Plugin, CommandSpec]]":
    from takens._plugins.catalogue import catalogue
    from takens._plugins.commands import commands_of

    return commands_of(catalogue(), tuple(_OURS))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="takens", message="takens %(version)s")
def _takens() -> None:
    """Learn dynamical systems from data, and judge what was learned.

    For example: takens run examples/lorenz63.toml
    """


def main(args: list[str] | None = None) -> None:
    """Run a command; exit with 0 done, 1 the work failed, 2 the input was wrong."""
    from takens._files import no_path
    from takens._plugins.guard import undone
    from takens.errors import TakensError

    warnings.showwarning = _show_warning
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison] - it was closed
        _say("standard output is closed; send it to a file, or /dev/null.")
        sys.exit(2)
    arguments = sys.argv[1:] if args is None else args
    try:
        _check(arguments)
        with undone() as missing, _stdout(arguments):
            code = _takens.main(arguments, prog_name="takens", standalone_mode=False)
            sys.stdout.flush()
    except click.ClickException as error:
        _say(error.format_message())
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _say("stopped.")
        sys.exit(130)
    except TakensError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _drop_stdout()
        sys.exit(1)
    except OSError as error:
        # What a file refuses is told where the file is known.
        if refused := no_path(error):
            _say(str(refused))
            sys.exit(2)
        if error.filename is not None or error.errno not in _UNWRITABLE:
            raise
        _drop_stdout()
        _say(f"Standard output cannot be written: {error.strerror}.")
        sys.exit(2)
    except BaseException as raised:
        sentence = _explained(raised)
        if not sentence:
            raise
        _say(sentence)
        sys.exit(1)
    # What was asked for and was left out is not done.
    sys.exit(code if isinstance(code, int) and code else int(bool(missing)))


def _check(arguments: Sequence[str]) -> None:
    """Refuse words that no system hands to a program."""
    for word in arguments:
        try:
            os.fsencode(word)
        except UnicodeError:
            wrong = True
        else:
            wrong = "\0" in word
        if wrong:
            raise click.UsageError(
                f"{word!r} has a character that no argument has; take it out."
            )


def _say(sentence: str) -> None:
    from takens._secrets import blanked

    line = " ".join(blanked(sentence).split())
    line = "".join(each if each.isprintable() else "?" for each in line)
    click.echo(f"takens: {line}", err=True)


def _drop_stdout() -> None:
    """Let the interpreter not fail again, at its end, on what could not be written."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stdout(arguments: list[str]) -> AbstractContextManager[None]:
    """Keep standard output for the answer of one of our commands where that is JSON."""
    from takens._plugins.process import keep_stdout

    ours = bool(arguments) and arguments[0] in _OURS and "--json" in arguments
    return keep_stdout() if ours else nullcontext()


def _explained(raised: BaseException) -> str:
    """Say in a sentence what was raised, or nothing where that is a fault of ours."""
    from takens._plugins.guard import is_out_of_memory
    from takens._plugins.isolation import blame

    if is_out_of_memory(raised):
        return "this needs more memory than there is; choose smaller sizes."
    return str(blame(raised, "the command") or "")


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> Any:
    _say(str(message).removeprefix("takens: "))
