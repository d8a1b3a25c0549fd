"""What a backend may be asked to solve: whole problems, as values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, final

import attrs
from torch import Tensor

from takens._plugins.warn import renamed
from takens._protocols.dynamics import Map, VectorField
from takens._protocols.step_control import StepControl
from takens._protocols.step_controller import StepController
from takens._protocols.tableau import Tableau


@final
@attrs.frozen(eq=False, kw_only=True)
class FixedStepSolve:
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
@attrs.frozen(eq=False, kw_only=True, init=False)
class AdaptiveSolve:
    """Solve as ``FixedStepSolve`` does, with steps that the controller chooses.

    The answer is a ``Solution``.
    """

    field: VectorField
    method: Tableau
    x0: Tensor
    ts: Tensor
    controller: StepController
    eager: Callable[[], Tensor] | None

    def __init__(
        self,
        *,
        field: VectorField,
        method: Tableau,
        x0: Tensor,
        ts: Tensor,
        controller: StepController = StepController(),  # noqa: B008 - a value
        eager: Callable[[], Tensor] | None = None,
        control: Any = None,
    ) -> None:
        if control is not None:
            renamed("control", "controller")
            controller = control.controller(method.order)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            field=field, method=method, x0=x0, ts=ts, controller=controller, eager=eager
        )

    @property
    def control(self) -> StepControl:
        """The step controller, as it was written before it was one."""
        renamed("control", "controller")
        return StepControl.of(self.controller, self.method.order)


@final
@attrs.frozen(eq=False, kw_only=True)
class MapIteration:
    """Iterate a map ``steps`` times from `x0: (..., d)`, keeping every ``every``-th state.

    The answer is `(..., steps / every + 1, d)`, with gradients as for ``FixedStepSolve``.
    """

    map: Map
    x0: Tensor
    steps: int
    every: int = 1
    eager: Callable[[], Tensor] | None = None


@final
@attrs.frozen(eq=False, kw_only=True)
class TangentGrowth:
    """Sum the logarithms of the growth of ``count`` tangent vectors along orbits.

    The dynamics are a field with a method and a step ``dt``, or a map where ``method`` is
    None. Vectors are made orthonormal every ``every`` steps, and lengths counted after
    ``transient`` of the ``steps`` steps, in ``blocks`` equal parts. They start from
    ``vectors: (..., d, count)``, or from the first unit vectors. The answer is a
    ``TangentGrowthResult``.
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
class TangentGrowthResult:
    """Logarithms of growth, `sums: (..., blocks, count)` in float64, in the vectors' order.

    `x: (..., d)` are the last states and `vectors: (..., d, count)` the last vectors, made
    orthonormal, from which further growth can be measured.
    """

    sums: Tensor
    x: Tensor
    vectors: Tensor


@final
@attrs.frozen(eq=False, kw_only=True)
class ForcedIteration:
    """Iterate maps from `x0: (members, b, m)` while data are written into the state.

    Before step i of T, the first k units of a state become
    `(1 - strength[i]) z[:k] + strength[i] signal[i]`, with `signal: (members, b, T, k)` and
    `strength: (members, T)` on the host; no gradient flows to the signal, and where that is
    NaN the unit is left as it is. The answer is the states after each step,
    `(members, b, T, m)`, with a gradient to ``x0`` and to every tensor that the maps use. Each
    member has its own map; all are of one structure.
    """

    maps: tuple[Map, ...]
    x0: Tensor
    signal: Tensor
    strength: Tensor
    eager: Callable[[], Tensor] | None = None


SolveRequest: TypeAlias = (
    FixedStepSolve | AdaptiveSolve | MapIteration | TangentGrowth | ForcedIteration
)
