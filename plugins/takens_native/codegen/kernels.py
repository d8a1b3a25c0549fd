"""Kernels for whole solves, their gradients and their tangents."""

from __future__ import annotations

from collections.abc import Sequence

import takens
from takens_native.codegen.products import Products
from takens_native.codegen.stages import Dynamics, combine, inputs, interpolant, stages, step
from takens_native.codegen.writer import Shape, Writer, placed, uniform_among
from takens_native.tracing.derivative import forward
from takens_native.tracing.graph import Graph, Node, ancestors


def fixed_source(dynamics: Dynamics, shape: Shape, method: takens.plugin.Tableau | None) -> str:
    """Solve with fixed steps; iterate, where there is no method."""
    # One sample has no lanes: rows of packed matrices take their place.
    products = Products(shape.single, 1) if shape.lanes == 1 else None
    writer = Writer(dynamics, shape, products=products)
    writer.function("step", "t h x", {"y": placed(step(dynamics, method))})
    return writer.source("fixed", {})


def adjoint_source(
    dynamics: Dynamics, shape: Shape, method: takens.plugin.Tableau | None
) -> str:
    """Take gradients back through the steps of ``fixed_source``."""
    writer, after = Writer(dynamics, shape), step(dynamics, method)
    writer.function("step", "t h x", {"y": placed(after)})
    count = writer.vjp("t h x g", after, inputs(dynamics.graph, "g", dynamics.dim))
    return writer.source("adjoint", {"NA": count})


def adaptive_source(dynamics: Dynamics, shape: Shape, method: takens.plugin.Tableau) -> str:
    """Solve with steps of each sample's own. The tolerances follow the parameters."""
    writer = Writer(dynamics, shape, reserved=2)
    graph, d = dynamics.graph, dynamics.dim
    x, known = inputs(graph, "x", d), inputs(graph, "k", d)
    fsal = method.first_same_as_last
    writer.function("field", "t x", {"y": placed(dynamics.at(graph.input("t", 0), x))})
    ks = stages(dynamics, method, x, [known] if fsal else [])
    after = combine(graph, x, graph.input("h", 0), method.b, ks)
    ratios = _ratios(dynamics, method, x, after, ks)
    new = [node for k in ks[fsal:] for node in k]
    writes = {
        "y": placed(after), "k": placed(new, d * fsal), "e": placed([_norm(graph, ratios)]),
        "r": placed(ratios[0]),
    }  # fmt: skip
    writer.function("trial", "t h x", writes)
    taken = [inputs(graph, "k", d * (i + 1))[i * d :] for i in range(method.stages)]
    pieces = interpolant(dynamics, method, stages(dynamics, method, x, taken, len(method.c)))
    writer.function("dense", "t h x k", {"q": placed(pieces)})
    return writer.source(
        "adaptive",
        {
            "STAGES": method.stages,
            "DEGREE": len(method.dense[0]),
            "FSAL": method.stages if fsal else 0,
            **{status.name: int(status) for status in takens.backend.Status},
        },
    )


def adaptive_adjoint_source(
    dynamics: Dynamics, shape: Shape, method: takens.plugin.Tableau
) -> str:
    """Take gradients back through the steps that ``adaptive_source`` has taken."""
    writer = Writer(dynamics, shape, reserved=2)
    graph, d, degree = dynamics.graph, dynamics.dim, len(method.dense[0])
    x, g = inputs(graph, "x", d), inputs(graph, "g", d)
    plain = writer.vjp("t h x g", step(dynamics, method), g)
    ks = stages(dynamics, method, x, (), len(method.c))
    after = combine(graph, x, graph.input("h", 0), method.b, ks)
    pieces = interpolant(dynamics, method, ks)
    cotangents = [*g, *inputs(graph, "gq", degree * d)]
    dense = writer.vjp("t h x g gq", [*after, *pieces], cotangents, "_dense")
    return writer.source("adaptive_adjoint", {"NB": plain, "NA": dense, "DEGREE": degree})


def _ratios(
    dynamics: Dynamics,
    method: takens.plugin.Tableau,
    x: Sequence[Node],
    after: Sequence[Node],
    ks: Sequence[Sequence[Node]],
) -> list[list[Node]]:
    """Return the error estimates in units of what is tolerated."""
    graph, p = dynamics.graph, dynamics.parameters
    apply, h = graph.apply, graph.input("h", 0)
    rtol, atol = graph.input("u", p), graph.input("u", p + 1)
    ratios = list[list[Node]]()
    for row in method.error:
        errors = combine(graph, None, h, row, ks)
        ratios.append([])
        for before, later, error in zip(x, after, errors, strict=True):
            a, b = apply("abs", before), apply("abs", later)
            larger = apply("select", apply("lt", a, b), b, a)
            scale = apply("add", apply("mul", larger, rtol), atol)
            ratios[-1].append(apply("div", apply("abs", apply("mul", h, error)), scale))
    return ratios


def _norm(graph: Graph, ratios: Sequence[Sequence[Node]]) -> Node:
    """Return the root mean square; a second estimate damps the first, as in dop853."""
    apply, squares = graph.apply, list[Node]()
    for row in ratios:
        total = graph.constant(0.0)
        for ratio in row:
            total = apply("add", total, apply("mul", ratio, ratio))
        squares.append(apply("div", total, graph.constant(len(row))))
    if len(squares) == 1:
        return apply("sqrt", squares[0])
    first, second = squares
    total = apply("add", first, apply("mul", graph.constant(0.01), second))
    zero = graph.constant(0.0)
    damped = apply("div", first, apply("sqrt", total))
    return apply("select", apply("eq", first, zero), zero, damped)


def growth_source(
    dynamics: Dynamics, shape: Shape, method: takens.plugin.Tableau | None, count: int
) -> str:
    """Take ``count`` tangent vectors along with the states of a block of samples."""
    writer = Writer(dynamics, shape)
    graph, d = dynamics.graph, dynamics.dim
    x, after = inputs(graph, "x", d), step(dynamics, method)
    moved = dict[int, Node]()
    for k in range(count):
        tangents = {x[i]: graph.input("v", i * count + k) for i in range(d)}
        for i, node in enumerate(forward(graph, after, tangents)):
            moved[i * count + k] = node
    writer.function("jvp", "t h x v", {"y": placed(after), "z": moved})
    return writer.source("tangent_growth", {"K": count})


def growth_by_sample_source(
    dynamics: Dynamics, shape: Shape, method: takens.plugin.Tableau | None, count: int
) -> str:
    """Take ``count`` tangent vectors, the lanes, along with the state of one sample.

    What the tangents need of the state's step is computed once for all of them, and handed
    over as if it were parameters. The step size follows the parameters.
    """
    writer = Writer(dynamics, shape, reserved=1)
    graph, d = dynamics.graph, dynamics.dim
    x = inputs(graph, "x", d)
    size = graph.input("u", writer.given - 1)
    after = graph.substitute(step(dynamics, method), {graph.input("h", 0): size})
    moved = forward(graph, after, {x[i]: graph.input("v", i) for i in range(d)})
    order = ancestors(moved)
    moving = {node for node in order if node.op == "input" and node.detail[0] == "v"}
    for node in order:
        if any(a in moving for a in node.args):
            moving.add(node)
    known = moving | uniform_among(order)
    needed = {a for node in moving for a in node.args}
    needed |= {node for node in moved if node not in known}
    scalars, vectors = dict[int, Node](), dict[int, Node]()
    places = dict[Node, Node]()
    for node in order:
        if node not in needed or node in known or node.op == "parameters":
            continue
        at, from_first = writer.parameters, writer.parameters - writer.given
        if node.size:
            places[node] = graph.parameters(at, 1, node.size)
            vectors[from_first] = node
        else:
            places[node] = graph.input("u", at)
            scalars[from_first] = node
        writer.parameters += max(node.size, 1)
    writes = {"y": placed(after), "s": scalars}
    writer.function("point", "t x", writes, vectors=vectors, one_lane=True)
    writer.function("jvp", "v", {"z": placed(graph.substitute(moved, places))})
    definitions = {"K": count, "GIVEN": writer.given}
    return writer.source("tangent_growth_by_sample", definitions)
