"""Running the code of plugins so that what goes wrong in one stays there."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextvars import ContextVar
from typing import Final

from takens._plugins.plugin import Plugin
from takens._plugins.process import contained
from takens._plugins.warn import warn_outside
from takens._secrets import blanked
from takens.errors import PluginError, PluginWarning, TakensError

SHOWS_WHERE: Final = "TAKENS_STRICT_PLUGINS=1 shows where; tell its authors."
# The user's wish to stop, Python's own, and our warnings where they are to be errors.
PASSING: Final = (KeyboardInterrupt, GeneratorExit, PluginWarning)
_UNDONE: Final[ContextVar[list[str]]] = ContextVar("what was asked for and left out")


@contextlib.contextmanager
def guard(
    sentence: str,
    *plugins: Plugin,
    strict: bool,
    error: type[TakensError] = PluginError,
    passing: tuple[type[BaseException], ...] = (),
) -> Generator[None]:
    """Raise whatever plugins raise inside as one sentence, which begins with the given one.

    Errors of takens, those of memory, and what is ``passing`` stay as they are.

    Raises: ``error``; what was raised itself where ``strict``.
    """
    try:
        with contained(*plugins):
            yield
    except (*PASSING, *passing, TakensError):
        raise
    except BaseException as raised:
        if strict or is_out_of_memory(raised):
            raise
        raise error(f"{sentence}: {ended(reason_of(raised))} {SHOWS_WHERE}") from raised


@contextlib.contextmanager
def left_out(
    sentence: str,
    plugin: Plugin | None,
    remedy: str = "",
    *,
    strict: bool,
    asked_for: bool = False,
) -> Generator[list[str]]:
    """Warn of whatever a plugin raises inside, and go on; the list then has the reason.

    Without a plugin it is code of the user's own. ``asked_for`` is what a user misses who has
    it not; see ``undone``.

    Raises: what was raised where ``strict``.
    """
    reasons: list[str] = []
    try:
        with contained(*([plugin] if plugin else [])):
            yield reasons
    except PASSING:
        raise
    except BaseException as raised:
        if strict:
            raise
        reasons.append(reason_of(raised))
        said = f"{sentence}: {ended(reasons[0])}"
        if isinstance(raised, TakensError) and str(raised).endswith(SHOWS_WHERE):
            # The guard has said whose it is already.
            said = f"{str(raised).removesuffix(SHOWS_WHERE)}It is left out."
        if asked_for:
            _UNDONE.get([]).append(sentence)
        silences = remedy or (plugin.remedy if plugin else "")
        warn_outside(f"takens: {said} {silences}".rstrip(), PluginWarning)


@contextlib.contextmanager
def undone() -> Generator[list[str]]:
    """Return a list of what was asked for inside and left out, complete at the end."""
    sentences: list[str] = []
    token = _UNDONE.set(sentences)
    try:
        yield sentences
    finally:
        _UNDONE.reset(token)
        _UNDONE.get([]).extend(sentences)


def reason_of(raised: BaseException) -> str:
    """Say in a line what was raised, without the full stop."""
    try:
        text = str(raised)
    except BaseException:
        text = "its message cannot be read"
    text = blanked(text)
    said = f"{type(raised).__name__}: {text}" if text else type(raised).__name__
    return " ".join(said.split()).removesuffix(".")


def in_words(raised: BaseException) -> str:
    """Return why work ended, in a line; errors of takens are sentences already."""
    text = blanked(" ".join(str(raised).split()))
    return text if isinstance(raised, TakensError) and text else reason_of(raised)


def ended(text: str) -> str:
    """Put a full stop behind a text that has none."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def is_out_of_memory(raised: BaseException) -> bool:
    """Whether there was too little memory, for which torch has no error of its own."""
    return isinstance(raised, MemoryError) or (
        isinstance(raised, RuntimeError)
        and any(words in str(raised) for words in ("allocate memory", "Storage size calc"))
    )
