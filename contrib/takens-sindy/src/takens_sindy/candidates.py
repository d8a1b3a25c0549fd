"""The candidate functions of which equations are made, evaluated in torch."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import final

import attrs
import torch
from torch import Tensor


@final
@attrs.frozen
class Candidates:
    """All monomials of n variables up to a degree, then sines and cosines of each variable.

    They stand in the order of PySINDy's ``PolynomialLibrary`` and ``FourierLibrary``: 1, the
    variables, their products of degree 2, ..., then `sin(k x_i), cos(k x_i)` for each
    frequency k up to ``frequencies`` and each i.
    """

    dim: int
    degree: int = 2
    frequencies: int = 0

    @property
    def size(self) -> int:
        """The number of functions, L."""
        return len(self._monomials()) + 2 * self.frequencies * self.dim

    def names(self, columns: Sequence[str]) -> list[str]:
        """Return each function as text, such as ``x y`` or ``z^2``; the constant is ``1``."""
        columns = [quoted(name) for name in columns]
        names: list[str] = []
        for factors in self._monomials():
            powers = ((columns[i], len(list(same))) for i, same in itertools.groupby(factors))
            words = [name if power == 1 else f"{name}^{power}" for name, power in powers]
            names.append(" ".join(words) or "1")
        for k in range(1, self.frequencies + 1):
            for name in columns:
                angle = name if k == 1 else f"{k} {name}"
                names += [f"sin({angle})", f"cos({angle})"]
        return names

    def values(self, x: Tensor) -> Tensor:
        """Evaluate all functions: `(..., n) -> (..., L)`."""
        ones = torch.ones_like(x[..., :1])
        parts, lower = [ones], [ones] * self.dim
        for _ in range(self.degree):
            # Times x_i, monomials that begin with x_i or a later variable give those that
            # begin with x_i, in order.
            begun = [x[..., i : i + 1] * lower[i] for i in range(self.dim)]
            parts += begun
            lower = [torch.cat(begun[i:], -1) for i in range(self.dim)]
        for k in range(1, self.frequencies + 1):
            pair = torch.stack(((k * x).sin(), (k * x).cos()), -1)
            parts.append(pair.flatten(-2))
        return torch.cat(parts, -1)

    def derivatives(self, x: Tensor) -> Tensor:
        """Differentiate all functions by each variable: `(..., n) -> (..., L, n)`."""
        eye = torch.eye(self.dim, dtype=x.dtype, device=x.device)
        ones = torch.ones_like(x[..., :1])
        none = torch.zeros_like(ones.unsqueeze(-1) * eye[:1])
        parts = [none]
        lower = [(ones, none)] * self.dim
        for _ in range(self.degree):
            begun = [
                (
                    x[..., i : i + 1] * value,
                    x[..., i : i + 1, None] * slope + value.unsqueeze(-1) * eye[i],
                )
                for i, (value, slope) in enumerate(lower)
            ]
            parts += [slope for _, slope in begun]
            lower = [
                (
                    torch.cat([value for value, _ in begun[i:]], -1),
                    torch.cat([slope for _, slope in begun[i:]], -2),
                )
                for i in range(self.dim)
            ]
        for k in range(1, self.frequencies + 1):
            pair = torch.stack((k * (k * x).cos(), -k * (k * x).sin()), -1)
            parts.append((pair.unsqueeze(-1) * eye.unsqueeze(-2)).flatten(-3, -2))
        return torch.cat(parts, -2)

    def _monomials(self) -> list[tuple[int, ...]]:
        return [
            factors
            for degree in range(self.degree + 1)
            for factors in itertools.combinations_with_replacement(range(self.dim), degree)
        ]


def quoted(name: str) -> str:
    """Return a variable's name as it stands in an equation, where spaces mean products."""
    return name if name.isidentifier() else f"[{name}]"
