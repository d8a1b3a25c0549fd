"""Backends, none of which is trusted before it has been compared with plain torch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, cast, final

import attrs
import torch
from torch import Tensor, nn

from takens._backends.comparison import (
    Incomparable,
    comparable,
    disagreement,
    misfit,
    rows_are_coupled,
)
from takens._backends.explanations import dynamics_of, work
from takens._plugins.guard import PASSING, ended, reason_of
from takens._plugins.plugin import Plugin
from takens._plugins.process import contained
from takens._plugins.warn import renamed, warn_outside
from takens._protocols.backend import Compiled, Unsupported
from takens._protocols.requests import SolveRequest
from takens._protocols.solution import Solution
from takens._threads import with_all_threads
from takens.errors import PluginWarning

_MOST: Final = 4096


@final
@attrs.frozen(eq=False)
class CheckedBackend:
    """A backend of a plugin that may raise, answer anything, or be wrong.

    Every answer has to have the shape and dtype that were asked for. The first of each code
    that a backend compiles, or of each kind of dynamics and request, is compared with plain
    torch over a short piece, where there is a gradient with that too.
    """

    name: str
    plugin: Plugin
    backend: Any
    strict: bool = False
    _verdicts: dict[Any, Unsupported | None] = attrs.field(
        init=False, repr=False, factory=dict[Any, Any]
    )
    _warned: set[Any] = attrs.field(init=False, repr=False, factory=set[Any])

    def __attrs_post_init__(self) -> None:
        if not hasattr(self.backend, "solve"):
            renamed(f"answer() of backend {self.name!r} of {self.plugin}", "solve()")

    @property
    def _solve(self) -> Callable[[SolveRequest], Any]:
        # What answers questions is of API 1.
        known = self.backend
        return known.solve if hasattr(known, "solve") else known.answer

    def solve(self, request: SolveRequest) -> Any | Unsupported:
        """Return the answer of the backend, where it is right, or why there is none.

        Raises: what the backend does in strict mode, and KeyboardInterrupt.
        """
        try:
            if self.plugin.ours:
                answer = self._checked(request)
            else:
                with contained(self.plugin):
                    answer = self._checked(request)
        except PASSING:
            raise
        except BaseException as raised:
            if self.strict:
                raise
            answer = self._refuse(request, f"it raised {reason_of(raised)}")
        return answer

    def _checked(self, request: SolveRequest) -> Any | Unsupported:
        answer = with_all_threads(self._solve, request)
        if isinstance(answer, Unsupported):
            return answer
        code = None
        if isinstance(answer, Compiled):
            answer, code = answer.answer, answer.code
        fault = misfit(request, answer)
        if fault is not None:
            return self._refuse(request, fault)
        if comparable(request):
            return self._compared(request, answer, code) or answer
        return answer

    def _compared(self, request: SolveRequest, answer: Any, code: Any) -> Unsupported | None:
        x0 = request.x0
        states = answer.x if isinstance(answer, Solution) else answer
        gradient = isinstance(states, Tensor) and states.requires_grad
        key = (
            type(request),
            _structure(dynamics_of(request)) if code is None else code,
            getattr(request, "method", None),
            (x0.dtype, x0.device.type, x0.shape[-1]),
            # Functions of states may behave differently for batches.
            (x0.numel() > x0.shape[-1], x0.ndim),
            (torch.is_grad_enabled(), gradient),
        )
        if key in self._verdicts:
            return self._verdicts[key]
        if rows_are_coupled(request):
            verdict = Unsupported("its rows act on one another")
        else:
            try:
                fault = disagreement(self._solve, request, gradient)
            except Incomparable as reason:
                return Unsupported(str(reason))
            verdict = self._refuse(request, fault) if fault else None
        if len(self._verdicts) >= _MOST:
            self._verdicts.pop(next(iter(self._verdicts)))
        self._verdicts[key] = verdict
        return verdict

    def _refuse(self, request: SolveRequest, fault: str) -> Unsupported:
        about = (type(request), _structure(dynamics_of(request)))
        if about not in self._warned:
            self._warned.add(about)
            warn_outside(
                f"takens: backend {self.name!r} of {self.plugin} is not used for "
                f"{work(request)}, but eager torch: {ended(fault)} {self.plugin.remedy}",
                PluginWarning,
            )
        return Unsupported(fault)


def _structure(dynamics: Any) -> Any:
    """Return what dynamics of one kind share: their code, and that of what they hold."""
    code = getattr(dynamics, "__code__", None)
    if code is not None:
        return code
    if isinstance(dynamics, nn.Module):
        return tuple(type(module) for module in dynamics.modules())
    if isinstance(dynamics, functools.partial):
        return _structure(cast(Any, dynamics).func)
    kind = cast(Any, type(dynamics))
    held = attrs.fields(kind) if attrs.has(kind) else ()
    inner = [getattr(dynamics, field.name, None) for field in held]
    return (kind, *(_structure(each) for each in inner if callable(each)))
