"""Telling whose code failed in the middle of our own."""

from __future__ import annotations

import contextlib
import functools
import os
import sysconfig
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar, cast

from takens._plugins.catalogue import Catalogue, catalogue
from takens._plugins.guard import PASSING, SHOWS_WHERE, ended, is_out_of_memory, reason_of
from takens._plugins.loading import is_strict
from takens._plugins.plugin import GROUP, Plugin
from takens._plugins.process import contained
from takens.errors import PluginError, TakensError

P = ParamSpec("P")
R = TypeVar("R")
# Frames of libraries say nothing of who called them.
_LIBRARIES: Final = (
    "<",
    *{sysconfig.get_path(path) for path in ("stdlib", "purelib", "platlib")},
)


def isolated(work: Callable[P, R], /) -> Callable[P, R]:
    """Make a function blame the plugin of a stranger that breaks in it, in one sentence.

    What the components that it is given change of the process's settings is put back. Errors
    of takens, and what the user's own code raises, pass as they are.
    """

    @functools.wraps(work)
    def guarded(*given: P.args, **named: P.kwargs) -> R:
        with blaming(work.__name__, *given, *named.values()):
            return work(*given, **named)

    return guarded


@contextlib.contextmanager
def blaming(what: str, *components: object) -> Generator[None]:
    """Do what ``isolated`` does for work called ``what``, with these components."""
    subjects = list(_strangers(components))
    try:
        with contained(*(plugin for plugin, _ in subjects)):
            yield
    except (*PASSING, TakensError):
        raise
    except BaseException as raised:
        error = blame(raised, what, subjects)
        if error is None:
            raise
        raise error from raised


def blame(
    raised: BaseException, what: str, subjects: Sequence[tuple[Plugin, str]] = ()
) -> PluginError | None:
    """Say which stranger's code raised in the middle of ``what``, or which of the ``subjects``.

    Gives None where it was ours or the user's, where memory is short, and in strict mode.
    """
    if is_strict(os.environ) or is_out_of_memory(raised):
        return None
    who = _culprit(catalogue(), raised.__traceback__, subjects)
    said = f"{what} failed in {who}: {ended(reason_of(raised))} {SHOWS_WHERE}"
    return PluginError(said) if who else None


def _strangers(given: tuple[Any, ...]) -> Iterator[tuple[Plugin, str]]:
    """Return the components of strangers among the arguments, with their plugins."""
    for each in given:
        for member in _members(each):
            found = catalogue().owner(member.__class__)
            if found is not None and not found[0].ours:
                yield found


def _members(given: object) -> Iterable[Any]:
    """Return what a list or a table of components holds, or a component itself."""
    if isinstance(given, dict):
        return cast(dict[str, Any], given).values()
    return cast(Iterable[Any], given) if isinstance(given, (list, tuple)) else (given,)


def _culprit(
    known: Catalogue, trace: TracebackType | None, subjects: Sequence[tuple[Plugin, str]]
) -> str:
    """Name the stranger to blame, or give nothing."""
    innermost: Plugin | str = GROUP
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        plugin = None if module == "__main__" else known.owner_of(module)
        if plugin is not None:
            innermost = GROUP if plugin.ours else plugin
        elif module.partition(".")[0] == GROUP:
            innermost = GROUP
        elif not trace.tb_frame.f_code.co_filename.startswith(_LIBRARIES):
            innermost = "the user"
        trace = trace.tb_next
    if innermost == GROUP:
        return next((what for _, what in subjects), "")
    named = [what for plugin, what in subjects if plugin == innermost]
    return named[0] if named else str(innermost) if isinstance(innermost, Plugin) else ""
