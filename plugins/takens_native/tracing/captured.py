"""What a function depends on: the numbers and tensors in its fields, closure and globals.

A kernel is compiled for the *structure* of a function, and reads their current values when
it is called; so changing a parameter compiles nothing, and no value grows stale.
"""

# Anything at all may be walked over here.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import enum
import functools
import types
from collections.abc import Mapping
from typing import Any, final

import attrs
import numpy as np
import torch
from torch import Tensor, nn

from takens_native.unsupported import UnsupportedError

ATOMS = (bool, int, str, bytes, type(None), complex, torch.dtype, torch.device, torch.Size)
_ATOMS = (*ATOMS, float, np.generic, enum.Enum)
_PLAIN = frozenset((bool, int, str, bytes, type(None)))
_DEEP = 12


@final
@attrs.define(eq=False)
class Captured:
    """What a walk finds in order; ``signature`` is equal for equal structure."""

    signature: tuple[Any, ...]
    tensors: list[Tensor]
    floats: list[float]


def unpack(found: Captured, gu: Tensor) -> list[Tensor | None]:
    """Return the gradient of each tensor that needs one, from that of all numbers in a row."""
    if not found.tensors:
        return []
    before = len(found.floats)
    sizes = [tensor.numel() for tensor in found.tensors]
    parts = gu[before : before + sum(sizes)].split_with_sizes(sizes)
    return [
        _like(tensor, part) if tensor.requires_grad else None
        for tensor, part in zip(found.tensors, parts, strict=True)
    ]


def _like(tensor: Tensor, part: Tensor) -> Tensor:
    part = part.view(tensor.shape)
    return part if part.dtype == tensor.dtype else part.to(tensor.dtype)


def capture(function: Any, keep_floats: bool) -> Captured:
    """List what a function depends on; with ``keep_floats`` floats belong to the structure.

    Raises: UnsupportedError where it depends on something that cannot be followed.
    """
    walk = _Walk(keep_floats)
    walk.visit(function, 0)
    return Captured(tuple(walk.signature), walk.tensors, walk.floats)


@final
class _Walk:
    def __init__(self, keep_floats: bool):
        self.keep_floats = keep_floats
        self.signature: list[Any] = []
        self.tensors: list[Tensor] = []
        self.floats: list[float] = []
        # With the things themselves, so that no number of one is given to another.
        self.seen: dict[int, tuple[int, Any]] = {}

    def visit(self, thing: Any, depth: int) -> None:
        kind = type(thing)
        sign = self.signature.append
        if kind is float:
            if self.keep_floats:
                sign(thing)
            else:
                sign(float)
                self.floats.append(thing)
            return
        if kind in _PLAIN or isinstance(thing, _ATOMS):
            sign((kind, thing))
            return
        if id(thing) in self.seen:
            sign(("seen", self.seen[id(thing)][0]))
            return
        self.seen[id(thing)] = (len(self.seen), thing)
        if depth > _DEEP:
            raise UnsupportedError("it is nested too deeply to be followed")
        if kind is nn.Parameter or isinstance(thing, Tensor):
            if thing.layout != torch.strided:
                raise UnsupportedError("it holds a sparse tensor")
            sign((Tensor, tuple(thing.shape), thing.dtype, thing.device.type))
            self.tensors.append(thing)
        elif isinstance(thing, types.FunctionType):
            self._function(thing, depth)
        elif isinstance(thing, types.MethodType):
            self.visit(thing.__func__, depth + 1)
            self.visit(thing.__self__, depth + 1)
        elif isinstance(thing, functools.partial):
            self._visit_all((thing.func, *thing.args), depth)  # pyright: ignore
            self.visit(thing.keywords, depth + 1)
        elif isinstance(thing, nn.Module):
            self._module(thing, depth)
        elif isinstance(thing, (list, tuple)):
            sign((kind, len(thing)))  # pyright: ignore
            self._visit_all(thing, depth)  # pyright: ignore
        elif isinstance(thing, Mapping):
            sign((kind, tuple(map(str, thing))))  # pyright: ignore
            self._visit_all(thing.values(), depth)  # pyright: ignore
        elif isinstance(thing, (type, types.BuiltinFunctionType, types.ModuleType)):
            sign(thing)
        elif attrs.has(kind):
            self._class(kind, depth)
            for name in fields_of(kind):
                self.visit(getattr(thing, name, None), depth + 1)
        elif hasattr(thing, "__dict__"):
            self._class(kind, depth)
            sign(tuple(vars(thing)))
            self._visit_all(vars(thing).values(), depth)
        elif isinstance(thing, np.ndarray) or not _is_library(kind):
            raise UnsupportedError(
                f"it holds an object of type {kind.__name__}, which is not followed"
            )
        else:
            sign(thing)

    def _visit_all(self, things: Any, depth: int) -> None:
        for thing in things:
            self.visit(thing, depth + 1)

    def _function(self, function: types.FunctionType, depth: int) -> None:
        code = function.__code__
        self.signature.append(code)
        for cell in function.__closure__ or ():
            try:
                contents = cell.cell_contents
            except ValueError:
                continue
            self.visit(contents, depth + 1)
        self._visit_all(function.__defaults__ or (), depth)
        if function.__kwdefaults__:
            self._visit_all(function.__kwdefaults__.values(), depth)
        for name in _global_names(code):
            found = function.__globals__.get(name)
            if isinstance(found, types.ModuleType):
                self._members(found, code)
            elif found is not None and (_holds_data(found) or not _is_library(found)):
                self._global(found, depth)

    def _global(self, found: Any, depth: int) -> None:
        # Floats of a module are constants to a reader of the code, and are kept as such.
        keep, self.keep_floats = self.keep_floats, True
        self.visit(found, depth + 1)
        self.keep_floats = keep

    def _members(self, module: types.ModuleType, code: types.CodeType) -> None:
        if _is_library(module):
            return
        for name in code.co_names:
            found = module.__dict__.get(name)
            if isinstance(found, (float, int, Tensor)):
                self._global(found, 0)

    def _module(self, module: nn.Module, depth: int) -> None:
        self._class(type(module), depth)
        self.signature.append(module.training)
        fields = module.__dict__
        for hooks in ("_forward_hooks", "_forward_pre_hooks"):
            if fields[hooks]:
                raise UnsupportedError("it has forward hooks")
        for name, found in fields.items():
            if name in _OF_MODULES:
                continue
            self.signature.append(name)
            if name in ("_parameters", "_buffers", "_modules"):
                self.signature.append(tuple(found))
                self._visit_all(found.values(), depth)
            else:
                self._global(found, depth)

    def _class(self, kind: type, depth: int) -> None:
        self.signature.append(kind)
        for scope, name in _data_of_class(kind):
            self._global(scope.get(name), depth)


_OF_MODULES = frozenset(vars(nn.Module())) - {"_parameters", "_buffers", "_modules"}


@functools.lru_cache(maxsize=512)
def fields_of(kind: type) -> tuple[str, ...]:
    """Name the fields of an attrs class."""
    return tuple(field.name for field in attrs.fields(kind))


@functools.lru_cache(maxsize=512)
def _data_of_class(kind: type) -> tuple[tuple[dict[str, Any], str], ...]:
    """List the globals that hold data and that the methods of a class may read.

    Functions among them are followed once: a class is not expected to change its code.
    """
    found: dict[tuple[int, str], tuple[dict[str, Any], str]] = {}
    todo: list[Any] = [kind]
    seen: set[int] = set()
    while todo:
        thing = todo.pop()
        if id(thing) in seen or _is_library(thing):
            continue
        seen.add(id(thing))
        if isinstance(thing, type):
            bases = [base for base in thing.__mro__ if not _is_library(base)]
            todo += [m for base in bases for m in vars(base).values() if _is_code(m)]
            continue
        scope = thing.__globals__
        for name in _global_names(thing.__code__):
            value = scope.get(name)
            if isinstance(value, types.FunctionType):
                todo.append(value)
            elif value is not None and not isinstance(value, (type, types.ModuleType)):
                found[id(scope), name] = (scope, name)
    return tuple(found.values())


def _is_code(thing: Any) -> bool:
    """Tell methods that a person wrote from those that attrs and Python add."""
    return isinstance(thing, types.FunctionType) and (
        thing.__name__ == "__call__" or not thing.__name__.startswith("__")
    )


@functools.lru_cache(maxsize=2048)
def _global_names(code: types.CodeType) -> tuple[str, ...]:
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    names = dict.fromkeys((*code.co_names, *(n for c in inner for n in _global_names(c))))
    return tuple(names)


_LIBRARIES = frozenset((
    "abc", "attr", "attrs", "builtins", "cmath", "collections", "enum", "functools",
    "itertools", "math", "numpy", "operator", "torch", "typing",
))  # fmt: skip


def _holds_data(thing: Any) -> bool:
    """Whether a thing of a library has numbers of its own."""
    return isinstance(thing, (Tensor, nn.Module, np.ndarray))


def _is_library(thing: Any) -> bool:
    module = (
        thing.__name__
        if isinstance(thing, types.ModuleType)
        else getattr(thing, "__module__", None)
    )
    return isinstance(module, str) and module.partition(".")[0] in _LIBRARIES
