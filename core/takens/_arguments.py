"""Arguments of the public functions: components by name, and keywords that are misspelt."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import attrs

from takens._near import near
from takens._plugins.choice import Component
from takens.errors import InputError

P = ParamSpec("P")
R = TypeVar("R")
_NAMES: Final = (str, Path, Mapping, Component)


def arguments(
    *settings: type[Any], **named: Callable[[Any], Any]
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function take names, and answer an unknown keyword with the nearest it has.

    Where the argument ``system`` is a text, a path or a table, ``system=systems.get`` makes
    what it names. Keywords are also the fields of the ``settings``.
    """

    def decorate(work: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(work).parameters.values()
        known = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
        makers = {known.index(name): (name, make) for name, make in named.items()}
        keywords = [*known, *(field.name for each in settings for field in attrs.fields(each))]

        @functools.wraps(work)
        def checked(*given: P.args, **options: P.kwargs) -> R:
            if not options.keys() <= set(keywords):
                raise InputError(_unknown(work.__name__, options, keywords))
            values: list[Any] = list(given)
            for place, (name, make) in makers.items():
                if place < len(values):
                    if isinstance(values[place], _NAMES):
                        values[place] = make(values[place])
                elif isinstance(options.get(name), _NAMES):
                    options[name] = make(options[name])  # pyright: ignore[reportArgumentType]
            return work(*values, **options)  # pyright: ignore[reportCallIssue]

        return checked

    return decorate


def _unknown(function: str, given: Mapping[str, object], known: list[str]) -> str:
    name = next(name for name in given if name not in known)
    hint = near(name, known) or f" It takes {', '.join(known)}."
    return f"{function} has no argument {name!r}.{hint}"
