"""Traced fields and their compiled kernels, one family for each structure, dtype and size."""

from __future__ import annotations

import ctypes
import threading
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final, final
from weakref import WeakValueDictionary

import attrs
import torch
from torch import Tensor

from takens_native.compiler import build
from takens_native.graph import Graph, ancestors
from takens_native.leaves import Leaves, leaves
from takens_native.refusal import Refusal
from takens_native.stages import Dynamics, inputs
from takens_native.substitution import with_floats
from takens_native.tracer import Place, Tracer, trace
from takens_native.writer import Shape

_MOST: Final = 256
_LOCK = threading.RLock()
_FAMILIES: dict[Any, Family | str] = {}
_SHARED: WeakValueDictionary[Any, Family] = WeakValueDictionary()
_KEEPS_FLOATS: set[Any] = set()


@final
@attrs.define(eq=False, weakref_slot=True)
class Family:
    """A traced field or map, and the kernels that were compiled of it so far."""

    dynamics: Dynamics
    single: bool
    kernels: dict[Any, ctypes.CDLL | str] = attrs.field(factory=dict[Any, Any])
    functions: dict[Any, Callable[..., int]] = attrs.field(factory=dict[Any, Any])
    room: int = 64

    def kernel(self, key: Any, many: bool, source: Callable[[Shape], str]) -> ctypes.CDLL:
        """Return a kernel, compiled on first use.

        Raises: Refusal where it cannot be compiled, now or before.
        """
        found = self.kernels.get((key, many))
        if found is None:
            with _LOCK:
                try:
                    found = build(source(Shape(self.single, many)))
                except Refusal as refusal:
                    found = str(refusal)
                self.kernels[key, many] = found
        if isinstance(found, str):
            raise Refusal(found)
        return found


def family(function: Any, x0: Tensor, continuous: bool) -> tuple[Family, Leaves]:
    """Return the family of a field or map, traced on first use, and its numbers of the day.

    Raises: Refusal, also where it was refused before.
    """
    found = leaves(function, keep_floats=False)
    key = (found.signature, x0.shape[-1], x0.dtype, continuous)
    keeps = key in _KEEPS_FLOATS
    if keeps:
        found = leaves(function, keep_floats=True)
        key = (found.signature, x0.shape[-1], x0.dtype, continuous)
    known = _FAMILIES.get(key)
    if known is None:
        with _LOCK:
            known = _traced(function, found, x0, continuous)
            after = leaves(function, keeps)
            if (after.signature, after.floats) != (found.signature, found.floats):
                raise Refusal("it changes what it depends on whenever it is called")
            if isinstance(known, str) and found.floats:
                # Some code needs plain numbers: it is compiled anew for each of their values.
                _KEEPS_FLOATS.add(key)
                return family(function, x0, continuous)
            if isinstance(known, Family):
                # What differs in nothing that is computed, such as a seed, has its kernels in
                # common. Each is compared with eager torch by itself: two functions may agree
                # on one sample, on which they are traced, and not on batches.
                like = _SHARED.setdefault(_fingerprint(known), known)
                known.kernels, known.functions = like.kernels, like.functions
            if len(_FAMILIES) >= _MOST:
                _FAMILIES.pop(next(iter(_FAMILIES)))
            _FAMILIES[key] = known
    if isinstance(known, str):
        raise Refusal(known)
    return known, found


def _fingerprint(known: Family) -> tuple[Any, ...]:
    """Return what two families have in common only where they compute the same."""
    dynamics = known.dynamics
    order = ancestors(dynamics.value)
    place = {node: i for i, node in enumerate(order)}
    nodes = tuple(
        (node.op, repr(node.detail), node.size, *(place[a] for a in node.args))
        for node in order
    )
    ends = tuple(place[node] for node in dynamics.value)
    return known.single, dynamics.t is None, dynamics.dim, dynamics.parameters, nodes, ends


def parameters(found: Leaves, dtype: torch.dtype, *more: float) -> Tensor:
    """Return all numbers of the day as one vector, and ``more`` at its end."""
    if not found.tensors:
        return _vector((*found.floats, *more), dtype)
    tensors = found.tensors
    if torch.is_grad_enabled():
        tensors = [t.detach() for t in tensors]
    flat = [t if t.ndim == 1 else t.reshape(-1) for t in tensors]
    flat = [t if t.dtype == dtype else t.to(dtype) for t in flat]
    if found.floats:
        flat.insert(0, _vector(found.floats, dtype))
    if more:
        flat.append(_vector(more, dtype))
    return torch.cat(flat)


def _vector(numbers: Sequence[float], dtype: torch.dtype) -> Tensor:
    if not numbers:
        return torch.empty(0, dtype=dtype)
    # The shortest of many ways to one tensor, a third of the time of torch.tensor.
    values = array("f" if dtype == torch.float32 else "d", numbers)
    return torch.frombuffer(values, dtype=dtype)


def _traced(function: Any, found: Leaves, x0: Tensor, continuous: bool) -> Family | str:
    """Trace on a sample of shape `(d,)`, or `(1, d)` for code that needs a batch."""
    reasons: list[str] = []
    for lead in ((), (1,)):
        try:
            dynamics = _trace(function, found, x0, continuous, lead)
            return Family(dynamics, x0.dtype == torch.float32)
        except Refusal as refusal:
            reasons.append(str(refusal))
    return reasons[0]


def _trace(
    function: Any, found: Leaves, x0: Tensor, continuous: bool, lead: tuple[int, ...]
) -> Dynamics:
    for tensor in found.tensors:
        if tensor.device.type != "cpu":
            raise Refusal(f"it holds a tensor on {tensor.device}")
        if tensor.is_complex():
            raise Refusal("it holds complex numbers")
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
