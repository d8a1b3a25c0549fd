"""Runge-Kutta methods as data."""

from typing import final

import attrs


def _lower_triangular(_: object, __: object, value: tuple[tuple[float, ...], ...]) -> None:
    for i, row in enumerate(value):
        if len(row) != i:
            raise ValueError(f"Row {i} of an explicit tableau has {i} entries; got {len(row)}.")


@final
@attrs.frozen(cache_hash=True)
class Tableau:
    """An explicit Runge-Kutta method (Butcher tableau); stage i is evaluated at `t + c_i h`.

    `x_i = x + h sum_j a_ij k_j` with row i of ``a`` holding i entries, and the step is
    `x + h sum_i b_i k_i`. Stages beyond ``len(b)`` serve dense output only.

    ``error`` holds `b - b*` for the embedded solution, where the method has one; a second
    row (as in dop853) is the third-order estimate that damps the first.
    ``dense`` holds for each stage the coefficients of `theta, theta^2, ...` of its weight in
    `x(t + theta h) = x + h sum_i b_i(theta) k_i`.
    """

    name: str
    order: int
    c: tuple[float, ...]
    a: tuple[tuple[float, ...], ...] = attrs.field(validator=_lower_triangular)
    b: tuple[float, ...]
    error: tuple[tuple[float, ...], ...] = ()
    dense: tuple[tuple[float, ...], ...] = ()

    @property
    def stages(self) -> int:
        """The number of evaluations that a step needs, without those for dense output."""
        return len(self.b)

    @property
    def first_same_as_last(self) -> bool:
        """Whether the last stage is the next step's first, so that it is computed once."""
        return self.c[self.stages - 1] == 1.0 and self.a[self.stages - 1] == self.b[:-1]
