"""The component that the core asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import attrs

import takens
from takens_native.diagnosis import diagnosis
from takens_native.settings import NativeSettings
from takens_native.solves.adaptive import solve_adaptive
from takens_native.solves.fixed import solve_fixed
from takens_native.solves.forced import solve_forced
from takens_native.solves.tangent_growth import solve_tangent_growth
from takens_native.unsupported import UnsupportedError


@final
@attrs.frozen
class Native(NativeSettings):
    """Compiles whole solves of fields and maps that can be traced to scalar operations."""

    def solve(
        self, request: takens.backend.SolveRequest, /
    ) -> takens.backend.Compiled | takens.backend.Unsupported:
        """Return what the request asks for, or why not."""
        try:
            match request:
                case takens.backend.FixedStepSolve() | takens.backend.MapIteration():
                    return solve_fixed(request)
                case takens.backend.AdaptiveSolve():
                    return solve_adaptive(request)
                case takens.backend.TangentGrowth():
                    return solve_tangent_growth(request)
                case takens.backend.ForcedIteration():
                    return solve_forced(request)
        except UnsupportedError as error:
            return takens.backend.Unsupported(str(error))

    def diagnose(self) -> Mapping[str, str]:
        """Say what compiling needs of this machine, and what follows where it is missing."""
        return diagnosis()
