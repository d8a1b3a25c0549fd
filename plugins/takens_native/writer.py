"""The text of one kernel: functions made of graphs, inside of the loops of a template."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final, final

import attrs

from takens_native.derivative import BlockGradient
from takens_native.emitter import Body, emit
from takens_native.graph import Node, ancestors
from takens_native.interleaving import interleaving
from takens_native.products import Products
from takens_native.stages import Dynamics

# What a method or map is compiled as: two vectors of the widest registers in a block.
LANES: Final = {False: 16, True: 32}
# Longer functions are not copied to where they are called.
_SHORT: Final = 400


@final
@attrs.frozen(eq=False)
class Shape:
    """How a kernel is compiled: for one sample at a time or many, single precision or not."""

    single: bool
    many: bool
    width: int = 0

    @property
    def lanes(self) -> int:
        """The number of samples, or of whatever ``width`` counts, that advance together."""
        return self.width or (LANES[self.single] if self.many else 1)


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
        arguments: str,
        outputs: Sequence[tuple[str, Node]],
        blocks: Sequence[BlockGradient] = (),
        add: frozenset[str] = frozenset(),
        vectors: Sequence[tuple[str, Node]] = (),
        one_lane: bool = False,
    ) -> None:
        """Write a function of a block of lanes, or of one lane whatever others have."""
        nodes = [node for _, node in (*outputs, *vectors)]
        for block in blocks:
            nodes += [block.g] if block.v is None else [block.g, block.v]
        left = iter(self._without_uniform(nodes))
        outputs = [(place, next(left)) for place, _ in outputs]
        vectors = [(place, next(left)) for place, _ in vectors]
        blocks = [
            BlockGradient(b.layout, next(left), None if b.v is None else next(left))
            for b in blocks
        ]
        body = emit(
            outputs,
            single=self.shape.single,
            blocks=blocks,
            add=add,
            vectors=vectors,
            products=None if one_lane else self.products,
        )
        self.scratch = max(self.scratch, body.scratch)
        text = _one_lane(body.text) if one_lane else body.text
        kind = "INLINE" if text.count("\n") < _SHORT else "APART"
        self.functions.append(
            f"{kind} void {name}(const R *restrict u, {arguments}, R *restrict w) "
            f"{{\n{text}\n}}"
        )

    def source(self, template: str, definitions: Mapping[str, int]) -> str:
        """Return the whole text of the kernel."""
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
        text = (products.text(),) if products else ()
        shuffles = interleaving(self.dim, self.shape.lanes, self.shape.single)
        parts = (
            _template("prelude"), shuffles, _template("lanes"), *text, self._prepare(),
            *self.functions, _template(template),
        )  # fmt: skip
        return "\n".join((*head, *parts))

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
    return files("takens_native").joinpath("templates", f"{name}.c").read_text()
