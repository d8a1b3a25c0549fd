"""Traced fields with their compiled kernels, one entry for each structure, dtype and size."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final, final
from weakref import WeakValueDictionary

import attrs
import torch
from torch import Tensor

from takens_native.codegen.stages import Dynamics, inputs
from takens_native.codegen.writer import LANES, Shape
from takens_native.runtime.compiler import build
from takens_native.tracing.captured import Captured, capture
from takens_native.tracing.graph import Graph, ancestors
from takens_native.tracing.substitution import with_floats
from takens_native.tracing.tracer import Place, Tracer, trace
from takens_native.unsupported import UnsupportedError

_MOST: Final = 256
_LOCK = threading.RLock()
_CACHE: dict[Any, CachedDynamics | str] = {}
_SHARED: WeakValueDictionary[Any, CachedDynamics] = WeakValueDictionary()
_KEEPS_FLOATS: set[Any] = set()


@final
@attrs.define(eq=False, weakref_slot=True)
class CachedDynamics:
    """A traced field or map, and the kernels that were compiled of it so far."""

    dynamics: Dynamics
    single: bool
    kernels: dict[Any, Any] = attrs.field(factory=dict[Any, Any])
    room: int = 64

    @property
    def operations(self) -> int:
        """About how many operations an evaluation takes."""
        return self.dynamics.dim * 8 + self.dynamics.parameters

    def lanes(self, samples: int) -> int:
        """Return how many samples advance together."""
        return 1 if samples == 1 else LANES[self.single]

    def kernel(self, write: Callable[..., str], lanes: int, *more: Any) -> Any:
        """Return the library that ``write`` gives the text of, compiled on first use.

        Raises: UnsupportedError where it cannot be compiled, now or before.
        """
        key = (write, lanes, *more)
        found = self.kernels.get(key)
        if found is None:
            with _LOCK:
                try:
                    found = build(write(self.dynamics, Shape(self.single, lanes), *more))
                except UnsupportedError as error:
                    found = str(error)
                self.kernels[key] = found
        if isinstance(found, str):
            raise UnsupportedError(found)
        return found


def cached(function: Any, x0: Tensor, continuous: bool) -> tuple[CachedDynamics, Captured]:
    """Return a field or map, traced on first use, and what it holds now.

    Raises: UnsupportedError, also where it was not supported before.
    """
    found = capture(function, keep_floats=False)
    key = (found.signature, x0.shape[-1], x0.dtype, continuous)
    keeps = key in _KEEPS_FLOATS
    if keeps:
        found = capture(function, keep_floats=True)
        key = (found.signature, x0.shape[-1], x0.dtype, continuous)
    known = _CACHE.get(key)
    if known is None:
        with _LOCK:
            known = _traced(function, found, x0, continuous)
            after = capture(function, keeps)
            if (after.signature, after.floats) != (found.signature, found.floats):
                raise UnsupportedError("it changes what it depends on whenever it is called")
            if isinstance(known, str) and found.floats:
                # Some code needs plain numbers: it is compiled anew for each of their values.
                _KEEPS_FLOATS.add(key)
                return cached(function, x0, continuous)
            if isinstance(known, CachedDynamics):
                # What differs in nothing that is computed, such as a seed, has its kernels in
                # common. Each is compared with eager torch by itself: two functions may agree
                # on one sample, on which they are traced, and not on batches.
                like = _SHARED.setdefault(_fingerprint(known), known)
                known.kernels = like.kernels
            if len(_CACHE) >= _MOST:
                _CACHE.pop(next(iter(_CACHE)))
            _CACHE[key] = known
    if isinstance(known, str):
        raise UnsupportedError(known)
    return known, found


def _fingerprint(known: CachedDynamics) -> tuple[Any, ...]:
    """Return what two entries have in common only where they compute the same."""
    dynamics = known.dynamics
    order = ancestors(dynamics.value)
    place = {node: i for i, node in enumerate(order)}
    nodes = tuple(
        (node.op, repr(node.detail), node.size, *(place[a] for a in node.args))
        for node in order
    )
    ends = tuple(place[node] for node in dynamics.value)
    return known.single, dynamics.t is None, dynamics.dim, dynamics.parameters, nodes, ends


def current_values(members: Sequence[Captured], dtype: torch.dtype, *more: float) -> Tensor:
    """Return all numbers that members hold now as one vector, and ``more`` at its end."""
    if not any(found.tensors for found in members):
        floats = [number for found in members for number in found.floats]
        return _vector((*floats, *more), dtype)
    flat = list[Tensor]()
    for found in members:
        if found.floats:
            flat.append(_vector(found.floats, dtype))
        rows = (t if t.ndim == 1 else t.reshape(-1) for t in found.tensors)
        flat += [row if row.dtype == dtype else row.to(dtype) for row in rows]
    if more:
        flat.append(_vector(more, dtype))
    return torch.cat(flat)


def _vector(numbers: Sequence[float], dtype: torch.dtype) -> Tensor:
    if not numbers:
        return torch.empty(0, dtype=dtype)
    # The shortest of many ways to one tensor, a third of the time of torch.tensor.
    values = array("f" if dtype == torch.float32 else "d", numbers)
    return torch.frombuffer(values, dtype=dtype)


def _traced(
    function: Any, found: Captured, x0: Tensor, continuous: bool
) -> CachedDynamics | str:
    """Trace on a sample of shape `(d,)`, or `(1, d)` for code that needs a batch."""
    reasons: list[str] = []
    for lead in ((), (1,)):
        try:
            dynamics = _trace(function, found, x0, continuous, lead)
            return CachedDynamics(dynamics, x0.dtype == torch.float32)
        except UnsupportedError as error:
            reasons.append(str(error))
    return reasons[0]


def _trace(
    function: Any, found: Captured, x0: Tensor, continuous: bool, lead: tuple[int, ...]
) -> Dynamics:
    for tensor in found.tensors:
        if tensor.device.type != "cpu":
            raise UnsupportedError(f"it holds a tensor on {tensor.device}")
        if tensor.is_complex():
            raise UnsupportedError("it holds complex numbers")
    symbols = [torch.zeros((), dtype=x0.dtype) for _ in found.floats]
    copied = with_floats(function, symbols) if symbols else function
    places: list[Place] = []
    offset = 0
    for tensor in (*symbols, *found.tensors):
        places.append(Place(offset, tensor))
        offset += tensor.numel()
    graph, d = Graph(), x0.shape[-1]
    t, x = graph.input("t", 0), inputs(graph, "x", d)
    given: list[tuple[Sequence[Any], tuple[int, ...]]] = [(x, (*lead, d))]
    if continuous:
        given.insert(0, ([t], ()))
    tracer = Tracer(graph, x0.dtype, places)
    value = trace(copied, tracer, given, d)
    return Dynamics(graph, t if continuous else None, tuple(x), tuple(value), offset)
