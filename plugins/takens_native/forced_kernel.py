"""The kernel of forced runs: iterate, and pull gradients back."""

from __future__ import annotations

from typing import Final

from takens_native.derivative import BlockGradient, backward
from takens_native.graph import Node
from takens_native.products import Products
from takens_native.refusal import Refusal
from takens_native.stages import Dynamics, inputs
from takens_native.writer import Shape, Writer

# Steps whose vectors are kept until gradients of matrices are formed fill about so many bytes.
_KEPT: Final = 1 << 19
# Compiling more lines takes minutes.
_LONGEST: Final = 9000


def forced_source(dynamics: Dynamics, shape: Shape) -> str:
    """Iterate a map under forcing, with both directions in one kernel."""
    products = Products(shape.single, shape.lanes)
    writer = Writer(dynamics, shape, products=products)
    graph, d = dynamics.graph, dynamics.dim
    x, g, zero = inputs(graph, "x", d), inputs(graph, "g", d), graph.constant(0.0)
    after = list(dynamics.value)
    steps = [(f"y[{i}*W+l]", node) for i, node in enumerate(after)]
    writer.function("step", "const R *x, R *y", steps)
    found, blocks = backward(graph, after, g)
    singles = sorted(
        (node.detail[1], gradient)
        for node, gradient in found.items()
        if node.op == "input" and node.detail[0] == "u" and gradient.constant != 0
    )
    outputs = [(f"gx[{i}*W+l]", found.get(node, zero)) for i, node in enumerate(x)]
    sums = [(f"a[{i}*W+l]", gradient) for i, (_, gradient) in enumerate(singles)]
    tape = _tape(blocks)
    writer.function(
        "pull",
        "const R *x, const R *g, R *gx, R *a, R *s",
        outputs + sums,
        add=frozenset(place for place, _ in sums),
        vectors=[(f"s[({at}+i)*ROW+l]", node) for node, at in tape.items()],
    )
    size = sum(node.size for node in tape)
    lines = [_gathered(block, tape, products) for block in blocks]
    writer.functions.append(
        "static void gather_steps(const R *s, R *gu, long count) {\n" + "\n".join(lines) + "\n}"
    )
    collected = [
        f"  for (int l = 0; l < W; l++) gu[{place}] += a[{i}*W+l];"
        for i, (place, _) in enumerate(singles)
    ]
    writer.functions.append(
        "static void collect(const R *a, R *gu) {\n" + "\n".join(collected) + "\n}"
    )
    bytes_each = max(size, 1) * shape.lanes * (4 if shape.single else 8)
    kept = min(max(_KEPT // bytes_each, 16), 256)
    # An odd number of registers, so that entries do not share the places of a cache.
    whole = -(-kept * shape.lanes // products.vector) | 1
    text = writer.source(
        "forced",
        {
            "TAPE": size,
            "KEPT": whole * products.vector // shape.lanes,
            "ROW": whole * products.vector,
            "NA": len(singles),
        },
    )
    if text.count("\n") > _LONGEST:
        raise Refusal("its step and gradient have more scalar operations than are compiled")
    return text


def _tape(blocks: list[BlockGradient]) -> dict[Node, int]:
    """Return a place to every vector that a gradient of a block of parameters needs."""
    places, size = dict[Node, int](), 0
    for block in blocks:
        for node in (block.g, block.v):
            if node is not None and node not in places:
                places[node] = size
                size += node.size
    return places


def _gathered(block: BlockGradient, tape: dict[Node, int], products: Products) -> str:
    g = f"s+{tape[block.g]}*ROW"
    if block.v is None:
        offset, stride = block.layout
        return f"  sum_steps(gu+{offset}, {stride}, {block.g.size}, {g}, count, ROW);"
    v, (offset, row, column) = f"s+{tape[block.v]}*ROW", block.layout
    return "  " + products.gradient((offset, row, column), block.g.size, block.v.size, g, v)
