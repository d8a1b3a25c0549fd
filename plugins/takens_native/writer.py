"""The text of one kernel: functions made of graphs, inside of the loops of a template."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final, final

import attrs

from takens_native.derivative import BlockGradient
from takens_native.emitter import Body, emit
from takens_native.graph import Node, ancestors
from takens_native.stages import Dynamics

# What a method or map is compiled as: two vectors of the widest registers in a block.
LANES: Final = {False: 16, True: 32}
# Longer functions are not copied to where they are called.
_SHORT: Final = 400
_KINDS: Final = frozenset(("u",))


@final
@attrs.frozen(eq=False)
class Shape:
    """How a kernel is compiled: for one sample at a time or many, single precision or not."""

    single: bool
    many: bool

    @property
    def lanes(self) -> int:
        """The number of samples that are advanced together."""
        return LANES[self.single] if self.many else 1


@final
class Writer:
    """Collects the functions of one kernel."""

    def __init__(self, dynamics: Dynamics, shape: Shape, reserved: int = 0):
        self.graph, self.dim, self.shape = dynamics.graph, dynamics.dim, shape
        self.parameters = dynamics.parameters + reserved
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
    ) -> None:
        """Write a function of a block of lanes."""
        nodes = [node for _, node in outputs]
        for block in blocks:
            nodes += [block.g] if block.v is None else [block.g, block.v]
        left = iter(self._without_uniform(nodes))
        outputs = [(place, next(left)) for place, _ in outputs]
        blocks = [
            BlockGradient(b.layout, next(left), None if b.v is None else next(left))
            for b in blocks
        ]
        body = emit(outputs, single=self.shape.single, blocks=blocks, add=add)
        self.scratch = max(self.scratch, body.scratch)
        kind = "INLINE" if body.text.count("\n") < _SHORT else "APART"
        self.functions.append(
            f"{kind} void {name}(const R *restrict u, {arguments}, R *restrict w) "
            f"{{\n{body.text}\n}}"
        )

    def source(self, template: str, definitions: Mapping[str, int]) -> str:
        """Give the whole text of the kernel."""
        real = "float" if self.shape.single else "double"
        macros = {
            "W": self.shape.lanes,
            "D": self.dim,
            "SCRATCH": self.scratch,
            "NU": self.parameters + len(self.prepared),
            **definitions,
        }
        suffix = "f" if self.shape.single else ""
        head = [f"typedef {real} R;", f"#define SQRT sqrt{suffix}", f"#define ABS fabs{suffix}"]
        head += [f"#define {name} {value}" for name, value in macros.items()]
        parts = (_template("prelude"), self._prepare(), *self.functions, _template(template))
        return "\n".join((*head, *parts))

    def _without_uniform(self, outputs: Sequence[Node]) -> list[Node]:
        """Take out what depends on parameters alone: it is computed once per call."""
        uniform: set[Node] = set()
        edge: dict[Node, Node] = {}
        order = ancestors(outputs)
        for node in order:
            fixed = node.op == "input" and node.detail[0] in _KINDS
            inner = bool(node.args) and node.size == 0 and node.op not in ("item", "total")
            if node.op == "const" or fixed or (inner and all(a in uniform for a in node.args)):
                uniform.add(node)
        needed = {a for n in order if n not in uniform for a in n.args} | set(outputs)
        for node in needed & uniform:
            if node.op not in ("const", "input"):
                place = self.parameters + len(self.prepared)
                edge[node] = self.prepared.setdefault(node, self.graph.input("u", place))
        return self.graph.substitute(outputs, edge)

    def _prepare(self) -> str:
        outputs = [(f"u[{place.detail[1]}]", node) for node, place in self.prepared.items()]
        body = emit(outputs, single=self.shape.single) if outputs else Body("", 0)
        # Written for one lane, whatever the others have.
        text = body.text.replace("l < W", "l < 1")
        return (
            f"static void prepare(const R *from, R *u) {{\n"
            f"  memcpy(u, from, {self.parameters} * sizeof(R));\n{text}\n}}"
        )


@functools.cache
def _template(name: str) -> str:
    return files("takens_native").joinpath("templates", f"{name}.c").read_text()
