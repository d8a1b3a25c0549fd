"""What a traced tensor holds: an array of scalars, a vector, or a block of parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast, final

import attrs
import numpy as np

from takens_native.tracing.graph import Graph, Node
from takens_native.unsupported import UnsupportedError

# Vectors shorter than this are worth keeping in registers.
LONG = 16


@final
@attrs.frozen
class Vector:
    """A vector node under some shape with as many entries."""

    node: Node
    shape: tuple[int, ...]


@final
@attrs.frozen
class Block:
    """A view of the parameters: entry `i` is at ``offset + sum_k i_k strides_k``."""

    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@final
@attrs.frozen
class Blend:
    """A sum of parameters of one shape, each times a number; of one alone where that is None.

    Weights that differ from sample to sample are of this form. Kept apart, their products are
    those of the parameters, which are packed once.
    """

    terms: tuple[tuple[Node | None, Block], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that all have."""
        return self.terms[0][1].shape

    def map(self, change: Callable[[Block], Value]) -> Blend | None:
        """Change every part, to something that is again a part of the parameters, or None."""
        moved = [(number, change(block)) for number, block in self.terms]
        terms = [(number, block) for number, block in moved if isinstance(block, Block)]
        return Blend(tuple(terms)) if len(terms) == len(moved) else None


Value: TypeAlias = "np.ndarray[Any, Any] | Vector | Block | Blend"


@final
class Values:
    """Moves values between their three forms, and applies operations to them."""

    def __init__(self, graph: Graph):
        self.graph = graph

    def scalars(self, value: Value) -> np.ndarray[Any, Any]:
        """Return an array of scalar nodes: itself where it is one, so that views stay views."""
        if isinstance(value, np.ndarray):
            return value
        if isinstance(value, Blend):
            return self.scalars(self._summed(value, lambda block: self.scalars(block)))
        out = np.empty(value.shape, dtype=object)
        flat = out.reshape(-1)
        if isinstance(value, Vector):
            for i in range(len(flat)):
                flat[i] = self.graph.item(value.node, i)
            return out
        strides = np.asarray(value.strides, dtype=int)
        for i, where in enumerate(np.ndindex(*value.shape)):
            place = value.offset + int(np.dot(np.asarray(where, dtype=int), strides))
            flat[i] = self.graph.input("u", place)
        return out

    def vector(self, value: Value) -> Node:
        """Return all entries, in order, as one vector node."""
        if isinstance(value, Vector):
            return value.node
        if isinstance(value, Block):
            long = [(n, s) for n, s in zip(value.shape, value.strides, strict=True) if n != 1]
            if len(long) == 1:
                return self.graph.parameters(value.offset, long[0][1], long[0][0])
        if isinstance(value, Blend):
            whole = self._summed(value, lambda block: Vector(self.vector(block), value.shape))
            if isinstance(whole, Vector):
                return whole.node
        return self.graph.pack(list(self.scalars(value).reshape(-1)))

    def elementwise(self, function: Callable[..., Node], *values: Value) -> Value:
        """Apply a function of nodes entry by entry, with broadcasting."""
        vectors = [v for v in values if isinstance(v, Vector)]
        if vectors:
            shape = np.broadcast_shapes(*(v.shape for v in values))
            size = vectors[0].node.size
            if int(np.prod(shape)) == size and all(_count(v) in (1, size) for v in values):
                nodes = [
                    self.vector(v) if _count(v) == size else self.scalars(v).reshape(-1)[0]
                    for v in values
                ]
                node = function(*nodes)
                if node.size == 0:
                    node = self.graph.splat(node, size)
                return Vector(node, tuple(shape))
        arrays = [self.scalars(v) for v in values]
        if all(a.ndim == 0 for a in arrays):
            out = np.empty((), dtype=object)
            out[()] = function(*(a[()] for a in arrays))
            return out
        spread = np.broadcast_arrays(*arrays)
        out = np.empty(spread[0].shape, dtype=object)
        flat = out.reshape(-1)
        for i, nodes in enumerate(zip(*(a.reshape(-1) for a in spread), strict=True)):
            flat[i] = function(*nodes)
        return out

    def blend(self, name: str, a: Value, b: Value) -> Blend | None:
        """Return a product or a sum as one of parameters, or None where it is another value."""
        if name == "mul":
            number, block = (a, b) if isinstance(b, Block) else (b, a)
            if isinstance(block, Block) and _count(block) >= LONG and _count(number) == 1:
                node = self.scalars(number).reshape(-1)[0]
                # A number alone would leave the shape of the parameters.
                if len(number.shape) <= len(block.shape):
                    return Blend(((node, block),))
        if name == "add" and a.shape == b.shape:
            parts = [v if isinstance(v, Blend) else _alone(v) for v in (a, b)]
            if isinstance(a, Blend) or isinstance(b, Blend):
                terms = [term for part in parts if part is not None for term in part.terms]
                return Blend(tuple(terms)) if None not in parts else None
        return None

    def _summed(self, value: Blend, of: Callable[[Block], Value]) -> Value:
        """Return the sum of what ``of`` makes of each part, times its number."""
        total: Value | None = None
        for number, block in value.terms:
            part = of(block)
            if number is not None:
                factor = np.empty((), dtype=object)
                factor[()] = number
                part = self.elementwise(self._apply("mul"), factor, part)
            total = part if total is None else self.elementwise(self._apply("add"), total, part)
        return cast(Value, total)

    def _apply(self, op: str) -> Callable[..., Node]:
        return lambda *nodes: self.graph.apply(op, *nodes)

    def matvec(self, matrix: Value, v: Value) -> Value:
        """Multiply `matrix: (m, n)` by `v: (n,)`."""
        rows, columns = matrix.shape
        if isinstance(matrix, Blend):
            return self._summed(matrix, lambda block: self.matvec(block, v))
        if isinstance(matrix, Block) and rows * columns > LONG * 4:
            layout = (matrix.offset, matrix.strides[0], matrix.strides[1])
            product = self.graph.matvec(layout, rows, self.vector(v))
            result = Vector(product, (rows,))
            return result if rows >= LONG else self.scalars(result)
        if isinstance(v, Vector) and isinstance(matrix, Block):
            weights = [
                self.graph.parameters(
                    matrix.offset + i * matrix.strides[0], matrix.strides[1], columns
                )
                for i in range(rows)
            ]
            out = np.empty((rows,), dtype=object)
            for i, weight in enumerate(weights):
                out[i] = self.graph.total(self.graph.apply("mul", weight, v.node))
            return out
        return self._dense(self.scalars(matrix), self.scalars(v))

    def _dense(self, matrix: np.ndarray[Any, Any], v: np.ndarray[Any, Any]) -> Value:
        out = np.empty((matrix.shape[0],), dtype=object)
        for i, row in enumerate(matrix):
            total = self.graph.constant(0.0)
            for a, b in zip(row, v, strict=True):
                total = self.graph.apply("add", total, self.graph.apply("mul", a, b))
            out[i] = total
        return out

    def transpose(self, value: Value, order: tuple[int, ...]) -> Value:
        """Permute the axes."""
        if isinstance(value, Blend):
            moved = value.map(lambda block: self.transpose(block, order))
            return self.scalars(value).transpose(order) if moved is None else moved
        if isinstance(value, Block):
            return Block(
                value.offset,
                tuple(value.shape[i] for i in order),
                tuple(value.strides[i] for i in order),
            )
        if isinstance(value, Vector):
            moved = [i for i in order if value.shape[i] != 1]
            if moved == sorted(moved):
                return Vector(value.node, tuple(value.shape[i] for i in order))
        return self.scalars(value).transpose(order)

    def reshape(self, value: Value, shape: tuple[int, ...]) -> Value:
        """Return another shape to the same entries."""
        if isinstance(value, Blend):
            moved = value.map(lambda block: self.reshape(block, shape))
            return self.scalars(value).reshape(shape) if moved is None else moved
        if isinstance(value, Vector):
            return Vector(value.node, _resolved(shape, value.node.size))
        if isinstance(value, Block):
            shape = _resolved(shape, _count(value))
            if [n for n in shape if n != 1] == [n for n in value.shape if n != 1]:
                strides = iter(
                    s for n, s in zip(value.shape, value.strides, strict=True) if n != 1
                )
                return Block(
                    value.offset, shape, tuple(0 if n == 1 else next(strides) for n in shape)
                )
        return self.scalars(value).reshape(shape)

    def index(self, value: Value, where: Any) -> Value:
        """Return part of a value, as numpy's basic indexing does."""
        if isinstance(value, Block):
            return self._part(value, where)
        if isinstance(value, Blend) and (moved := value.map(lambda b: self._part(b, where))):
            return moved
        return self.scalars(value)[where]

    def _part(self, value: Block, index: Any) -> Value:
        where = cast(tuple[Any, ...], index if isinstance(index, tuple) else (index,))
        offset, shape, strides = value.offset, list[int](), list[int]()
        for axis, (n, s) in enumerate(zip(value.shape, value.strides, strict=True)):
            part = where[axis] if axis < len(where) else slice(None)
            if isinstance(part, slice):
                start, stop, step = part.indices(n)
                offset += start * s
                shape.append(len(range(start, stop, step)))
                strides.append(s * step)
            elif isinstance(part, int):
                offset += (part % n) * s
            else:
                raise UnsupportedError("it indexes a large parameter by another tensor")
        return Block(offset, tuple(shape), tuple(strides))


def _alone(value: Value) -> Blend | None:
    return Blend(((None, value),)) if isinstance(value, Block) else None


def _count(value: Value) -> int:
    return int(np.prod(value.shape)) if value.shape else 1


def _resolved(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    if -1 not in shape:
        return tuple(shape)
    known = int(np.prod([n for n in shape if n != -1]))
    return tuple(count // known if n == -1 else n for n in shape)
