"""The ``takens`` command."""

import importlib
import sys
import warnings
from typing import Any, Final, TextIO

import click

_COMMANDS: Final = {
    "run": "Learn, free-run and judge, as a configuration says.",
    "simulate": "Sample a known system.",
    "list": "List the components that are installed.",
    "show": "Describe one component.",
    "plugins": "List the plugins that are installed, and what became of them.",
    "doctor": "Say what this machine and this installation can do.",
}


class _Commands(click.Group):
    """Commands that are imported when they are called, so that listing stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"takens.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from takens._errors import near

        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            raise click.UsageError(
                f"There is no command {args[0]!r}.{near(args[0], _COMMANDS)} "
                f"There are {', '.join(_COMMANDS)}."
            )
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="takens", message="takens %(version)s")
def _takens() -> None:
    """Learn dynamical systems from data, and judge what was learned.

    For example: takens run examples/lorenz63.toml
    """


def main(args: list[str] | None = None) -> None:
    """Run a command; exit with 0 done, 1 the work failed, 2 the input was wrong."""
    from takens._errors import TakensError

    warnings.showwarning = _show_warning
    try:
        code = _takens.main(args, prog_name="takens", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"takens: {error.format_message()}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("takens: stopped.", err=True)
        sys.exit(130)
    except TakensError as error:
        click.echo(f"takens: {error}", err=True)
        sys.exit(error.exit_code)
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "can't allocate memory" not in str(error):
            raise
        click.echo(
            "takens: this needs more memory than there is; choose smaller sizes.", err=True
        )
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> Any:
    text = str(message)
    click.echo(text if text.startswith("takens:") else f"takens: {text}", err=True)
