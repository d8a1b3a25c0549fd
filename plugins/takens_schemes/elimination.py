"""Least squares with unknowns of all groups of data, and unknowns of each group alone.

The Jacobian of such a problem has shared columns, `A: (groups, r, q)`, beside block-diagonal
ones of each group's own, `B: (groups, r, m)`. Orthogonal transformations of each group remove
its own unknowns, and what is left determines the shared ones: the work grows with the number
of groups, where that of the whole Jacobian would grow with its cube. This is the Schur
complement, without forming normal equations, which would square the condition number.

Source: Golub and Plemmons (1980), Large-scale geodetic least-squares adjustment by dissection
and orthogonal decomposition, Linear Algebra Appl. 34, 3-28.
"""

from typing import Final, final

import attrs
import torch
from torch import Tensor

# What keeps an unknown that the data do not see from dividing by zero, next to its column.
_RIDGE: Final = 1e-12


@final
@attrs.frozen(eq=False)
class Step:
    """A change of the unknowns: `shared: (q,)`, `own: (groups, m)`."""

    shared: Tensor
    own: Tensor

    def length(self, scale: "Step") -> float:
        """Return the Euclidean length in units of ``scale``."""
        squares = (self.shared * scale.shared).square().sum()
        return float((squares + (self.own * scale.own).square().sum()).sqrt())

    def largest(self, other: "Step") -> "Step":
        """Return the larger of both, entry by entry."""
        return Step(
            torch.maximum(self.shared, other.shared), torch.maximum(self.own, other.own)
        )

    def or_one(self) -> "Step":
        """Return 1 in the place of zeros."""
        return Step(
            torch.where(self.shared > 0, self.shared, 1.0),
            torch.where(self.own > 0, self.own, 1.0),
        )


@final
@attrs.frozen(eq=False)
class Linearised:
    """Errors `(groups, r)` and their slopes at a point, and each group's triangle of both."""

    shared: Tensor
    own: Tensor
    errors: Tensor
    triangles: Tensor

    @classmethod
    def of(cls, shared: Tensor, own: Tensor, errors: Tensor) -> "Linearised":
        """Take slopes `(groups, r, q)` and `(groups, r, m)`, and the errors `(groups, r)`."""
        return cls(
            shared, own, errors, _triangle(torch.cat((own, shared, errors[..., None]), -1))
        )

    def norms(self) -> Step:
        """Return the lengths of the Jacobian's columns."""
        return Step(self.shared.square().sum((0, 1)).sqrt(), self.own.square().sum(1).sqrt())

    def alignment(self) -> float:
        """Return the largest cosine between the errors and a column: 0 at a minimum."""
        norms, length = self.norms(), self.errors.square().sum().sqrt()
        shared = torch.einsum("grq,gr->q", self.shared, self.errors)
        own = torch.einsum("grm,gr->gm", self.own, self.errors)
        cosines = [
            (products / (lengths * length).clamp_min(torch.finfo(length.dtype).tiny)).abs()
            for products, lengths in ((shared, norms.shared), (own, norms.own))
        ]
        return max(float(c.max()) for c in cosines if c.numel())

    def gain(self, step: Step) -> float:
        """Return by how much the squared error would fall if the errors were linear."""
        change = torch.einsum("grq,q->gr", self.shared, step.shared)
        change = change + torch.einsum("grm,gm->gr", self.own, step.own)
        return -float((change * (2 * self.errors + change)).sum())

    def solved(self, damping: float, scale: Step) -> Step:
        """Minimise `|errors + J step|^2 + damping |scale step|^2`."""
        q, m = self.shared.shape[-1], self.own.shape[-1]
        own, shared = self._eliminated(damping**0.5, scale)
        step = -_back(shared[:q, :q], shared[:q, q:])
        right = own[..., m : m + q] @ step + own[..., m + q :]
        return Step(step[:, 0], -_back(own[..., :m], right)[..., 0])

    def covariances(self) -> tuple[Tensor, Tensor]:
        """Return `(J^T J)^-1`: that of the shared unknowns, and the variances of the own ones.

        An unknown that the data do not determine has a very large variance.
        """
        q, m = self.shared.shape[-1], self.own.shape[-1]
        own, shared = self._eliminated(_RIDGE, self.norms().or_one())
        root = _back(shared[:q, :q], torch.eye(q).to(shared))
        inverse = _back(own[..., :m], torch.eye(m).to(own).expand(len(own), m, m))
        through = inverse @ own[..., m : m + q] @ root
        return root @ root.T, inverse.square().sum(-1) + through.square().sum(-1)

    def _eliminated(self, root: float, scale: Step) -> tuple[Tensor, Tensor]:
        """Return the rows of each group's own unknowns, and the triangle of the shared ones."""
        q, m = self.shared.shape[-1], self.own.shape[-1]
        damped = torch.nn.functional.pad(torch.diag_embed(root * scale.own), (0, q + 1))
        rows = _triangle(torch.cat((self.triangles, damped), -2))
        left = rows[:, m:, m:].reshape(-1, q + 1)
        damped = torch.nn.functional.pad(torch.diag(root * scale.shared), (0, 1))
        return rows[:, :m], _triangle(torch.cat((left, damped)))


def _triangle(rows: Tensor) -> Tensor:
    return torch.linalg.qr(rows, mode="r").R  # pyright: ignore[reportUnknownVariableType]


def _back(triangle: Tensor, right: Tensor) -> Tensor:
    return torch.linalg.solve_triangular(triangle, right, upper=True)  # pyright: ignore[reportUnknownVariableType]
