"""Derivatives of a graph: cotangents backward, tangents forward."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import final

import attrs

from takens_native.tracing.graph import Graph, Node, ancestors


@final
@attrs.frozen
class BlockGradient:
    """What the gradient of a block of parameters gains: `g`, or the outer product `g v`.

    ``layout`` is the block's offset and strides.
    """

    layout: tuple[int, ...]
    g: Node
    v: Node | None = None


def backward(
    graph: Graph, outputs: Sequence[Node], cotangents: Sequence[Node]
) -> tuple[dict[Node, Node], list[BlockGradient]]:
    """Return the cotangent of every input, and those of blocks of parameters."""
    collected: dict[Node, Node] = {}
    entries: dict[Node, dict[int, Node]] = {}
    blocks: list[BlockGradient] = []

    def collect(node: Node, g: Node) -> None:
        if node.size == 0 and g.size:
            g = graph.total(g)
        known = collected.get(node)
        collected[node] = g if known is None else graph.apply("add", known, g)

    for output, cotangent in zip(outputs, cotangents, strict=True):
        collect(output, cotangent)
    for node in reversed(ancestors(outputs)):
        if node in entries:
            zero = graph.constant(0.0)
            mine = entries[node]
            collect(node, graph.pack([mine.get(i, zero) for i in range(node.size)]))
        g = collected.get(node)
        if g is None or g.constant == 0:
            continue
        if node.size and not g.size:
            g = graph.splat(g, node.size)
        if node.op == "matvec":
            (v,), (offset, row, column) = node.args, node.detail
            blocks.append(BlockGradient(node.detail, g, v))
            collect(v, graph.matvec((offset, column, row), v.size, g))
        elif node.op == "parameters":
            blocks.append(BlockGradient(node.detail, g))
        elif node.op == "pack":
            for i, part in enumerate(node.args):
                collect(part, graph.item(g, i))
        elif node.op == "item":
            mine = entries.setdefault(node.args[0], {})
            i = node.detail
            mine[i] = g if i not in mine else graph.apply("add", mine[i], g)
        elif node.op in ("splat", "total"):
            collect(node.args[0], g)
        elif node.op == "select":
            c, a, b = node.args
            zero = graph.constant(0.0)
            collect(a, graph.apply("select", c, g, zero))
            collect(b, graph.apply("select", c, zero, g))
        elif node.args:
            for arg, partial in zip(node.args, partials(graph, node), strict=True):
                if partial is not None:
                    collect(arg, graph.apply("mul", g, partial))
    return collected, blocks


def forward(graph: Graph, outputs: Sequence[Node], tangents: Mapping[Node, Node]) -> list[Node]:
    """Return the tangents of the outputs for the tangents of some inputs."""
    zero = graph.constant(0.0)
    known = dict(tangents)
    for node in ancestors(outputs):
        if node in known or not node.args:
            continue
        moving = [known.get(a, zero) for a in node.args]
        if all(v.constant == 0 for v in moving):
            continue
        whole = [
            graph.splat(v, a.size) if a.size and not v.size else v
            for a, v in zip(node.args, moving, strict=True)
        ]
        if node.op == "matvec":
            known[node] = graph.matvec(node.detail, node.size, whole[0])
        elif node.op == "pack":
            known[node] = graph.pack(whole)
        elif node.op == "item":
            known[node] = graph.item(whole[0], node.detail)
        elif node.op == "splat":
            known[node] = graph.splat(whole[0], node.size)
        elif node.op == "total":
            known[node] = graph.total(whole[0])
        elif node.op == "select":
            known[node] = graph.apply("select", node.args[0], whole[1], whole[2])
        else:
            total = zero
            for v, partial in zip(moving, partials(graph, node), strict=True):
                if partial is not None and v.constant != 0:
                    total = graph.apply("add", total, graph.apply("mul", partial, v))
            known[node] = total
    return [known.get(output, zero) for output in outputs]


def partials(graph: Graph, node: Node) -> list[Node | None]:
    """Return the derivative of an elementwise operation in each argument; None is zero."""
    apply, constant = graph.apply, graph.constant
    a, b, one = node.args[0], node.args[-1], constant(1.0)
    match node.op:
        case "add":
            return [one, one]
        case "sub":
            return [one, constant(-1.0)]
        case "mul":
            return [b, a]
        case "div":
            return [apply("div", one, b), apply("neg", apply("div", node, b))]
        case "neg":
            return [constant(-1.0)]
        case "sin":
            return [apply("cos", a)]
        case "cos":
            return [apply("neg", apply("sin", a))]
        case "tan":
            return [apply("add", one, apply("mul", node, node))]
        case "exp":
            return [node]
        case "expm1":
            return [apply("add", node, one)]
        case "log":
            return [apply("div", one, a)]
        case "log1p":
            return [apply("div", one, apply("add", one, a))]
        case "sqrt":
            return [apply("div", constant(0.5), node)]
        case "tanh":
            return [apply("sub", one, apply("mul", node, node))]
        case "sigmoid":
            return [apply("mul", node, apply("sub", one, node))]
        case "sinh":
            return [apply("cosh", a)]
        case "cosh":
            return [apply("sinh", a)]
        case "asin" | "acos":
            slope = apply("div", one, apply("sqrt", apply("sub", one, apply("mul", a, a))))
            return [slope if node.op == "asin" else apply("neg", slope)]
        case "atan":
            return [apply("div", one, apply("add", one, apply("mul", a, a)))]
        case "atan2":
            square = apply("add", apply("mul", a, a), apply("mul", b, b))
            return [apply("div", b, square), apply("neg", apply("div", a, square))]
        case "erf":
            bell = apply("exp", apply("neg", apply("mul", a, a)))
            return [apply("mul", constant(2 / math.sqrt(math.pi)), bell)]
        case "abs":
            sign = apply("select", apply("lt", a, constant(0.0)), constant(-1.0), one)
            return [apply("select", apply("eq", a, constant(0.0)), constant(0.0), sign)]
        case "pow":
            slope = apply("mul", b, apply("pow", a, apply("sub", b, one)))
            rise = None if b.constant is not None else apply("mul", node, apply("log", a))
            return [slope, rise]
        case _:
            return [None] * len(node.args)
