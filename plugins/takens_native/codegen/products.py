"""Products with matrices of parameters, in blocks that stay within the vector registers.

Matrices are packed once per call into the order in which they are read. Many lanes: panels of
some rows, `[column][row]`, each entry of which is broadcast to the lanes. One lane: all rows
side by side, `[column][row]`, with rows added up to whole vectors.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Final, final

import attrs

# Sums that are kept in registers at once, and how many of them one row may have for gradients.
_SUMS: Final = {64: 24, 32: 12, 16: 12}
_TALL: Final = {64: 4, 32: 3, 16: 3}


@functools.cache
def register_bytes() -> int:
    """Return the width of the widest vector registers of this machine."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return 16
    flags = set(next((x for x in text.splitlines() if x.startswith("flags")), "").split())
    return 64 if "avx512f" in flags else 32 if {"avx2", "fma"} <= flags else 16


@final
@attrs.define(eq=False)
class Products:
    """The products of one kernel, and the text of the functions that compute them."""

    single: bool
    lanes: int
    matrices: dict[tuple[tuple[int, int, int], int, int], tuple[int, int]] = attrs.field(
        factory=dict[tuple[tuple[int, int, int], int, int], tuple[int, int]]
    )
    functions: dict[str, str] = attrs.field(factory=dict[str, str])
    size: int = 0

    @property
    def vector(self) -> int:
        """The number of entries in a vector of C."""
        widest = register_bytes() // (4 if self.single else 8)
        return min(widest, self.lanes) if self.lanes > 1 else widest

    def call(
        self, layout: tuple[int, int, int], rows: int, columns: int, x: str, y: str
    ) -> str:
        """Return the statement that multiplies a matrix, laid out as in ``Graph``, by `x`."""
        key = (layout, rows, columns)
        if key not in self.matrices:
            padded = rows if self.lanes > 1 else -(-rows // self.vector) * self.vector
            self.matrices[key] = (len(self.matrices), self.size)
            self.size += padded * columns
            self._multiply(rows, columns)
        return f"multiply{rows}x{columns}(u+PACKED+{self.matrices[key][1]}, {x}, {y});"

    def gradient(
        self, layout: tuple[int, int, int], rows: int, columns: int, g: str, v: str
    ) -> str:
        """Return the statement that adds `sum_k g_k v_k^T` to the gradient of a matrix.

        Vectors g and v have ``count`` numbers k for each entry, side by side, and ROW from
        entry to entry; k counts lanes and steps.
        """
        name = f"gradient{rows}x{columns}"
        if name not in self.functions:
            self._gradient(name, rows, columns)
        offset, row, column = layout
        return f"{name}(gu+{offset}, {row}, {column}, {g}, {v}, count);"

    def packing(self) -> str:
        """Return the statements that lay the matrices out, at the end of `u`."""
        lines = list[str]()
        for ((offset, row, column), rows, columns), (_, place) in self.matrices.items():
            start = 0
            to = f"u+PACKED+{place}"
            if self.lanes == 1:
                padded = -(-rows // self.vector) * self.vector
                lines.append(
                    f"  pack({to}, {padded}, u+{offset}, {row}, {column}, {rows}, {columns});"
                )
                continue
            for count, height in self._panels(rows):
                for _ in range(count):
                    lines.append(
                        f"  pack({to}+{start * columns}, {height}, u+{offset + start * row}, "
                        f"{row}, {column}, {height}, {columns});"
                    )
                    start += height
        return "\n".join(lines)

    def text(self) -> str:
        """Return the functions."""
        shared = files("takens_native.codegen").joinpath("templates", "products.c").read_text()
        return "\n".join((f"#define LV {self.vector}", shared, *self.functions.values()))

    def _panels(self, rows: int) -> list[tuple[int, int]]:
        parts = self.lanes // self.vector
        return _balanced(rows, max(_SUMS[register_bytes()] // parts, 1))

    def _multiply(self, rows: int, columns: int) -> None:
        name = f"multiply{rows}x{columns}"
        if name in self.functions:
            return
        signature = f"void {name}(const R *a, const R *restrict x, R *restrict y)"
        lines = [f"APART {signature} {{"]
        if self.lanes == 1:
            lines += self._one_lane(rows, columns)
        else:
            for count, height in self._panels(rows):
                self._panel(height)
                lines.append(
                    f"  for (int i = 0; i < {count}; i++, a += {height * columns}, "
                    f"y += {height}*W) panel{height}(a, {columns}, x, y);"
                )
        self.functions[name] = "\n".join((*lines, "}"))

    def _panel(self, height: int) -> None:
        name = f"panel{height}"
        if name in self.functions:
            return
        parts = range(self.lanes // self.vector)
        sums = [(r, p) for r in range(height) for p in parts]
        lines = [
            f"INLINE void {name}(const R *a, int columns, const R *restrict x, "
            "R *restrict y) {",
            "  V " + ", ".join(f"s{r}_{p} = {{0}}" for r, p in sums) + ";",
            f"  for (int c = 0; c < columns; c++, a += {height}, x += W) {{",
            *(f"    const V x{p} = AT(x + {p}*LV);" for p in parts),
            *(f"    s{r}_{p} += a[{r}] * x{p};" for r, p in sums),
            "  }",
            *(f"  *(V *)(y + {r}*W + {p}*LV) = s{r}_{p};" for r, p in sums),
            "}",
        ]
        self.functions[name] = "\n".join(lines)

    def _one_lane(self, rows: int, columns: int) -> list[str]:
        """Keep vectors of rows in registers; few of them in several chains of columns."""
        vectors = -(-rows // self.vector)
        stride, lines, start = vectors * self.vector, list[str](), 0
        for count, height in _balanced(vectors, 8):
            for _ in range(count):
                chains = max(1, min(8 // height, columns))
                lines += self._chains(rows, columns, stride, start, height, chains)
                start += height
        return lines

    def _chains(
        self, rows: int, columns: int, stride: int, start: int, height: int, chains: int
    ) -> list[str]:
        every = [(j, v) for j in range(chains) for v in range(height)]
        whole = columns - columns % chains
        lines = [
            "  {",
            f"  const R *p = a + {start}*LV;",
            "  V " + ", ".join(f"s{j}_{v} = {{0}}" for j, v in every) + ";",
            f"  for (int c = 0; c < {whole}; c += {chains}, p += {chains * stride}) {{",
            *(f"    s{j}_{v} += x[c + {j}] * AT(p + {j * stride} + {v}*LV);" for j, v in every),
            "  }",
        ]
        for left in range(columns - whole):
            at = f"p + {left * stride}"
            lines += [
                f"  s{left}_{v} += x[{whole + left}] * AT({at} + {v}*LV);"
                for v in range(height)
            ]
        for v in range(height):
            total = " + ".join(f"s{j}_{v}" for j in range(chains))
            first = (start + v) * self.vector
            if rows - first >= self.vector:
                lines.append(f"  *(V *)(y + {first}) = {total};")
            else:
                lines.append(
                    f"  {{ const V t = {total}; "
                    f"memcpy(y + {first}, &t, {rows - first} * sizeof(R)); }}"
                )
        return [*lines, "  }"]

    def _gradient(self, name: str, rows: int, columns: int) -> None:
        """Go through the matrix block by block; its longer side is read once."""
        sums, tall = _SUMS[register_bytes()], _TALL[register_bytes()]
        if rows > columns:
            wide_rows, wide_columns = sums // tall, tall
        else:
            wide_rows, wide_columns = tall, sums // tall
        wide_rows = min(max(wide_rows, sums // max(columns, 1)), sums)
        wide_columns = min(max(wide_columns, sums // max(rows, 1)), sums)
        loops = list[str]()
        by_rows, by_columns = _balanced(rows, wide_rows), _balanced(columns, wide_columns)
        outer, inner = (by_rows, by_columns) if rows > columns else (by_columns, by_rows)
        first, second = ("r", "c") if rows > columns else ("c", "r")
        loops.append(f"  long {first} = 0;")
        for count, size in outer:
            loops.append(f"  for (int i = 0; i < {count}; i++, {first} += {size}) {{")
            loops.append(f"    long {second} = 0;")
            for inner_count, inner_size in inner:
                height, width = (size, inner_size) if first == "r" else (inner_size, size)
                self._block(height, width)
                loops.append(
                    f"    for (int j = 0; j < {inner_count}; j++, {second} += {inner_size})\n"
                    f"      block{height}x{width}(a + r*row + c*column, row, column, "
                    "g + r*ROW, v + c*ROW, count);"
                )
            loops.append("  }")
        self.functions[name] = "\n".join(
            (
                f"APART void {name}(R *restrict a, long row, long column, const R *g, "
                "const R *v, long count) {",
                *loops,
                "}",
            )
        )

    def _block(self, height: int, width: int) -> None:
        name = f"block{height}x{width}"
        if name in self.functions:
            return
        every = [(r, c) for r in range(height) for c in range(width)]
        lines = [
            f"APART void {name}(R *restrict a, long row, long column, const R *g, const R *v, "
            "long count) {",
            "  V " + ", ".join(f"s{r}_{c} = {{0}}" for r, c in every) + ";",
            "  for (long k = 0; k < count; k += LV) {",
        ]
        # The longer side comes from memory, one by one.
        g = [f"    const V g{r} = AT(g + {r}L*ROW + k);" for r in range(height)]
        v = [f"    const V v{c} = AT(v + {c}L*ROW + k);" for c in range(width)]
        if height <= width:
            lines += g
            for c in range(width):
                lines += [v[c], *(f"    s{r}_{c} += g{r} * v{c};" for r in range(height))]
        else:
            lines += v
            for r in range(height):
                lines += [g[r], *(f"    s{r}_{c} += g{r} * v{c};" for c in range(width))]
        lines.append("  }")
        added, totals = self._totals([f"s{r}_{c}" for r, c in every])
        lines += added
        lines += [
            f"  a[{r}*row + {c}*column] += {total};"
            for (r, c), total in zip(every, totals, strict=True)
        ]
        self.functions[name] = "\n".join((*lines, "}"))

    def _totals(self, vectors: list[str]) -> tuple[list[str], list[str]]:
        """Sum the entries of every vector: two vectors are folded into one, and so on."""
        lines, count = list[str](), len(vectors)
        length, width, level = self.vector, self.vector, 0
        while length > 1:
            half, folded = length // 2, list[str]()
            for i in range(0, len(vectors), 2):
                a, b = vectors[i], vectors[min(i + 1, len(vectors) - 1)]
                low = [s + e for s in range(0, 2 * width, length) for e in range(half)]
                halves = [
                    f"FOLD({a}, {b}, {', '.join(str(e + shift) for e in low)})"
                    for shift in (0, half)
                ]
                folded.append(f"f{level}_{i // 2}")
                lines.append(f"  const V {folded[-1]} = {halves[0]} + {halves[1]};")
            vectors, length, level = folded, half, level + 1
        return lines, [f"{vectors[i // width]}[{i % width}]" for i in range(count)]


def _balanced(count: int, most: int) -> list[tuple[int, int]]:
    """Cut into the fewest parts of at most so many, as equal as can be: (parts, size)."""
    parts = -(-count // most)
    size, larger = divmod(count, parts)
    cut = [(larger, size + 1), (parts - larger, size)]
    return [(number, each) for number, each in cut if number and each]
