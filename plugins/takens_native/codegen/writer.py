"""The text of one kernel: functions made of graphs, inside of the loops of a template."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Final, final

import attrs

from takens_native.codegen.emitter import Body, emit
from takens_native.codegen.interleaving import interleaving
from takens_native.codegen.products import Products
from takens_native.codegen.stages import Dynamics, inputs
from takens_native.tracing.derivative import BlockGradient, backward
from takens_native.tracing.graph import Node, ancestors
from takens_native.unsupported import UnsupportedError

# What a method or map is compiled as: two vectors of the widest registers in a block.
LANES: Final = {False: 16, True: 32}
_NONE: Final[Mapping[int, Node]] = {}
# A C compiler takes 0.3 to 2 ms a line at -O3, least where there are many short loops: half a
# minute for so many. -O1 would save at most half of that.
_LONGEST: Final = 30_000
# Longer functions are not copied to where they are called.
_SHORT: Final = 400


@final
@attrs.frozen(eq=False)
class Shape:
    """How a kernel is compiled: in which precision, and how many samples advance at once."""

    single: bool
    lanes: int


@final
class Writer:
    """Collects the functions of one kernel."""

    def __init__(
        self,
        dynamics: Dynamics,
        shape: Shape,
        reserved: int = 0,
        products: Products | None = None,
    ):
        self.products = products
        self.graph, self.dim, self.shape = dynamics.graph, dynamics.dim, shape
        self.given = self.parameters = dynamics.parameters + reserved
        self.prepared: dict[Node, Node] = {}
        self.functions: list[str] = []
        self.scratch = 0

    def function(
        self,
        name: str,
        reads: str,
        writes: Mapping[str, Mapping[int, Node]],
        *,
        add: str = "",
        blocks: Sequence[BlockGradient] = (),
        vectors: Mapping[int, Node] = _NONE,
        row: str = "W",
        one_lane: bool = False,
    ) -> None:
        """Write a function of a block of lanes, or of one lane whatever others have.

        It reads some arrays, `[entry][lane]`, and writes nodes to their places in others; to
        those of ``add`` it adds. ``vectors`` go to an array ``s`` of rows of another length.
        """
        nodes = [node for array in writes.values() for node in array.values()]
        nodes += vectors.values()
        for block in blocks:
            nodes += [block.g] if block.v is None else [block.g, block.v]
        left = iter(self._without_uniform(nodes))
        body = emit(
            [(f"{array}[{i}*W+l]", next(left)) for array in writes for i in writes[array]],
            single=self.shape.single,
            add=frozenset(f"{add}[{i}*W+l]" for i in writes.get(add, ())),
            vectors=[(f"s[({at}+i)*{row}+l]", next(left)) for at in vectors],
            blocks=[
                BlockGradient(b.layout, next(left), None if b.v is None else next(left))
                for b in blocks
            ],
            products=None if one_lane else self.products,
        )
        self.scratch = max(self.scratch, body.scratch)
        text = _one_lane(body.text) if one_lane else body.text
        kind = "INLINE" if text.count("\n") < _SHORT else "APART"
        arrays = [
            *(f"const R *{array}" for array in reads.split()),
            *(f"R *{a}" for a in writes),
        ]
        self.functions.append(
            f"{kind} void {name}(const R *restrict u, {', '.join(arrays)}, R *restrict w) "
            f"{{\n{text}\n}}"
        )

    def vjp(
        self,
        reads: str,
        outputs: Sequence[Node],
        cotangents: Sequence[Node],
        suffix: str = "",
        tape: Callable[[Sequence[BlockGradient]], Mapping[int, Node]] | None = None,
    ) -> int:
        """Write what turns cotangents of a step into those of state and parameters.

        Those of single parameters, so many, are summed lane by lane in `a`, and collected at
        the end; those of blocks are added up, or what they need is kept by a ``tape``.
        """
        graph, zero = self.graph, self.graph.constant(0.0)
        found, blocks = backward(graph, outputs, cotangents)
        singles = sorted(
            (node.detail[1], g)
            for node, g in found.items()
            if node.op == "input" and node.detail[0] == "u" and g.constant != 0
        )
        writes = {
            "gx": placed([found.get(x, zero) for x in inputs(graph, "x", self.dim)]),
            "a": placed([g for _, g in singles]),
            "s" if tape else "gu": _NONE,
        }
        kept = tape(blocks) if tape else _NONE
        self.function(
            f"vjp{suffix}", reads, writes, add="a", blocks=() if tape else blocks,
            vectors=kept, row="ROW",
        )  # fmt: skip
        lines = [
            f"  for (int l = 0; l < lanes; l++) gu[{place}] += a[{i}*W+l];"
            for i, (place, _) in enumerate(singles)
        ]
        self.functions.append(
            f"static void collect{suffix}(const R *a, R *gu, int lanes) {{\n"
            + "\n".join(lines)
            + "\n}"
        )
        return len(singles)

    def source(
        self, template: str, definitions: Mapping[str, int], longest: int = _LONGEST
    ) -> str:
        """Return the whole text of the kernel.

        Raises: UnsupportedError where it has too many lines to be compiled in good time.
        """
        real = "float" if self.shape.single else "double"
        products = self.products
        macros = {
            "W": self.shape.lanes,
            "BYTES": self.shape.lanes * (4 if self.shape.single else 8),
            "D": self.dim,
            "SCRATCH": self.scratch,
            "PACKED": self.parameters + len(self.prepared),
            "NU": self.parameters + len(self.prepared) + (products.size if products else 0),
            **definitions,
        }
        suffix = "f" if self.shape.single else ""
        head = [
            f"typedef {real} R;",
            f"typedef {'int' if self.shape.single else 'long long'} I;",
        ]
        head += [f"#define SQRT sqrt{suffix}", f"#define ABS fabs{suffix}"]
        head += [f"#define {name} {value}" for name, value in macros.items()]
        packed = (products.text(),) if products else ()
        shuffles = interleaving(self.dim, self.shape.lanes, self.shape.single)
        parts = (
            _template("prelude"), shuffles, _template("lanes"), *packed, self._prepare(),
            *self.functions, _template(template),
        )  # fmt: skip
        text = "\n".join((*head, *parts))
        if text.count("\n") > longest:
            raise UnsupportedError(f"it has more than {longest} scalar operations a step")
        return text

    def _without_uniform(self, outputs: Sequence[Node]) -> list[Node]:
        """Take out what depends on parameters alone: it is computed once per call."""
        edge: dict[Node, Node] = {}
        order = ancestors(outputs)
        uniform = uniform_among(order)
        needed = {a for n in order if n not in uniform for a in n.args} | set(outputs)
        for node in needed & uniform:
            if node.op not in ("const", "input"):
                place = self.parameters + len(self.prepared)
                edge[node] = self.prepared.setdefault(node, self.graph.input("u", place))
        return self.graph.substitute(outputs, edge)

    def _prepare(self) -> str:
        outputs = [(f"u[{place.detail[1]}]", node) for node, place in self.prepared.items()]
        body = emit(outputs, single=self.shape.single) if outputs else Body("", 0)
        packing = self.products.packing() if self.products else ""
        return (
            f"static void prepare(const R *from, R *u) {{\n"
            f"  memcpy(u, from, {self.given} * sizeof(R));\n"
            f"{_one_lane(body.text)}\n{packing}\n}}"
        )


def placed(nodes: Sequence[Node], start: int = 0) -> dict[int, Node]:
    """Return nodes by their places in an array, from ``start`` on."""
    return dict(enumerate(nodes, start))


def uniform_among(order: Sequence[Node]) -> set[Node]:
    """Find the scalars that depend on parameters alone, given everything they depend on."""
    uniform: set[Node] = set()
    for node in order:
        fixed = node.op == "input" and node.detail[0] == "u"
        inner = bool(node.args) and node.size == 0 and node.op not in ("item", "total")
        if node.op == "const" or fixed or (inner and all(a in uniform for a in node.args)):
            uniform.add(node)
    return uniform


def _one_lane(text: str) -> str:
    return re.sub(r"\bmatvec\b", "matvec_one", re.sub(r"\bW\b", "1", text))


@functools.cache
def _template(name: str) -> str:
    return files("takens_native.codegen").joinpath("templates", f"{name}.c").read_text()
