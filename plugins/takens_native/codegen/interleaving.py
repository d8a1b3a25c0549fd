"""Turning samples of a few variables each into lanes, and back, by shuffles of registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# Beyond so many variables, one number after the other is as fast.
_MOST: Final = 8
# In bytes, of AVX-512, AVX and all others.
_REGISTERS: Final = (64, 32, 16)


def interleaving(d: int, lanes: int, single: bool) -> str:
    """Write `load_whole`, `save_whole` and `stream_whole` for a block of lanes.

    They are for states of ``d`` variables. Compilers turn the loops that do the same into
    one instruction for each number.
    """
    if not 2 <= d <= _MOST or lanes == 1:
        return ""
    parts = ["#define INTERLEAVED"]
    for register in _REGISTERS:
        each = register // (4 if single else 8)
        if lanes % each:
            continue
        parts += [
            f"#if REGISTER == {register}",
            *_function("load_whole(R *x, const R *from)", d, lanes, each, "KEEP"),
            *_function("save_whole(const R *x, R *to)", d, lanes, each, "KEEP"),
            *_function("stream_whole(const R *x, R *to)", d, lanes, each, "STREAM"),
            "#endif",
        ]
    return "\n".join(parts)


def _function(head: str, d: int, lanes: int, each: int, store: str) -> list[str]:
    """Write a function that loads, or saves, register by register."""
    lines = [f"INLINE void {head} {{"]
    for first in range(0, lanes, each):
        rows = [f"x + {i * lanes + first}" for i in range(d)]
        if head.startswith("load"):
            found = [[divmod(lane * d + i, each) for lane in range(each)] for i in range(d)]
            places = [f"from + {first * d + k * each}" for k in range(d)]
            lines += _shuffled(places, rows, found, store)
        else:
            pairs = [divmod(p, d) for p in range(d * each)]
            found = [[(i, lane) for lane, i in pairs[k * each :][:each]] for k in range(d)]
            places = [f"to + {first * d + k * each}" for k in range(d)]
            lines += _shuffled(rows, places, found, store)
    return [*lines, "}"]


def _shuffled(
    sources: Sequence[str],
    targets: Sequence[str],
    found: Sequence[Sequence[tuple[int, int]]],
    store: str,
) -> list[str]:
    """Fill every target with entries of sources, given as pairs of source and place there."""
    lines = ["  {"]
    lines += [f"    const Vector a{i} = *(const Vector *)({s});" for i, s in enumerate(sources)]
    for j, (target, entries) in enumerate(zip(targets, found, strict=True)):
        each, used = len(entries), sorted({source for source, _ in entries})
        made = f"a{used[0]}"
        for k, source in enumerate(used[1:]):
            mask = [
                each + place if at == source else (place if k == 0 and at == used[0] else e)
                for e, (at, place) in enumerate(entries)
            ]
            name = f"b{j}_{k}"
            shuffle = f"SHUFFLE({made}, a{source}, {', '.join(map(str, mask))})"
            lines.append(f"    const Vector {name} = {shuffle};")
            made = name
        lines.append(f"    {store}({target}, {made});")
    return [*lines, "  }"]
