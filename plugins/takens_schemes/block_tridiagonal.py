"""Symmetric systems whose blocks touch their neighbours alone, many at once."""

from __future__ import annotations

from typing import cast, final

import attrs
import torch
from torch import Tensor


@final
@attrs.frozen(eq=False)
class BlockTridiagonal:
    """The Cholesky factor of a positive definite matrix of `K` blocks.

    `diagonal: (..., K, m, m)` holds the lower triangles of its blocks on the diagonal, `below:
    (..., K - 1, m, m)` those below.
    """

    diagonal: Tensor
    below: Tensor

    @classmethod
    def factor(cls, diagonal: Tensor, below: Tensor) -> BlockTridiagonal:
        """Factor the matrix of these blocks, `(..., K, m, m)` and `(..., K - 1, m, m)`.

        What is not positive definite gives numbers that are not finite.
        """
        roots, under = list[Tensor](), list[Tensor]()
        left = diagonal[..., 0, :, :]
        for k in range(diagonal.shape[-3]):
            if k:
                under.append(_solve(roots[-1], below[..., k - 1, :, :].mT).mT)
                left = diagonal[..., k, :, :] - under[-1] @ under[-1].mT
            roots.append(_root(left))
        return cls(torch.stack(roots, -3), torch.stack(under, -3) if under else below)

    def solve(self, right: Tensor) -> Tensor:
        """Return what the matrix makes `right: (..., K, m)` of, of the same shape."""
        there, last = list[Tensor](), None
        for k in range(right.shape[-2]):
            now = right[..., k, :, None]
            if last is not None:
                now = now - self.below[..., k - 1, :, :] @ last
            last = _solve(self.diagonal[..., k, :, :], now)
            there.append(last.squeeze(-1))
        return self._back(torch.stack(there, -2))

    def _back(self, x: Tensor) -> Tensor:
        """Return `y: (..., K, m)` where the transposed factor times y is x.

        Of standard normal x its covariance is the inverse of the matrix.
        """
        back, last = list[Tensor](), None
        for k in reversed(range(x.shape[-2])):
            now = x[..., k, :, None]
            if last is not None:
                now = now - self.below[..., k, :, :].mT @ last
            last = _solve(self.diagonal[..., k, :, :], now, transposed=True)
            back.append(last.squeeze(-1))
        return torch.stack(back[::-1], -2)

    def inverse(self) -> tuple[Tensor, Tensor]:
        """Return the inverse's blocks on the diagonal, and those below it.

        Source: Rauch, Tung, Striebel (1965), Maximum likelihood estimates of linear dynamic
        systems, AIAA J. 3, whose smoother these are the covariances of.
        """
        own = torch.cholesky_inverse(self.diagonal)
        here, under = [own[..., -1, :, :]], list[Tensor]()
        for k in reversed(range(own.shape[-3] - 1)):
            root = self.diagonal[..., k, :, :]
            gain = _solve(root, self.below[..., k, :, :].mT, transposed=True)
            under.append(-here[-1] @ gain.mT)
            here.append(own[..., k, :, :] - gain @ under[-1])
        return torch.stack(here[::-1], -3), (
            torch.stack(under[::-1], -3) if under else self.below
        )


def _root(matrix: Tensor) -> Tensor:
    # torch leaves the types of its linear algebra open.
    root, failed = cast("tuple[Tensor, Tensor]", torch.linalg.cholesky_ex(matrix))
    return torch.where((failed > 0)[..., None, None], torch.nan, root)


def _solve(root: Tensor, right: Tensor, *, transposed: bool = False) -> Tensor:
    root = root.mT if transposed else root
    return cast(Tensor, torch.linalg.solve_triangular(root, right, upper=transposed))
