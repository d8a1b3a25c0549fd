"""Backends: what may answer a whole solve at once, in place of a loop in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, final, runtime_checkable

import attrs
from torch import Tensor

from takens._protocols.dynamics import Map, VectorField
from takens._protocols.tableau import Tableau


@final
@attrs.frozen(eq=False, kw_only=True)
class FixedSolve:
    """Solve from `x0: (..., d)` over `ts: (n,)` or `(..., n)`, with ``substeps`` between times.

    The answer is `(..., n, d)`, with a gradient to `x0` and to every tensor that the field
    uses. ``eager`` gives the same answer in plain torch; second derivatives come from it.
    """

    field: VectorField
    method: Tableau
    x0: Tensor
    ts: Tensor
    substeps: int = 1
    eager: Callable[[], Tensor] | None = None


@final
@attrs.frozen(kw_only=True)
class StepControl:
    """How step sizes are chosen, for every sample on its own.

    A step is accepted where the norm of its error over ``atol + rtol max(|x|, |x'|)`` (the
    root of the mean square over components) is at most 1. The next step is then
    `h safety err^-alpha before^beta`, within ``smallest`` and ``largest`` times h, and no
    larger than h after a rejection; ``before`` is the norm of the last accepted step, at
    least 1e-4. A rejected step is tried again with `h safety err^(-1/order)`.
    ``first_step: (...)`` has the sign of time; without it it follows from the field.
    """

    rtol: float
    atol: float
    max_steps: int
    alpha: float
    beta: float
    safety: float = 0.9
    smallest: float = 0.2
    largest: float = 10.0
    first_step: Tensor | None = attrs.field(default=None, eq=False)


@final
@attrs.frozen(eq=False, kw_only=True)
class AdaptiveSolve:
    """Solve as ``FixedSolve`` does, with steps chosen by an error estimate.

    The answer is ``Adapted``.
    """

    field: VectorField
    method: Tableau
    x0: Tensor
    ts: Tensor
    control: StepControl
    eager: Callable[[], Tensor] | None = None


@final
@attrs.frozen(eq=False, kw_only=True)
class Adapted:
    """States `x: (..., n, d)`, and for each sample, `(...)`, how they were obtained.

    ``status`` is 1 where the last time was reached, 3 where steps ran out, 4 where the step
    size underflowed, 5 where the field was not finite; ``reached`` counts the times reached,
    the last good state being repeated from there on. ``time`` is the last time reached.
    """

    x: Tensor
    status: Tensor
    reached: Tensor
    time: Tensor
    steps: Tensor
    rejected: Tensor
    evaluations: Tensor
    component: Tensor


@final
@attrs.frozen(eq=False, kw_only=True)
class Iterate:
    """Iterate a map ``steps`` times from `x0: (..., d)`, keeping every ``every``-th state.

    The answer is `(..., steps / every + 1, d)`, with gradients as for ``FixedSolve``.
    """

    map: Map
    x0: Tensor
    steps: int
    every: int = 1
    eager: Callable[[], Tensor] | None = None


@final
@attrs.frozen(eq=False, kw_only=True)
class Exponents:
    """Sum the logarithms of the stretching of ``count`` tangent vectors along orbits.

    The dynamics are a field with a method and a step ``dt``, or a map where ``method`` is
    None. Vectors are made orthonormal every ``every`` steps, and lengths counted after
    ``transient`` of the ``steps`` steps, in ``blocks`` equal parts. They start from
    ``vectors: (..., d, count)``, or from the first unit vectors. The answer is ``Stretched``.
    """

    dynamics: VectorField | Map
    x0: Tensor
    steps: int
    count: int
    method: Tableau | None = None
    dt: float = 1.0
    t0: float = 0.0
    every: int = 1
    transient: int = 0
    blocks: int = 1
    vectors: Tensor | None = None


@final
@attrs.frozen(eq=False, kw_only=True)
class Stretched:
    """Logarithms of stretching, `sums: (..., blocks, count)` in float64, in the vectors' order.

    `x: (..., d)` are the last states and `vectors: (..., d, count)` the last vectors, made
    orthonormal, from which another stretch can go on.
    """

    sums: Tensor
    x: Tensor
    vectors: Tensor


@final
@attrs.frozen(eq=False, kw_only=True)
class ForcedIterate:
    """Iterate maps from `x0: (members, b, m)` while data are written into the state.

    Before step i of T, the first k units of a state become
    `(1 - strength[i]) z[:k] + strength[i] signal[i]`, with `signal: (members, b, T, k)` and
    `strength: (members, T)` on the host; no gradient flows to the signal. The answer is the
    states after each step, `(members, b, T, m)`, with a gradient to ``x0`` and to every tensor
    that the maps use. Each member has its own map; all are of one structure.
    """

    maps: tuple[Map, ...]
    x0: Tensor
    signal: Tensor
    strength: Tensor
    eager: Callable[[], Tensor] | None = None


Question: TypeAlias = FixedSolve | AdaptiveSolve | Iterate | Exponents | ForcedIterate


@final
@attrs.frozen
class Declined:
    """No answer; ``reason`` is a clause that completes "because ..."."""

    reason: str


@runtime_checkable
class Backend(Protocol):
    """Answers questions that it can, and declines all others."""

    @property
    def preference(self) -> int:
        """Those with a higher number are asked first."""
        ...

    def answer(self, question: Question, /) -> Any | Declined:
        """Give what the question asks for, or say why not; never raise for a hard question."""
        ...
