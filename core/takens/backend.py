"""What integrators and models ask of backends, and what backends answer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takens._backends.dispatch import dispatch as dispatch
    from takens._backends.rows import coupled_dims as coupled_dims
    from takens._protocols.backend import (
        Backend as Backend,
        Compiled as Compiled,
        SupportsDiagnosis as SupportsDiagnosis,
        Unsupported as Unsupported,
    )
    from takens._protocols.requests import (
        AdaptiveSolve as AdaptiveSolve,
        FixedStepSolve as FixedStepSolve,
        ForcedIteration as ForcedIteration,
        MapIteration as MapIteration,
        SolveRequest as SolveRequest,
        TangentGrowth as TangentGrowth,
        TangentGrowthResult as TangentGrowthResult,
    )
    from takens._protocols.solution import (
        Crossings as Crossings,
        Solution as Solution,
        check_finite as check_finite,
    )
    from takens._protocols.status import Status as Status
    from takens._protocols.step_controller import StepController as StepController
else:
    from takens._lazy import LazyNames

    __getattr__ = LazyNames(__name__)
    __dir__ = __getattr__.names
