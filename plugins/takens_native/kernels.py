"""Kernels for whole solves, their gradients and their tangents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import takens
from takens_native.derivative import BlockGradient, backward, forward
from takens_native.graph import Graph, Node, ancestors
from takens_native.products import Products
from takens_native.stages import Dynamics, combine, inputs, interpolant, stages, step
from takens_native.writer import Shape, Writer, uniform_among


def fixed_source(dynamics: Dynamics, method: takens.plugin.Tableau | None, shape: Shape) -> str:
    """Solve with fixed steps; iterate, where there is no method."""
    # One sample has no lanes: rows of packed matrices take their place.
    products = None if shape.many else Products(shape.single, shape.lanes)
    writer = Writer(dynamics, shape, products=products)
    _write_step(writer, dynamics, method)
    return writer.source("fixed", {})


def adjoint_source(
    dynamics: Dynamics, method: takens.plugin.Tableau | None, shape: Shape
) -> str:
    """Pull gradients back through the steps of ``fixed_source``."""
    writer = Writer(dynamics, shape)
    _write_step(writer, dynamics, method)
    graph, x = dynamics.graph, inputs(dynamics.graph, "x", dynamics.dim)
    cotangents = inputs(graph, "g", dynamics.dim)
    found, blocks = backward(graph, step(dynamics, method), cotangents)
    arguments = "const R *t, const R *h, const R *x, const R *g"
    count = write_pull(writer, "", arguments, x, found, blocks)
    return writer.source("adjoint", {"NA": count})


def adaptive_source(dynamics: Dynamics, method: takens.plugin.Tableau, shape: Shape) -> str:
    """Solve with steps of each sample's own. The tolerances follow the parameters."""
    writer = Writer(dynamics, shape, reserved=2)
    graph, d = dynamics.graph, dynamics.dim
    x, known = inputs(graph, "x", d), inputs(graph, "k", d)
    fsal = method.first_same_as_last
    writer.function(
        "field",
        "const R *t, const R *x, R *y",
        _places("y", dynamics.at(graph.input("t", 0), x)),
    )
    ks = stages(dynamics, method, x, [known] if fsal else [])
    after = combine(graph, x, graph.input("h", 0), method.b, ks)
    ratios = _ratios(dynamics, method, x, after, ks)
    outputs = [*_places("y", after), ("e[l]", _norm(graph, ratios)), *_places("r", ratios[0])]
    outputs += [
        (f"k[{i * d + e}*W+l]", node) for i, k in enumerate(ks) for e, node in enumerate(k)
    ][d if fsal else 0 :]
    arguments = "const R *t, const R *h, const R *x, R *y, R *k, R *e, R *r"
    writer.function("trial", arguments, outputs)
    taken = [inputs(graph, "k", d * (i + 1))[i * d :] for i in range(method.stages)]
    pieces = interpolant(dynamics, method, stages(dynamics, method, x, taken, len(method.c)))
    arguments = "const R *t, const R *h, const R *x, const R *k, R *q"
    writer.function("dense", arguments, _places("q", pieces))
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
    dynamics: Dynamics, method: takens.plugin.Tableau, shape: Shape
) -> str:
    """Pull gradients back through the steps that ``adaptive_source`` has taken."""
    writer = Writer(dynamics, shape, reserved=2)
    graph, d, degree = dynamics.graph, dynamics.dim, len(method.dense[0])
    x, g = inputs(graph, "x", d), inputs(graph, "g", d)
    found, blocks = backward(graph, step(dynamics, method), g)
    arguments = "const R *t, const R *h, const R *x, const R *g"
    definitions = {"NB": write_pull(writer, "", arguments, x, found, blocks)}
    ks = stages(dynamics, method, x, (), len(method.c))
    after = combine(graph, x, graph.input("h", 0), method.b, ks)
    pieces = interpolant(dynamics, method, ks)
    cotangents = [*g, *inputs(graph, "gq", degree * d)]
    found, blocks = backward(graph, [*after, *pieces], cotangents)
    definitions["NA"] = write_pull(
        writer, "_dense", f"{arguments}, const R *gq", x, found, blocks
    )
    return writer.source("adaptive_adjoint", {**definitions, "DEGREE": degree})


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


def _places(name: str, nodes: Sequence[Node]) -> list[tuple[str, Node]]:
    return [(f"{name}[{i}*W+l]", node) for i, node in enumerate(nodes)]


def exponents_source(
    dynamics: Dynamics, method: takens.plugin.Tableau | None, shape: Shape, count: int
) -> str:
    """Push ``count`` tangent vectors along with the states of a block of samples."""
    writer = Writer(dynamics, shape)
    graph, d = dynamics.graph, dynamics.dim
    x, after = inputs(graph, "x", d), step(dynamics, method)
    outputs = _places("y", after)
    for k in range(count):
        tangents = {x[i]: graph.input("v", i * count + k) for i in range(d)}
        pushed = forward(graph, after, tangents)
        outputs += [(f"z[{i * count + k}*W+l]", node) for i, node in enumerate(pushed)]
    arguments = "const R *t, const R *h, const R *x, const R *v, R *y, R *z"
    writer.function("push", arguments, outputs)
    return writer.source("exponents", {"K": count})


def tangents_source(
    dynamics: Dynamics, method: takens.plugin.Tableau | None, shape: Shape, count: int
) -> str:
    """Push ``count`` tangent vectors, the lanes, along with the state of one sample.

    What the tangents need of the state's step is computed once for all of them, and handed
    over as if it were parameters. The step size follows the parameters.
    """
    writer = Writer(dynamics, shape, reserved=1)
    graph, d = dynamics.graph, dynamics.dim
    x = inputs(graph, "x", d)
    size = graph.input("u", writer.given - 1)
    after = graph.substitute(step(dynamics, method), {graph.input("h", 0): size})
    pushed = forward(graph, after, {x[i]: graph.input("v", i) for i in range(d)})
    order = ancestors(pushed)
    moving = {node for node in order if node.op == "input" and node.detail[0] == "v"}
    for node in order:
        if any(a in moving for a in node.args):
            moving.add(node)
    known = moving | uniform_among(order)
    needed = {a for node in moving for a in node.args}
    needed |= {node for node in pushed if node not in known}
    scalars, vectors = list[tuple[str, Node]](), list[tuple[str, Node]]()
    places = dict[Node, Node]()
    for node in order:
        if node not in needed or node in known or node.op == "parameters":
            continue
        at, from_first = writer.parameters, writer.parameters - writer.given
        if node.size:
            places[node] = graph.parameters(at, 1, node.size)
            vectors.append((f"s[{from_first}+i]", node))
        else:
            places[node] = graph.input("u", at)
            scalars.append((f"s[{from_first}]", node))
        writer.parameters += max(node.size, 1)
    arguments = "const R *t, const R *x, R *y, R *s"
    writer.function(
        "point", arguments, _places("y", after) + scalars, vectors=vectors, one_lane=True
    )
    moved = graph.substitute(pushed, places)
    writer.function("push", "const R *v, R *z", _places("z", moved))
    return writer.source("tangents", {"K": count, "GIVEN": writer.given})


def _write_step(
    writer: Writer, dynamics: Dynamics, method: takens.plugin.Tableau | None
) -> None:
    outputs = _places("y", step(dynamics, method))
    writer.function("step", "const R *t, const R *h, const R *x, R *y", outputs)


def write_pull(
    writer: Writer,
    suffix: str,
    arguments: str,
    x: Sequence[Node],
    found: Mapping[Node, Node],
    blocks: Sequence[BlockGradient],
) -> int:
    """Write the function that turns cotangents of a step into those of state and parameters.

    Those of single parameters, so many, are summed lane by lane in `a`, and collected at the
    end.
    """
    zero = writer.graph.constant(0.0)
    outputs = _places("gx", [found.get(node, zero) for node in x])
    singles = sorted(
        (node.detail[1], g)
        for node, g in found.items()
        if node.op == "input" and node.detail[0] == "u" and g.constant != 0
    )
    sums = [(f"a[{i}*W+l]", g) for i, (_, g) in enumerate(singles)]
    arguments += ", R *gx, R *a, R *gu"
    added = frozenset(place for place, _ in sums)
    writer.function(f"pull{suffix}", arguments, outputs + sums, blocks, added)
    lines = [
        f"  for (int l = 0; l < lanes; l++) gu[{place}] += a[{i}*W+l];"
        for i, (place, _) in enumerate(singles)
    ]
    writer.functions.append(
        f"static void collect{suffix}(const R *a, R *gu, int lanes) {{\n"
        + "\n".join(lines)
        + "\n}"
    )
    return len(singles)
