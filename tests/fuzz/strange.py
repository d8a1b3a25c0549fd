"""Strange values, texts and bytes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

NUMBERS: Sequence[Any] = (
    0, 1, -1, 2, 3, 10, 0.5, -0.5, 1e-320, 1e-30, 1e30, 1e308, math.inf, -math.inf, math.nan,
    2**31, 2**62, 2**63, 2**64, -(2**63), 10**40, 10**400, True, False,
)  # fmt: skip
TEXTS: Sequence[str] = (
    "", " ", "a", "nan", "inf", "auto", "lorenz63", "rk4", "cpu", "../x", "/", ".", "x" * 3000,
    "\0", "\n", "\ud800", "\u202e", "ß", "日本", "%s%n", "{}", "{0.__class__}", "__import__",
    "os:system", "a.b:C", "models:", ":", "::", "1", "1e5", "-1", "'", '"', "\\", "\x1b[31m",
)  # fmt: skip


def value(draw: random.Random, depth: int = 0) -> Any:
    """Return a value of any type that TOML or a caller may give."""
    kind = draw.randrange(9 if depth < 3 else 6)
    if kind < 3:
        return draw.choice(NUMBERS)
    if kind < 5:
        return draw.choice(TEXTS)
    if kind == 5:
        return None if depth == 0 else draw.choice(TEXTS)
    if kind == 6:
        return [value(draw, depth + 1) for _ in range(draw.randrange(4))]
    if kind == 7:
        return {draw.choice(TEXTS): value(draw, depth + 1) for _ in range(draw.randrange(3))}
    return draw.uniform(-10, 10)


def damaged(draw: random.Random, content: bytes, most: int = 8) -> bytes:
    """Return bytes with some of them flipped, cut out, repeated or put in."""
    data = bytearray(content)
    for _ in range(draw.randint(1, most)):
        at = draw.randrange(len(data) + 1)
        match draw.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << draw.randrange(8)
            case 1:
                del data[at : at + draw.choice((1, 2, 10, 1000))]
            case 2:
                data[at:at] = draw.randbytes(draw.choice((1, 2, 8, 100)))
            case 3:
                data[at:at] = data[at : at + draw.choice((1, 10, 200))]
            case 4:
                del data[at:]
            case _:
                data[at:at] = draw.choice(TEXTS).encode("utf-8", "surrogatepass")
    return bytes(data)
