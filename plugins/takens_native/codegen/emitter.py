"""From a graph to the body of a C function that works on a block of samples.

A block is ``W`` samples, the *lanes*. Scalars are local to a loop over the lanes, which the
compiler turns into vector instructions. Long vectors of the graph are arrays in ``scratch``,
`[entry][lane]`, and split the body into several such loops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, final

import attrs

from takens_native.codegen.products import Products
from takens_native.tracing.derivative import BlockGradient
from takens_native.tracing.graph import Node, ancestors

_INFIX: Final = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "eq": "==",
    "ne": "!=", "and": "&&", "or": "||",
}  # fmt: skip
_BOOLEAN: Final = frozenset(("lt", "le", "eq", "ne", "and", "or", "not"))


@final
@attrs.frozen
class Body:
    """Lines of C, and how many entries of ``scratch`` (of W numbers each) they use."""

    text: str
    scratch: int


def emit(
    outputs: Sequence[tuple[str, Node]],
    *,
    single: bool,
    blocks: Sequence[BlockGradient] = (),
    add: frozenset[str] = frozenset(),
    vectors: Sequence[tuple[str, Node]] = (),
    products: Products | None = None,
) -> Body:
    """Return the code that computes outputs, each into its place.

    A place is C text such as ``y[2*W+l]``; those in ``add`` are added to, for sums over steps.
    Those of ``vectors`` count their entries by ``i``. With ``products``, matrices are packed.
    """
    return _Emitter(single, products).run(outputs, blocks, add, vectors)


@final
class _Emitter:
    def __init__(self, single: bool, products: Products | None):
        self.products = products
        self.suffix = "f" if single else ""
        self.lines: list[str] = []
        self.loop: list[str] = []
        self.made: set[Node] = set()
        self.group: list[Node] = []
        self.slots: dict[Node, int] = {}
        self.free: dict[int, list[int]] = {}
        self.scratch = 0
        self.uses: Counter[Node] = Counter()
        self.uniform: dict[str, str] = {}

    def run(
        self,
        outputs: Sequence[tuple[str, Node]],
        blocks: Sequence[BlockGradient],
        add: frozenset[str],
        vectors: Sequence[tuple[str, Node]],
    ) -> Body:
        roots = [node for _, node in (*outputs, *vectors)]
        for block in blocks:
            roots += [block.g] if block.v is None else [block.g, block.v]
        order = ancestors(roots)
        for node in order:
            self.uses.update(node.args)
        self.uses.update(roots)
        kept = self._crossing(order, outputs)
        for node in order:
            self._node(node, node in kept)
        if self.group:
            self._close()
        # Every input is read before the first output is written: they may share their place.
        for i, (_, node) in enumerate(outputs):
            self.loop.append(f"const R o{i} = {self._name(node)};")
        for i, (place, _) in enumerate(outputs):
            self.loop.append(f"{place} {'+=' if place in add else '='} o{i};")
        self._close()
        for place, node in vectors:
            self.lines.append(
                f"  for (int i = 0; i < {node.size}; i++) LANES for (int l = 0; l < W; l++)"
                f" {place} = {self._name(node)};"
            )
        for block in blocks:
            self._block(block)
        head = [f"  const R {name} = {place};" for name, place in self.uniform.items()]
        return Body("\n".join((*head, *self.lines)), self.scratch)

    def _crossing(
        self, order: Sequence[Node], outputs: Sequence[tuple[str, Node]]
    ) -> frozenset[Node]:
        """Find the scalars that a later loop or a vector needs, which must be stored."""
        current = 0
        since: dict[Node, int] = {}
        kept: set[Node] = set()
        for node in order:
            if node.size or node.op == "total":
                current += 1
                since[node] = -1
                kept.update(a for a in node.args if not a.size)
            else:
                since[node] = current
                kept.update(a for a in node.args if not a.size and since[a] != current)
        kept.update(node for _, node in outputs if since[node] != current)
        return frozenset(n for n in kept if n.op not in ("const", "input", "total"))

    def _node(self, node: Node, keep: bool) -> None:
        if node.op in ("const", "input") and not node.size:
            return
        if node.size and node.op not in ("parameters", "pack", "matvec"):
            self._join(node)
            return
        if node.size or node.op == "total":
            self._close()
            self._vector(node)
            for arg in node.args:
                self._release(arg)
            return
        if self.group:
            self._close()
        expression = self._expression(node)
        kind = "int" if node.op in _BOOLEAN else "R"
        self.loop.append(f"const {kind} v{node.index} = {expression};")
        if keep:
            slot = self._slot(node)
            self.loop.append(f"w[{slot}*W+l] = v{node.index};")
        self.made.add(node)
        for arg in node.args:
            self._release(arg)

    def _join(self, node: Node) -> None:
        """Add an elementwise operation to the loop over entries that is being written."""
        if not self.group or self.group[0].size != node.size:
            self._close()
        self.group.append(node)

    def _fused(self) -> None:
        """Write one loop over entries; what is used only within it is never stored."""
        group, self.group = self.group, []
        inside = Counter(arg for node in group for arg in node.args)
        lines = list[str]()
        for node in group:
            expression = (
                self._name(node.args[0]) if node.op == "splat" else self._expression(node)
            )
            kind = "int" if node.op in _BOOLEAN else "R"
            lines.append(f"const {kind} v{node.index} = {expression};")
            self.made.add(node)
            if self.uses[node] > inside[node]:
                lines.append(f"w[({self._slot(node)}+i)*W+l] = v{node.index};")
        for node in group:
            self.made.discard(node)
            for arg in node.args:
                self._release(arg)
        body = "\n    ".join(lines)
        self.lines.append(
            f"  for (int i = 0; i < {group[0].size}; i++)"
            f" LANES for (int l = 0; l < W; l++) {{\n    {body}\n  }}"
        )

    def _close(self) -> None:
        if self.group:
            self._fused()
        if self.loop:
            body = "\n    ".join(self.loop)
            self.lines.append(f"  LANES for (int l = 0; l < W; l++) {{\n    {body}\n  }}")
            self.loop = []
        self.made.clear()

    def _slot(self, node: Node) -> int:
        size = max(node.size, 1)
        stock = self.free.setdefault(size, [])
        if stock:
            slot = stock.pop()
        else:
            slot, self.scratch = self.scratch, self.scratch + size
        self.slots[node] = slot
        return slot

    def _release(self, node: Node) -> None:
        self.uses[node] -= 1
        if node.size and self.uses[node] == 0 and node in self.slots:
            self.free[node.size].append(self.slots[node])

    def _name(self, node: Node, entry: str = "i") -> str:
        """Refer to a value inside of a loop over lanes, and over entries where it is long."""
        if node.op == "const":
            return self._literal(node.detail)
        if node.op == "input":
            kind, place = node.detail
            if kind != "u":
                return f"{kind}[{place}*W+l]"
            self.uniform.setdefault(f"u{place}", f"u[{place}]")
            return f"u{place}"
        if node.op == "parameters":
            offset, stride = node.detail
            return f"u[{offset}+{stride}*{entry}]"
        if node in self.made:
            return f"v{node.index}"
        if node.size:
            return f"w[({self.slots[node]}+{entry})*W+l]"
        return f"w[{self.slots[node]}*W+l]"

    def _expression(self, node: Node, entry: str = "i") -> str:
        if node.op == "item":
            return self._name(node.args[0], str(node.detail))
        args = [self._name(a, entry) for a in node.args]
        if node.op in _INFIX:
            return f"{args[0]} {_INFIX[node.op]} {args[1]}"
        if node.op == "neg":
            return f"-{args[0]}"
        if node.op == "not":
            return f"!{args[0]}"
        if node.op == "select":
            return f"{args[0]} ? {args[1]} : {args[2]}"
        if node.op == "sigmoid":
            return f"1 / (1 + exp{self.suffix}(-{args[0]}))"
        if node.op == "abs":
            return f"fabs{self.suffix}({args[0]})"
        return f"{node.op}{self.suffix}({', '.join(args)})"

    def _vector(self, node: Node) -> None:
        if node.op == "parameters":
            return
        if node.op == "pack":
            slot = self._slot(node)
            for i, arg in enumerate(node.args):
                self.loop.append(f"w[{slot + i}*W+l] = {self._name(arg)};")
            self._close()
            return
        if node.op == "matvec":
            (v,), (offset, row, column) = node.args, node.detail
            source = self._array(v)
            slot = self._slot(node)
            if self.products:
                x, y = f"w+{source}*W", f"w+{slot}*W"
                call = self.products.call(node.detail, node.size, v.size, x, y)
                self.lines.append(f"  {call}")
                return
            self.lines.append(
                f"  matvec(u+{offset}, {row}, {column}, {node.size}, {v.size}, "
                f"w+{source}*W, w+{slot}*W);"
            )
            return
        if node.op == "total":
            slot = self._slot(node)
            self.lines.append(
                f"  LANES for (int l = 0; l < W; l++) w[{slot}*W+l] = 0;\n"
                f"  for (int i = 0; i < {node.args[0].size}; i++) "
                f"LANES for (int l = 0; l < W; l++)\n"
                f"    w[{slot}*W+l] += {self._name(node.args[0])};"
            )
            return

    def _array(self, v: Node) -> int:
        """Return the slot of a vector, laying out one that is only parameters."""
        if v not in self.slots:
            slot = self._slot(v)
            self.lines.append(
                f"  for (int i = 0; i < {v.size}; i++) for (int l = 0; l < W; l++)\n"
                f"    w[({slot}+i)*W+l] = {self._name(v)};"
            )
        return self.slots[v]

    def _block(self, block: BlockGradient) -> None:
        g = self._array(block.g)
        if block.v is None:
            offset, stride = block.layout
            self.lines.append(f"  gather(gu+{offset}, {stride}, {block.g.size}, w+{g}*W);")
            return
        offset, row, column = block.layout
        v = self._array(block.v)
        self.lines.append(
            f"  outer(gu+{offset}, {row}, {column}, {block.g.size}, {block.v.size}, "
            f"w+{g}*W, w+{v}*W, w+{self._turned(block.v)}*W);"
        )

    def _turned(self, v: Node) -> int:
        """Return room for a vector with its lanes outermost."""
        slot, self.scratch = self.scratch, self.scratch + v.size
        return slot

    def _literal(self, value: float) -> str:
        if value != value:
            return "(R)NAN"
        if value in (float("inf"), float("-inf")):
            return "(R)INFINITY" if value > 0 else "(-(R)INFINITY)"
        text = f"{value!r}{self.suffix}"
        return f"({text})" if text.startswith("-") else text
