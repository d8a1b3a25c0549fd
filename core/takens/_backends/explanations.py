"""What the backends answered, for whoever asks why something is slow."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from takens._protocols.backend import Exponents, ForcedIterate, Iterate, Question

_LOG: Final = logging.getLogger("takens")
_ANSWERS: dict[tuple[Any, ...], tuple[str | None, tuple[tuple[str, str], ...]]] = {}
_MOST = 256


def record(question: Question, taken: str | None, declined: Sequence[tuple[str, str]]) -> None:
    """Keep an answer, and log it where it is another than the last time."""
    asked = _asked(question)
    x0 = question.x0
    key = (_kind(asked), type(question), x0.dtype, x0.shape[-1] if x0.ndim else 0)
    known = _ANSWERS.get(key)
    if known is not None and known[0] == taken and (taken or known[1] == tuple(declined)):
        return
    if len(_ANSWERS) >= _MOST:
        _ANSWERS.pop(next(iter(_ANSWERS)))
    _ANSWERS[key] = (taken, tuple(declined))
    _LOG.info("%s", _sentence(key))


def explain(dynamics: object, /) -> str:
    """Say which backend ran a field or map so far and why, one line for each kind of work."""
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
    kind, question, dtype, dim = key
    taken, declined = _ANSWERS[key]
    about = f"{str(dtype).removeprefix('torch.')}, {dim} variables"
    what = f"{question.__name__} of {_name(kind)} ({about})"
    why = "; ".join(f"{name} declined because {reason}" for name, reason in declined)
    if taken is None:
        return f"{what}: eager torch, because {why or 'no backend is installed'}."
    return f"{what}: {taken}" + (f", since {why}." if why else ".")
