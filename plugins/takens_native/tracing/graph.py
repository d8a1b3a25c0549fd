"""Expressions as a graph, with constants folded and equal expressions shared."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from typing import Any, Final

from takens_native.unsupported import UnsupportedError

# A step of a system has tens of nodes, one of a small network thousands; all kernels of a
# function share a graph. How long one of them may be, its writer knows.
_MAX_NODES: Final = 60_000


def _both(a: float, b: float) -> bool:
    return bool(a) and bool(b)


def _sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def _either(a: float, b: float) -> bool:
    return bool(a) or bool(b)


_FOLD: Final[Mapping[str, Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "neg": operator.neg, "abs": operator.abs, "pow": operator.pow, "lt": operator.lt,
    "le": operator.le, "eq": operator.eq, "ne": operator.ne, "not": operator.not_,
    "and": _both, "or": _either, "floor": math.floor, "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "exp": math.exp, "expm1": math.expm1, "log": math.log,
    "log1p": math.log1p, "sqrt": math.sqrt, "tanh": math.tanh, "sinh": math.sinh,
    "cosh": math.cosh, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "atan2": math.atan2, "erf": math.erf, "sigmoid": _sigmoid,
}  # fmt: skip


class Node:
    """One value: a scalar where ``size`` is 0, else a vector of that length.

    ``detail`` is what the operation needs besides its arguments: the value of a constant,
    the place of an input, the layout of a matrix of parameters.
    """

    __slots__ = ("args", "detail", "index", "op", "size")

    def __init__(self, op: str, args: tuple[Node, ...], detail: Any, size: int, index: int):
        self.op, self.args, self.detail, self.size, self.index = op, args, detail, size, index

    @property
    def constant(self) -> float | None:
        """The value of a constant, None for anything else."""
        return self.detail if self.op == "const" else None

    def __repr__(self) -> str:
        return f"{self.op}{self.index}"


class Graph:
    """Makes nodes; the order in which they were made is an order to evaluate them in."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[Any, ...], Node] = {}

    def constant(self, value: float) -> Node:
        """Return a literal number."""
        # Minus zero equals zero, and is another number.
        value = float(value)
        return self._make("const", (), value, 0, repr(value))

    def input(self, kind: str, place: int, size: int = 0) -> Node:
        """Return entry ``place`` of the input called ``kind``."""
        return self._make("input", (), (kind, place), size, (kind, place))

    def parameters(self, offset: int, stride: int, size: int) -> Node:
        """Return a vector of parameters."""
        return self._make("parameters", (), (offset, stride), size, (offset, stride))

    def apply(self, op: str, *args: Node) -> Node:
        """Apply an elementwise operation to scalars, or to vectors of one length."""
        values = [a.constant for a in args if a.constant is not None]
        if op in _FOLD and len(values) == len(args):
            try:
                return self.constant(_FOLD[op](*values))
            except (ValueError, OverflowError, ZeroDivisionError, TypeError):
                pass
        simpler = self._simplify(op, args)
        if simpler is not None:
            return simpler
        if op in ("add", "mul", "and", "or") and args[0].index > args[1].index:
            args = args[::-1]
        return self._make(op, args, None, max(a.size for a in args), None)

    def matvec(self, layout: tuple[int, int, int], rows: int, v: Node) -> Node:
        """Multiply a matrix of parameters by a vector; layout is offset and both strides."""
        return self._make("matvec", (v,), layout, rows, (layout, rows))

    def pack(self, items: Sequence[Node]) -> Node:
        """Return the vector of some scalars."""
        first = items[0]
        if first.op == "item" and all(
            item.op == "item" and item.args == first.args and item.detail == i
            for i, item in enumerate(items)
        ):
            source = first.args[0]
            if source.size == len(items):
                return source
        return self._make("pack", tuple(items), None, len(items), None)

    def item(self, v: Node, i: int) -> Node:
        """Return entry ``i`` of a vector."""
        return v.args[i] if v.op == "pack" else self._make("item", (v,), i, 0, i)

    def splat(self, a: Node, size: int) -> Node:
        """Return the vector with one scalar everywhere."""
        return self._make("splat", (a,), None, size, size)

    def total(self, v: Node) -> Node:
        """Sum the entries of a vector."""
        return self._make("total", (v,), None, 0, None)

    def substitute(self, outputs: Sequence[Node], inputs: Mapping[Node, Node]) -> list[Node]:
        """Return the outputs as functions of other inputs."""
        new = dict(inputs)
        for node in ancestors(outputs):
            if node in new:
                continue
            args = tuple(new[a] for a in node.args)
            if args == node.args:
                new[node] = node
            elif node.op == "matvec":
                new[node] = self.matvec(node.detail, node.size, args[0])
            elif node.op == "pack":
                new[node] = self.pack(args)
            elif node.op == "item":
                new[node] = self.item(args[0], node.detail)
            elif node.op == "splat":
                new[node] = self.splat(args[0], node.size)
            elif node.op == "total":
                new[node] = self.total(args[0])
            else:
                new[node] = self.apply(node.op, *args)
        return [new[output] for output in outputs]

    def _make(
        self, op: str, args: tuple[Node, ...], detail: Any, size: int, distinct: Any
    ) -> Node:
        key = (op, args, distinct)
        node = self._nodes.get(key)
        if node is None:
            if len(self._nodes) >= _MAX_NODES:
                raise UnsupportedError(
                    f"it has more than {_MAX_NODES} scalar operations a step"
                )
            node = self._nodes[key] = Node(op, args, detail, size, len(self._nodes))
        return node

    def _simplify(self, op: str, args: tuple[Node, ...]) -> Node | None:
        a, b = args[0], args[-1]
        x, y = a.constant, b.constant
        one_size = a.size == b.size
        if op == "add":
            if x == 0 and b.size >= a.size:
                return b
            if y == 0 and a.size >= b.size:
                return a
            if b.op == "neg" and one_size:
                return self.apply("sub", a, b.args[0])
        elif op == "sub":
            if y == 0 and a.size >= b.size:
                return a
            if x == 0:
                return self.apply("neg", b)
            if b.op == "neg" and one_size:
                return self.apply("add", a, b.args[0])
        elif op == "mul":
            for constant, other in ((x, b), (y, a)):
                if constant == 1:
                    return other
                if constant == -1:
                    return self.apply("neg", other)
                if constant == 0:
                    return self.constant(0.0)
        elif op == "div":
            if y == 1:
                return a
            if x == 0:
                return a
            # Multiplying by the reciprocal rounds alike only for powers of two.
            if (
                y
                and math.isfinite(y)
                and abs(math.frexp(y)[0]) == 0.5
                and 1e-30 < abs(y) < 1e30
            ):
                return self.apply("mul", a, self.constant(1 / y))
        elif op == "neg" and a.op == "neg":
            return a.args[0]
        elif op == "pow" and y is not None:
            return self._power(a, y)
        elif op == "select":
            if a.constant is not None:
                return args[1] if a.constant else args[2]
            if args[1] is args[2]:
                return args[1]
        return None

    def _power(self, a: Node, y: float) -> Node | None:
        if y == 0:
            return self.constant(1.0)
        if y == 0.5:
            return self.apply("sqrt", a)
        if y < 0 and y.is_integer() and y >= -8:
            return self.apply(
                "div", self.constant(1.0), self.apply("pow", a, self.constant(-y))
            )
        if not y.is_integer() or not 0 < y <= 8:
            return None
        half = self._power(a, float(y // 2)) if y >= 2 else None
        square = self.apply("mul", half, half) if half is not None else None
        if square is None:
            return a
        return self.apply("mul", square, a) if y % 2 else square


def ancestors(outputs: Sequence[Node]) -> list[Node]:
    """List everything that the outputs need, themselves included, in order of evaluation."""
    seen: set[Node] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return sorted(seen, key=lambda node: node.index)
