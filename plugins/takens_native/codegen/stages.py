"""Fields and maps as graphs, and the steps of a Runge-Kutta method made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import attrs

import takens
from takens_native.tracing.graph import Graph, Node


@final
@attrs.frozen(eq=False)
class Dynamics:
    """A traced field, or a map where ``t`` is None; it reads ``parameters`` numbers."""

    graph: Graph
    t: Node | None
    x: tuple[Node, ...]
    value: tuple[Node, ...]
    parameters: int

    @property
    def dim(self) -> int:
        """The number of state variables."""
        return len(self.x)

    def at(self, t: Node, x: Sequence[Node]) -> list[Node]:
        """Return the velocity at another time and state."""
        inputs = dict(zip(self.x, x, strict=True))
        if self.t is not None:
            inputs[self.t] = t
        return self.graph.substitute(self.value, inputs)


def inputs(graph: Graph, kind: str, count: int) -> list[Node]:
    """Return the inputs of one kind, one for each lane."""
    return [graph.input(kind, i) for i in range(count)]


def combine(
    graph: Graph,
    x: Sequence[Node] | None,
    h: Node,
    weights: Sequence[float],
    stages: Sequence[Sequence[Node]],
) -> list[Node]:
    """Return `x + sum_i (h w_i) k_i`, or the weighted sum of the stages where ``x`` is None."""
    apply, out = graph.apply, list[Node]()
    used = [(graph.constant(w), k) for w, k in zip(weights, stages, strict=False) if w]
    if x is not None:
        used = [(apply("mul", h, weight), k) for weight, k in used]
    for d in range(len(stages[0])):
        total = graph.constant(0.0) if x is None else x[d]
        for weight, k in used:
            total = apply("add", total, apply("mul", weight, k[d]))
        out.append(total)
    return out


def stages(
    dynamics: Dynamics,
    method: takens.plugin.Tableau,
    x: Sequence[Node],
    known: Sequence[Sequence[Node]] = (),
    count: int | None = None,
) -> list[Sequence[Node]]:
    """Evaluate stages, those after the ``known`` ones, as functions of the inputs t and h."""
    graph = dynamics.graph
    t, h = graph.input("t", 0), graph.input("h", 0)
    ks = list(known)
    for i in range(len(ks), method.stages if count is None else count):
        at = graph.apply("add", t, graph.apply("mul", graph.constant(method.c[i]), h))
        y = combine(graph, x, h, method.a[i], ks) if i else x
        ks.append(dynamics.at(at, y))
    return ks


def step(dynamics: Dynamics, method: takens.plugin.Tableau | None) -> list[Node]:
    """Return the state after one step from the input x; a map is its own step."""
    if method is None:
        return list(dynamics.value)
    graph = dynamics.graph
    x = inputs(graph, "x", dynamics.dim)
    return combine(graph, x, graph.input("h", 0), method.b, stages(dynamics, method, x))


def interpolant(
    dynamics: Dynamics, method: takens.plugin.Tableau, ks: Sequence[Sequence[Node]]
) -> list[Node]:
    """Return the coefficients of theta, theta^2, ... in `x(t + theta h) - x`, in a row."""
    graph, out = dynamics.graph, list[Node]()
    h = graph.input("h", 0)
    for power in range(len(method.dense[0])):
        weights = [row[power] for row in method.dense]
        for node in combine(graph, None, h, weights, ks):
            out.append(graph.apply("mul", h, node))
    return out
