"""The factorisations of torch that are used here, with types, which torch leaves open."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from torch import Tensor, linalg


def cholesky(matrix: Tensor) -> Tensor:
    """Return the lower triangular factor: `(..., p, p)`."""
    return linalg.cholesky(matrix)


def eigh(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues `(..., p)`, ascending, and eigenvectors `(..., p, p)`."""
    values, vectors = linalg.eigh(matrix)
    return values, vectors


def inverse_times(matrix: Tensor, right: Tensor) -> Tensor:
    """Solve for `(..., p, k)`."""
    return linalg.solve(matrix, right)


def lower_inverse_times(root: Tensor, right: Tensor) -> Tensor:
    """Solve with a lower triangular matrix for `(..., p, k)`."""
    return linalg.solve_triangular(root, right, upper=False)


def norm(vectors: Tensor) -> Tensor:
    """Return the Euclidean lengths: `(..., k) -> (...)`."""
    return linalg.vector_norm(vectors, dim=-1)


def pseudo_inverse(matrix: Tensor) -> Tensor:
    """Return the inverse of Moore and Penrose: `(..., a, b) -> (..., b, a)`."""
    return linalg.pinv(matrix)


def qr(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return the orthogonal and the upper triangular factor."""
    orthogonal, upper = linalg.qr(matrix)
    return orthogonal, upper
