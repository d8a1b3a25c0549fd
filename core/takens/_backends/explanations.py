"""What the backends answered, for whoever asks why something is slow."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from takens._protocols.backend import Exponents, ForcedIterate, Iterate, Question

_LOG: Final = logging.getLogger("takens")
_Answer: TypeAlias = tuple[str | None, tuple[tuple[str, str], ...]]
# How often each answer was given to each kind of question, the latest last.
_ANSWERS: dict[tuple[Any, ...], dict[_Answer, int]] = {}
_MOST: Final = 256
_MOST_ANSWERS: Final = 8


def record(question: Question, taken: str | None, declined: Sequence[tuple[str, str]]) -> None:
    """Keep an answer, and log it where it is another than the last time."""
    asked = _asked(question)
    x0 = question.x0
    key = (_kind(asked), type(question), x0.dtype, x0.shape[-1] if x0.ndim else 0)
    answer = (taken, tuple(declined))
    known = _ANSWERS.get(key)
    if known is None:
        if len(_ANSWERS) >= _MOST:
            _ANSWERS.pop(next(iter(_ANSWERS)))
        known = _ANSWERS[key] = {}
    elif answer == next(reversed(known)):
        known[answer] += 1
        return
    known[answer] = known.pop(answer, 0) + 1
    if len(known) > _MOST_ANSWERS:
        known.pop(next(iter(known)))
    _LOG.info("%s: %s.", _work(key), _text(answer))


def explain(dynamics: object, /) -> str:
    """Say which backend ran a field or map so far and why, one line for each kind of work.

    Where answers differed, all of them are named with how often they were given, the latest
    first.
    """
    kind = _kind(dynamics)
    lines = [_sentence(key) for key in _ANSWERS if key[0] == kind]
    return "\n".join(lines) or f"{_name(kind)} was not asked about yet."


def _asked(question: Question) -> object:
    if isinstance(question, Iterate):
        return question.map
    if isinstance(question, ForcedIterate):
        return question.maps[0]
    return question.dynamics if isinstance(question, Exponents) else question.field


def _kind(dynamics: object) -> object:
    """Functions differ by their code, everything else by its class."""
    return getattr(dynamics, "__code__", type(dynamics))


def _name(kind: Any) -> str:
    return getattr(kind, "__qualname__", None) or kind.co_qualname


def _sentence(key: tuple[Any, ...]) -> str:
    given = _ANSWERS[key]
    if len(given) == 1:
        (answer,) = given
        return f"{_work(key)}: {_text(answer)}."
    times = [f"{_text(answer)} ({count} times)" for answer, count in reversed(given.items())]
    return f"{_work(key)}: {'; before: '.join(times)}."


def _work(key: tuple[Any, ...]) -> str:
    kind, question, dtype, dim = key
    about = f"{str(dtype).removeprefix('torch.')}, {dim} variables"
    return f"{question.__name__} of {_name(kind)} ({about})"


def _text(answer: _Answer) -> str:
    taken, declined = answer
    why = "; ".join(f"{name} declined because {reason}" for name, reason in declined)
    if taken is None:
        return f"eager torch, because {why or 'no backend is installed'}"
    return taken + (f", since {why}" if why else "")
