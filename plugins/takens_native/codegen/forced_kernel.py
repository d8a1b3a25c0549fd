"""The kernel of forced runs and of their gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from takens_native.codegen.products import Products
from takens_native.codegen.stages import Dynamics, inputs
from takens_native.codegen.writer import Shape, Writer, placed
from takens_native.tracing.derivative import BlockGradient
from takens_native.tracing.graph import Node

# Steps whose vectors are kept until gradients of matrices are formed fill about so many bytes.
_KEPT: Final = 1 << 19
# Compiling more lines takes minutes.
_LONGEST: Final = 9000


def forced_source(dynamics: Dynamics, shape: Shape) -> str:
    """Iterate a map under forcing, with both directions in one kernel."""
    products = Products(shape.single, shape.lanes)
    writer = Writer(dynamics, shape, products=products)
    places, blocks = dict[Node, int](), list[BlockGradient]()

    def tape(found: Sequence[BlockGradient]) -> Mapping[int, Node]:
        blocks.extend(found)
        size = 0
        for node in (node for block in found for node in (block.g, block.v)):
            if node is not None and node not in places:
                places[node] = size
                size += node.size
        return {at: node for node, at in places.items()}

    writer.function("step", "x", {"y": placed(dynamics.value)})
    cotangents = inputs(dynamics.graph, "g", dynamics.dim)
    singles = writer.vjp("x g", dynamics.value, cotangents, tape=tape)
    lines = [_gathered(block, places, products) for block in blocks]
    writer.functions.append(
        "static void gather_steps(const R *s, R *gu, long count) {\n" + "\n".join(lines) + "\n}"
    )
    size = sum(node.size for node in places)
    bytes_each = max(size, 1) * shape.lanes * (4 if shape.single else 8)
    kept = min(max(_KEPT // bytes_each, 16), 256)
    # An odd number of registers, so that entries do not share the places of a cache.
    whole = -(-kept * shape.lanes // products.vector) | 1
    return writer.source(
        "forced",
        {
            "TAPE": size,
            "KEPT": whole * products.vector // shape.lanes,
            "ROW": whole * products.vector,
            "NA": singles,
        },
        longest=_LONGEST,
    )


def _gathered(block: BlockGradient, places: Mapping[Node, int], products: Products) -> str:
    g = f"s+{places[block.g]}*ROW"
    if block.v is None:
        offset, stride = block.layout
        return f"  sum_steps(gu+{offset}, {stride}, {block.g.size}, {g}, count, ROW);"
    v, (offset, row, column) = f"s+{places[block.v]}*ROW", block.layout
    return "  " + products.gradient((offset, row, column), block.g.size, block.v.size, g, v)
