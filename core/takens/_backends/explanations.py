"""What the backends answered, for whoever asks why something is slow."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, final

from takens._backends.joined import Joined
from takens._protocols.requests import (
    ForcedIteration,
    MapIteration,
    SolveRequest,
    TangentGrowth,
)

_LOG: Final = logging.getLogger("takens")
_MOST: Final = 256
_MOST_ANSWERS: Final = 8
_Answer: TypeAlias = tuple[str | None, tuple[str, ...]]


@final
class Explanations:
    """How often each answer was given to each kind of request, the latest last."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Any, ...], dict[_Answer, int]] = {}

    def record(self, request: SolveRequest, taken: str | None, reasons: Sequence[str]) -> None:
        """Keep which backend was taken, or why none; log it where that has changed."""
        x0, kind = request.x0, _kind(dynamics_of(request))
        key = (kind, type(request), x0.dtype, x0.shape[-1] if x0.ndim else 0)
        answer = (taken, tuple(reasons))
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= _MOST:
                self._answers.pop(next(iter(self._answers)))
            known = self._answers[key] = {}
        elif answer == next(reversed(known)):
            known[answer] += 1
            return
        known[answer] = known.pop(answer, 0) + 1
        if len(known) > _MOST_ANSWERS:
            known.pop(next(iter(known)))
        _LOG.info("%s: %s.", _work(key), _text(answer))

    def explain(self, dynamics: object) -> str:
        """Return a line for each kind of work with one kind of dynamics."""
        kind = _kind(dynamics)
        lines = [
            _sentence(key, given) for key, given in self._answers.items() if key[0] == kind
        ]
        return "\n".join(lines) or f"{_name(kind)} was not asked about yet."


def dynamics_of(request: SolveRequest) -> object:
    """Return the field or map that a request is about."""
    if isinstance(request, MapIteration):
        return request.map
    if isinstance(request, ForcedIteration):
        return request.maps[0]
    return request.dynamics if isinstance(request, TangentGrowth) else request.field


def work(request: SolveRequest) -> str:
    """Name what a request asks for."""
    return f"{type(request).__name__} of {_name(_kind(dynamics_of(request)))}"


def _kind(dynamics: object) -> object:
    """Functions differ by their code, everything else by its class."""
    dynamics = dynamics.field if isinstance(dynamics, Joined) else dynamics
    return getattr(dynamics, "__code__", type(dynamics))


def _name(kind: Any) -> str:
    return getattr(kind, "__qualname__", None) or kind.co_qualname


def _sentence(key: tuple[Any, ...], given: Mapping[_Answer, int]) -> str:
    if len(given) == 1:
        (answer,) = given
        return f"{_work(key)}: {_text(answer)}."
    latest_first = list(given.items())[::-1]
    times = [f"{_text(answer)} ({count} times)" for answer, count in latest_first]
    return f"{_work(key)}: {'; before: '.join(times)}."


def _work(key: tuple[Any, ...]) -> str:
    kind, request, dtype, dim = key
    about = f"{str(dtype).removeprefix('torch.')}, {dim} variables"
    return f"{request.__name__} of {_name(kind)} ({about})"


def _text(answer: _Answer) -> str:
    taken, reasons = answer
    why = "; ".join(reasons)
    if taken is None:
        return f"eager torch, because {why or 'no backend is installed'}"
    return taken + (f", since {why}" if why else "")
