"""Functions with their numbers replaced by symbols."""

from __future__ import annotations

import copy
import enum
import functools
import types
from collections.abc import Callable
from typing import Any, final

import attrs
from torch import Tensor, nn

from takens_native.tracing.captured import ATOMS, fields_of
from takens_native.unsupported import UnsupportedError

# Anything at all may be copied here.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false


def with_floats(function: Any, new: list[Tensor]) -> Any:
    """Copy a function with the floats that ``capture`` lists replaced by tensors, in order.

    Raises: UnsupportedError where the copy would not hold as many.
    """
    left = iter(new)
    try:
        copied = _Rebuild(lambda: next(left)).visit(function)
    except (StopIteration, ValueError, TypeError, AttributeError) as error:
        raise UnsupportedError("its numbers cannot be replaced by symbols") from error
    if next(left, None) is not None:
        raise UnsupportedError("its numbers cannot be replaced by symbols")
    return copied


@final
class _Rebuild:
    def __init__(self, replacement: Callable[[], Any]):
        self.replacement = replacement
        # With the things themselves, so that no number of one is given to another.
        self.seen: dict[int, tuple[Any, Any]] = {}

    def visit(self, thing: Any) -> Any:
        kind = type(thing)
        if kind is float:
            return self.replacement()
        if isinstance(
            thing,
            (*ATOMS, enum.Enum, Tensor, type, types.BuiltinFunctionType, types.ModuleType),
        ):
            return thing
        if id(thing) in self.seen:
            return self.seen[id(thing)][0]
        new = self._copy(thing, kind)
        self.seen[id(thing)] = (new, thing)
        return new

    def _copy(self, thing: Any, kind: type) -> Any:
        if isinstance(thing, types.FunctionType):
            cells = tuple(
                types.CellType(self.visit(c.cell_contents)) for c in thing.__closure__ or ()
            )
            new = types.FunctionType(
                thing.__code__,
                thing.__globals__,
                thing.__name__,
                tuple(self.visit(d) for d in thing.__defaults__ or ()),
                cells,
            )
            new.__kwdefaults__ = {
                k: self.visit(v) for k, v in (thing.__kwdefaults__ or {}).items()
            }
            return new
        if isinstance(thing, types.MethodType):
            function = self.visit(thing.__func__)
            return types.MethodType(function, self.visit(thing.__self__))
        if isinstance(thing, functools.partial):
            function = self.visit(thing.func)  # pyright: ignore
            args = [self.visit(a) for a in thing.args]  # pyright: ignore
            keywords = self.visit(thing.keywords)  # pyright: ignore
            return functools.partial(function, *args, **keywords)
        if isinstance(thing, nn.Module):
            return thing
        if isinstance(thing, (list, tuple)) and kind in (list, tuple):
            return kind(self.visit(part) for part in thing)  # pyright: ignore
        if isinstance(thing, dict) and kind is dict:
            return {k: self.visit(v) for k, v in thing.items()}
        if attrs.has(kind):
            new = copy.copy(thing)
            for name in fields_of(kind):
                object.__setattr__(new, name, self.visit(getattr(thing, name, None)))
            return new
        if hasattr(thing, "__dict__"):
            new = copy.copy(thing)
            for name, value in vars(thing).items():
                object.__setattr__(new, name, self.visit(value))
            return new
        return thing
