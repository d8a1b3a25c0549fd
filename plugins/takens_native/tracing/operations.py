"""What the operations of torch mean, entry by entry."""

# The handlers take whatever torch passes, which has no types of its own.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import torch

from takens_native.tracing.graph import Graph, Node
from takens_native.tracing.values import Value, Values
from takens_native.unsupported import UnsupportedError

aten: Final[Any] = torch.ops.aten
Elementwise = Callable[..., Node]
Handler = Callable[..., Any]

_PLAIN: Final = {
    "neg": "neg", "sin": "sin", "cos": "cos", "tan": "tan", "exp": "exp", "expm1": "expm1",
    "log": "log", "log1p": "log1p", "sqrt": "sqrt", "tanh": "tanh", "sinh": "sinh",
    "cosh": "cosh", "asin": "asin", "acos": "acos", "atan": "atan", "erf": "erf", "abs": "abs",
    "floor": "floor", "sub": "sub", "add": "add", "mul": "mul", "pow": "pow", "atan2": "atan2",
    "lt": "lt", "le": "le", "eq": "eq", "ne": "ne", "logical_not": "not", "bitwise_not": "not",
    "logical_and": "and", "bitwise_and": "and", "logical_or": "or", "bitwise_or": "or",
}  # fmt: skip


def elementwise(graph: Graph) -> dict[str, Elementwise]:
    """Return the operations that act entry by entry, each as a function of nodes."""
    apply, constant = graph.apply, graph.constant
    zero, one = constant(0.0), constant(1.0)

    def plain(op: str) -> Elementwise:
        return lambda *args: apply(op, *args)

    def select(c: Node, a: Node, b: Node) -> Node:
        return apply("select", c, a, b)

    # A branch that is not taken must stay finite: its gradient is zero times its slope.
    def softplus(a: Node, beta: Node = one, threshold: Node | None = None) -> Node:
        scaled = apply("mul", a, beta)
        limit = constant(20.0) if threshold is None else threshold
        low = at_most(scaled, limit)
        smooth = apply("div", apply("log1p", apply("exp", low)), beta)
        return select(apply("lt", limit, scaled), a, smooth)

    def leaky_relu(a: Node, slope: Node | None = None) -> Node:
        low = apply("mul", a, constant(0.01) if slope is None else slope)
        return select(apply("lt", zero, a), a, low)

    def elu(a: Node, alpha: Node = one, scale: Node = one, input_scale: Node = one) -> Node:
        low = at_most(apply("mul", a, input_scale), zero)
        low = apply("mul", alpha, apply("expm1", low))
        return apply("mul", scale, select(apply("lt", zero, a), a, low))

    def gelu(a: Node) -> Node:
        cdf = apply("add", one, apply("erf", apply("mul", a, constant(math.sqrt(0.5)))))
        return apply("mul", a, apply("mul", constant(0.5), cdf))

    def at_least(a: Node, low: Node) -> Node:
        return select(apply("lt", a, low), low, a)

    def at_most(a: Node, high: Node) -> Node:
        return select(apply("lt", high, a), high, a)

    def hardtanh(a: Node, low: Node | None = None, high: Node = one) -> Node:
        return at_most(at_least(a, constant(-1.0) if low is None else low), high)

    def maximum(a: Node, b: Node) -> Node:
        # A NaN in either argument is passed on, as torch does.
        return select(apply("or", apply("lt", a, b), apply("ne", b, b)), b, a)

    def minimum(a: Node, b: Node) -> Node:
        return select(apply("or", apply("lt", b, a), apply("ne", b, b)), b, a)

    def sign(a: Node) -> Node:
        low = select(apply("lt", a, zero), constant(-1.0), zero)
        return select(apply("lt", zero, a), one, low)

    def remainder(a: Node, b: Node) -> Node:
        return apply("sub", a, apply("mul", b, apply("floor", apply("div", a, b))))

    return {
        **{name: plain(op) for name, op in _PLAIN.items()},
        "gt": lambda a, b: apply("lt", b, a),
        "ge": lambda a, b: apply("le", b, a),
        "div": plain("div"),
        "true_divide": plain("div"),
        "rsub": lambda a, b: apply("sub", b, a),
        "reciprocal": lambda a: apply("div", one, a),
        "rsqrt": lambda a: apply("div", one, apply("sqrt", a)),
        "square": lambda a: apply("mul", a, a),
        "ceil": lambda a: apply("neg", apply("floor", apply("neg", a))),
        "sign": sign,
        "sgn": sign,
        "relu": lambda a: select(apply("le", a, zero), zero, a),
        "sigmoid": plain("sigmoid"),
        "silu": lambda a: apply("mul", a, apply("sigmoid", a)),
        "softplus": softplus,
        "leaky_relu": leaky_relu,
        "elu": elu,
        "gelu": gelu,
        "log2": lambda a: apply("div", apply("log", a), constant(math.log(2))),
        "log10": lambda a: apply("div", apply("log", a), constant(math.log(10))),
        "exp2": lambda a: apply("exp", apply("mul", a, constant(math.log(2)))),
        "maximum": maximum,
        "minimum": minimum,
        "clamp_min": at_least,
        "clamp_max": at_most,
        "hardtanh": hardtanh,
        "where": select,
        "remainder": remainder,
        "lerp": lambda a, b, w: apply("add", a, apply("mul", w, apply("sub", b, a))),
    }


def structural(values: Values) -> dict[str, Handler]:
    """Return the operations that move, join and reduce; arguments are values or Python's."""
    graph = values.graph
    add = _binary(graph, "add")
    mul = _binary(graph, "mul")

    def array(value: Value) -> np.ndarray[Any, Any]:
        return values.scalars(value)

    def whole(a: Value, dim: int) -> list[Any]:
        return [slice(None)] * (dim % max(len(a.shape), 1))

    def select(a: Value, dim: int, i: int) -> Value:
        # A tuple that ends in an Ellipsis gives a view, also of a single entry.
        where = (*whole(a, dim), i)
        return values.index(a, where) if not isinstance(a, np.ndarray) else a[(*where, ...)]

    def cut(
        a: Value, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
    ) -> Value:
        return values.index(a, (*whole(a, dim), slice(start, end, step)))

    def split(a: Value, sizes: int | Sequence[int], dim: int = 0) -> list[Value]:
        n = a.shape[dim]
        if isinstance(sizes, int):
            sizes = [min(sizes, n - i) for i in range(0, n, sizes)]
        ends = np.cumsum(sizes).tolist()
        return [cut(a, dim, end - size, end) for end, size in zip(ends, sizes, strict=True)]

    def unsqueeze(a: Value, dim: int) -> Value:
        shape = list(a.shape)
        shape.insert(dim % (len(shape) + 1), 1)
        return values.reshape(a, tuple(shape))

    def squeeze(a: Value, dim: int | Sequence[int] | None = None) -> Value:
        dims = range(len(a.shape)) if dim is None else [dim] if isinstance(dim, int) else dim
        gone = {d % len(a.shape) for d in dims if a.shape[d] == 1} if a.shape else set[int]()
        return values.reshape(a, tuple(n for d, n in enumerate(a.shape) if d not in gone))

    def expand(a: Value, shape: Sequence[int], implicit: bool = False) -> Value:
        lead = len(shape) - len(a.shape)
        full = tuple(a.shape[i - lead] if n == -1 else n for i, n in enumerate(shape))
        if full == tuple(a.shape) or int(np.prod(full)) == int(np.prod(a.shape)):
            return values.reshape(a, full)
        return np.broadcast_to(array(a), full)

    def permute(a: Value, dims: Sequence[int]) -> Value:
        return values.transpose(a, tuple(d % len(a.shape) for d in dims))

    def transpose(a: Value, first: int = 0, second: int = 1) -> Value:
        order = list(range(len(a.shape)))
        if order:
            order[first], order[second] = order[second], order[first]
        return values.transpose(a, tuple(order))

    def reduce(function: Callable[[Node, Node], Node], start: float | None) -> Handler:
        def run(a: Value, dim: Any = None, keepdim: bool = False, **_: Any) -> Value:
            x = array(a)
            dims = tuple(range(x.ndim)) if dim is None or dim == [] else _dims(dim, x.ndim)
            kept = tuple(1 if d in dims else n for d, n in enumerate(x.shape))
            out = np.empty(kept, dtype=object)
            for where in np.ndindex(*kept):
                part = x[tuple(slice(None) if d in dims else i for d, i in enumerate(where))]
                items = list(part.reshape(-1))
                total = items[0] if items else graph.constant(start or 0.0)
                for item in items[1:]:
                    total = function(total, item)
                out[where] = total
            return (
                out
                if keepdim
                else out.reshape([n for d, n in enumerate(kept) if d not in dims])
            )

        return run

    total = reduce(lambda a, b: graph.apply("add", a, b), 0.0)
    product = reduce(lambda a, b: graph.apply("mul", a, b), 1.0)

    def mean(a: Value, dim: Any = None, keepdim: bool = False, **_: Any) -> Value:
        summed = total(a, dim, keepdim)
        count = int(np.prod(a.shape)) / max(int(np.prod(summed.shape)), 1)
        return values.elementwise(
            lambda x: graph.apply("div", x, graph.constant(count)), summed
        )

    def norm(
        a: Value, order: float = 2, dim: Any = None, keepdim: bool = False, **_: Any
    ) -> Value:
        if order != 2:
            raise UnsupportedError(f"it takes a norm of order {order}")
        squares = values.elementwise(lambda x: graph.apply("mul", x, x), a)
        return values.elementwise(
            lambda x: graph.apply("sqrt", x), total(squares, dim, keepdim)
        )

    def mm(a: Value, b: Value) -> Value:
        if len(b.shape) == 1:
            return values.matvec(a, b)
        # One side is the state, with one row or column; the other is then the matrix.
        if a.shape[0] == 1:
            row = values.matvec(values.transpose(b, (1, 0)), values.reshape(a, (a.shape[1],)))
            return values.reshape(row, (1, b.shape[1]))
        if b.shape[1] == 1:
            column = values.matvec(a, values.reshape(b, (b.shape[0],)))
            return values.reshape(column, (a.shape[0], 1))
        left, right = array(a), array(b)
        out = np.empty((a.shape[0], b.shape[1]), dtype=object)
        for j in range(b.shape[1]):
            out[:, j] = array(values.matvec(left, right[:, j]))
        return out

    def bmm(a: Value, b: Value) -> Value:
        parts = [
            values.reshape(
                mm(values.index(a, i), values.index(b, i)), (1, a.shape[1], b.shape[2])
            )
            for i in range(a.shape[0])
        ]
        return parts[0] if len(parts) == 1 else np.concatenate([array(p) for p in parts])

    def dot(a: Value, b: Value) -> Value:
        return values.reshape(mm(values.reshape(a, (1, -1)), values.reshape(b, (-1, 1))), ())

    def addmm(c: Value, a: Value, b: Value, beta: float = 1, alpha: float = 1) -> Value:
        if (beta, alpha) != (1, 1):
            raise UnsupportedError("it scales a matrix product inside addmm")
        return values.elementwise(add, mm(a, b), c)

    def roll(a: Value, shifts: Any, dims: Any = ()) -> Value:
        x = array(a)
        shifts = [shifts] if isinstance(shifts, int) else list(shifts)
        dims = [dims] if isinstance(dims, int) else list(dims)
        return np.roll(x, tuple(shifts), tuple(dims)) if dims else np.roll(x, shifts[0])

    def index(a: Value, indices: Sequence[Value | None]) -> Value:
        where = tuple(slice(None) if i is None else _whole_numbers(array(i)) for i in indices)
        return array(a)[where]

    def index_select(a: Value, dim: int, i: Value) -> Value:
        return np.take(array(a), _whole_numbers(array(i)), axis=dim)

    def clamp(a: Value, low: Any = None, high: Any = None) -> Value:
        table = elementwise(graph)
        if low is not None:
            a = values.elementwise(table["clamp_min"], a, _value(graph, low))
        if high is not None:
            a = values.elementwise(table["clamp_max"], a, _value(graph, high))
        return a

    def addcmul(a: Value, b: Value, c: Value, *, value: float = 1) -> Value:
        scaled = values.elementwise(mul, _value(graph, value), values.elementwise(mul, b, c))
        return values.elementwise(add, a, scaled)

    def same(a: Value, *_: Any, **__: Any) -> Value:
        return a

    def copied(a: Value, *_: Any, **__: Any) -> Value:
        return a.copy() if isinstance(a, np.ndarray) else a

    return {
        "select": select,
        "slice": cut,
        "split": split,
        "split_with_sizes": split,
        "unbind": lambda a, dim=0: [select(a, dim, i) for i in range(a.shape[dim])],
        "stack": lambda xs, dim=0: np.stack([array(x) for x in xs], dim),
        "cat": lambda xs, dim=0: np.concatenate([array(x) for x in xs], dim),
        "unsqueeze": unsqueeze,
        "squeeze": squeeze,
        "view": lambda a, shape: values.reshape(a, tuple(shape)),
        "_unsafe_view": lambda a, shape: values.reshape(a, tuple(shape)),
        "reshape": lambda a, shape: values.reshape(a, tuple(shape)),
        "expand": expand,
        "permute": permute,
        "transpose": transpose,
        "t": transpose,
        "alias": same,
        "detach": same,
        "clone": copied,
        "_to_copy": copied,
        "lift_fresh": same,
        "flip": lambda a, dims: np.flip(array(a), tuple(dims)),
        "roll": roll,
        "repeat": lambda a, repeats: np.tile(array(a), tuple(repeats)),
        "index": index,
        "index_select": index_select,
        "sum": total,
        "prod": product,
        "mean": mean,
        "amax": reduce(elementwise(graph)["maximum"], None),
        "amin": reduce(elementwise(graph)["minimum"], None),
        "linalg_vector_norm": norm,
        "mv": values.matvec,
        "mm": mm,
        "bmm": bmm,
        "dot": dot,
        "addmm": addmm,
        "addmv": addmm,
        "clamp": clamp,
        "addcmul": addcmul,
        "diagonal": lambda a, offset=0, dim1=0, dim2=1: np.diagonal(
            array(a), offset, dim1, dim2
        ),
    }


def _binary(graph: Graph, op: str) -> Elementwise:
    return lambda a, b: graph.apply(op, a, b)


def _value(graph: Graph, number: Any) -> Value:
    if isinstance(number, (int, float)):
        out = np.empty((), dtype=object)
        out[()] = graph.constant(number)
        return out
    return number


def _dims(dim: Any, ndim: int) -> tuple[int, ...]:
    return tuple(d % max(ndim, 1) for d in ([dim] if isinstance(dim, int) else dim))


def _whole_numbers(nodes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    numbers = [node.constant for node in nodes.reshape(-1)]
    if None in numbers:
        raise UnsupportedError("it indexes by numbers that depend on the state")
    return np.asarray(numbers, dtype=int).reshape(nodes.shape)
