"""What is observed of a state, and with which error."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_assimilation.linear_algebra import eigh

Observed: TypeAlias = Sequence[int | str] | Tensor | Callable[[Tensor], Tensor] | None


@final
@attrs.frozen(eq=False)
class Operator:
    """Returns the observed variables of states, `(..., n) -> (..., p)`.

    ``places`` are the numbers of the variables where single ones are observed, and None
    otherwise.
    """

    apply: Callable[[Tensor], Tensor]
    places: tuple[int, ...] | None

    @classmethod
    def make(cls, observed: Observed, columns: Sequence[str], count: int) -> Operator:
        """Make one of numbers or names of variables, of a matrix `(p, n)`, or of a function.

        ``columns`` names the n variables; ``count`` is the number of observed ones, p.

        Raises: takens.InputError where it does not fit the states or the observations.
        """
        n = len(columns)
        if observed is None:
            observed = range(n)
        if isinstance(observed, Tensor) and observed.is_floating_point():
            return cls(_linear(observed.detach().to("cpu", torch.float64), n, count), None)
        if callable(observed):
            return cls(_checked(observed, count), None)
        listed = observed.tolist() if isinstance(observed, Tensor) else observed  # pyright: ignore[reportUnknownVariableType]
        places = tuple(_place(one, columns) for one in cast(Sequence[int | str], listed))
        if len(places) != count:
            raise takens.InputError(
                f"observed names {len(places)} variables and the observations have {count}; "
                "name one for each column."
            )
        chosen = list(places)
        return cls(lambda x: x[..., chosen], places)


def _place(one: int | str, columns: Sequence[str]) -> int:
    known = ", ".join(columns[:8]) + (", ..." if len(columns) > 8 else "")
    if isinstance(one, str):
        if one not in columns:
            raise takens.InputError(
                f"There is no variable {one!r} to observe; there are {known}."
            )
        return list(columns).index(one)
    if isinstance(one, bool) or not isinstance(one, numbers.Integral):
        raise takens.InputError(
            "observed lists numbers or names of variables, or is a Tensor (p, n) of "
            f"floating-point numbers, or a function; got {one!r} in a list."
        )
    if not 0 <= one < len(columns):
        raise takens.InputError(
            f"There is no variable number {one} to observe; there are {len(columns)} "
            f"({known}), counted from 0."
        )
    return one


def _linear(matrix: Tensor, n: int, count: int) -> Callable[[Tensor], Tensor]:
    if matrix.shape != (count, n):
        raise takens.InputError(
            f"The matrix that observes {count} of {n} variables has the shape ({count}, {n}); "
            f"got {tuple(matrix.shape)}."
        )
    return lambda x: x @ matrix.mT


def _checked(function: Callable[[Tensor], Tensor], count: int) -> Callable[[Tensor], Tensor]:
    def apply(x: Tensor) -> Tensor:
        y = function(x)
        if y.shape != (*x.shape[:-1], count):
            raise takens.InputError(
                f"The function that observes gives {count} numbers for each state, "
                f"{(*x.shape[:-1], count)}; got {tuple(y.shape)}."
            )
        return y

    return apply


_FORMS: Final = (
    "a standard deviation, one for each variable, or a covariance matrix as a Tensor"
)


def covariance(given: float | Sequence[float] | Tensor, count: int, what: str) -> Tensor:
    """Return the matrix `(count, count)` of standard deviations `()`, `(count,)` or itself.

    Raises: takens.InputError where it is no covariance matrix of that size.
    """
    values = torch.as_tensor(given, dtype=torch.float64, device="cpu").detach()
    if values.ndim < 2:
        if values.ndim and values.shape != (count,):
            raise takens.InputError(
                f"{what} is {_FORMS}; got {values.shape[0]} numbers for {count} variables."
            )
        if not bool(((values >= 0) & values.isfinite()).all()):
            raise takens.InputError(f"{what} is {_FORMS}, none below 0; got {given}.")
        return torch.diag(values.expand(count) ** 2)
    if values.shape != (count, count) or not bool(values.isfinite().all()):
        raise takens.InputError(
            f"{what} is {_FORMS}; got a shape of {tuple(values.shape)} for {count} variables."
        )
    least = float(eigh(values)[0][0])
    if not torch.allclose(values, values.mT) or least < -1e-12 * float(values.abs().max()):
        raise takens.InputError(
            f"{what}, as a matrix, is symmetric without negative eigenvalues; the least "
            f"is {least:g}."
        )
    return values


def square_root(matrix: Tensor) -> Tensor:
    """Return the symmetric square root of a covariance matrix."""
    values, vectors = eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.mT
