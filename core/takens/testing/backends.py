"""What every backend keeps to: it answers as plain torch does, or declines."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final, final

import attrs
import torch
from torch import Tensor

from takens._plugins.registry import integrators
from takens._protocols.backend import Backend, Compiled, Unsupported
from takens._protocols.dynamics import VectorField
from takens._protocols.requests import (
    AdaptiveSolve,
    FixedStepSolve,
    ForcedIteration,
    MapIteration,
    TangentGrowth,
)
from takens._protocols.step_controller import StepController
from takens.testing.asking import (
    CheckFailedError,
    require,
    require_close,
    require_instance,
    require_same,
    unanswered,
)
from takens.testing.check import Checks
from takens.testing.samples import (
    DOUBLE,
    CatMap,
    Oscillator,
    SmallModel,
    gradients,
    numbers,
    pendulum,
)


def _solves(backend: object) -> bool:
    # Those of API 1 answer questions.
    return isinstance(backend, Backend) or hasattr(backend, "answer")


CHECKS = Checks(_solves)

_TIMES: Final = torch.linspace(0.4, 1.4, 21, dtype=DOUBLE)


@final
@attrs.frozen
class _Case:
    """A request, the answer to it, and what a gradient must reach."""

    what: str
    request: Any
    expected: Callable[[], Tensor]
    of: tuple[Tensor, ...] = ()
    seen: Callable[[Any], Tensor] = lambda answer: answer
    atol: float = 1e-9


def _cases(*, learned: bool = False) -> Iterator[_Case]:
    """Return requests of every kind; where something is learned, with gradients."""
    field = Oscillator().requires_grad_(learned)
    used = tuple(field.parameters())
    rk4: Any = integrators.create("rk4", backend="eager")
    bosh3: Any = integrators.create("bosh3")

    def solve(
        what: str,
        *shape: int,
        f: VectorField = field,
        ts: Tensor = _TIMES,
        substeps: int = 1,
        dtype: torch.dtype = DOUBLE,
    ) -> _Case:
        x0 = numbers(*shape, 2).to(dtype).requires_grad_(learned)
        request = FixedStepSolve(field=f, method=rk4.tableau, x0=x0, ts=ts, substeps=substeps)
        plain = attrs.evolve(rk4, substeps=substeps)
        return _Case(what, request, lambda: plain.solve(f, x0, ts), (x0, *used))

    each = torch.stack((_TIMES, 0.5 * _TIMES, -_TIMES))
    yield solve("a field that depends on time", 2, 3)
    yield solve("several steps between times that fall", 3, ts=_TIMES.flip(0), substeps=3)
    yield solve("samples with times of their own", 3, ts=each)
    yield solve("one sample")
    yield solve("single precision", 3, f=pendulum, dtype=torch.float32)
    x0 = numbers(2, 3, 2).requires_grad_(learned)
    control = StepController(rtol=1e-7, atol=1e-9)
    adaptive = AdaptiveSolve(
        field=field, method=bosh3.tableau, x0=x0, ts=_TIMES, controller=control
    )
    motion = functools.partial(field.motion, x0, _TIMES)
    yield _Case("chosen steps", adaptive, motion, (x0, *used), lambda a: a.x, atol=1e-5)
    maps = tuple(SmallModel(seed=seed).to(DOUBLE).requires_grad_(learned) for seed in (0, 1))
    z0 = (0.3 * numbers(2, 3, 2)).requires_grad_(learned)
    of = (z0, *tuple(maps[0].parameters())[:3])
    iterate = MapIteration(map=maps[0], x0=z0, steps=12, every=3)
    what = "every third state of a map"
    yield _Case(what, iterate, lambda: _orbit(maps[0], z0, 12)[..., ::3, :], of)
    signal, strength = numbers(2, 3, 5, 1, seed=4), numbers(2, 5, seed=5).sigmoid()
    forced = ForcedIteration(maps=maps, x0=z0, signal=signal, strength=strength)
    yield _Case("maps that are forced", forced, lambda: _forced(forced), of)
    missing = torch.where(numbers(2, 3, 5, 1, seed=6) > 0, signal, torch.nan)
    gaps = attrs.evolve(forced, signal=missing)
    yield _Case("maps that are forced with gaps", gaps, lambda: _forced(gaps), of)
    if not learned:
        places = numbers(4, 2).remainder(1.0)
        growth = TangentGrowth(dynamics=CatMap(), x0=places, steps=60, transient=20, count=2)
        rates = torch.tensor((1.0, -1.0)).double().expand(4, 2) * CatMap.exponent
        what = "exponents of a map"
        yield _Case(what, growth, lambda: rates, seen=lambda answer: answer.sums.sum(-2) / 40)


@CHECKS.add
def check_backend_protocol(backend: Backend) -> None:
    """Check that ``preference`` is a whole number, and ``solve`` is there."""
    if not hasattr(backend, "answer"):
        require_instance(backend, Backend)
    require(type(backend.preference) is int, f"preference is {backend.preference!r}.")


@CHECKS.add
def check_backend_answers(backend: Backend) -> None:
    """Check that what is answered is what plain torch answers, in shape, dtype and numbers."""
    for case in _cases():
        found = _answer(backend, case)
        if found is None:
            continue
        expected = case.expected()
        loose = max(case.atol, 1e-5 if expected.dtype == torch.float32 else 0.0)
        says = f"The answer is not that of plain torch ({case.what})"
        require(found.dtype == case.request.x0.dtype, f"{says}: it is {found.dtype}.")
        require_close(found, expected, says, rtol=1e-7 + loose, atol=loose)


@CHECKS.add
def check_backend_gradients(backend: Backend) -> None:
    """Check that gradients to starts, and to what the dynamics use, are those of torch."""
    for case in _cases(learned=True):
        found = _answer(backend, case)
        if found is None or case.request.x0.dtype != DOUBLE:
            continue
        expected = case.expected()
        weight = numbers(*expected.shape, seed=9)
        right = gradients((weight * expected).sum(), *case.of)
        require(found.requires_grad, f"No gradient reaches anything ({case.what}).")
        for one, other in zip(gradients((weight * found).sum(), *case.of), right, strict=True):
            says = f"A gradient is not that of plain torch ({case.what})"
            require((one is None) == (other is None), f"{says}: one of them is none.")
            if one is not None and other is not None:
                require_close(one, other, says, atol=100 * case.atol)


@CHECKS.add
def check_backend_leaves_its_input_alone(backend: Backend) -> None:
    """Check that starts are not written to, and answered alike again."""
    for case in _cases():
        before = case.request.x0.clone()
        first = _answer(backend, case)
        if first is None:
            continue
        require_same(case.request.x0, before, f"The start was changed in place ({case.what})")
        kept, second = first.clone(), _answer(backend, case)
        if second is not None:
            require_close(second, kept, f"Two answers to one request differ ({case.what})")


@CHECKS.add
def check_backend_declines_what_is_hard(backend: Backend) -> None:
    """Check that dynamics that look at their numbers are declined, with a reason."""
    x0 = numbers(3, 2)
    answer = _solve(backend, MapIteration(map=_looks, x0=x0, steps=4))
    if isinstance(answer, Unsupported):
        require(answer.reason != "", "It declines without a reason.")
        return
    require_close(answer, _orbit(_looks, x0, 4), "A map that looks is answered wrongly")


def _answer(backend: Backend, case: _Case) -> Tensor | None:
    answer = _solve(backend, case.request)
    if isinstance(answer, Unsupported):
        if not answer.reason:
            raise CheckFailedError(f"It declines without a reason ({case.what}).")
        unanswered(answer.reason)
        return None
    found: Any = case.seen(answer)
    if not isinstance(found, Tensor):
        raise CheckFailedError(f"The answer is {answer!r} ({case.what}).")
    return found


def _solve(backend: Any, request: Any) -> Any:
    answer = (backend.solve if hasattr(backend, "solve") else backend.answer)(request)
    return answer.answer if isinstance(answer, Compiled) else answer


def _orbit(step: Callable[[Tensor], Tensor], x: Tensor, steps: int) -> Tensor:
    states = [x]
    for _ in range(steps):
        states.append(step(states[-1]))
    return torch.stack(states, -2)


def _forced(request: ForcedIteration) -> Tensor:
    z, k, states = request.x0, request.signal.shape[-1], list[Tensor]()
    for i, share in enumerate(request.strength.unbind(-1)):
        own, x = share[:, None, None], request.signal[:, :, i]
        pulled = torch.where(x.isnan(), z[..., :k], (1 - own) * z[..., :k] + own * x)
        given = torch.cat((pulled, z[..., k:]), -1)
        z = torch.stack([step(x) for step, x in zip(request.maps, given, strict=True)])
        states.append(z)
    return torch.stack(states, -2)


def _looks(x: Tensor, /) -> Tensor:
    if float(x.sum()) > 0:
        return 0.5 * x
    return 0.5 * x + 1
