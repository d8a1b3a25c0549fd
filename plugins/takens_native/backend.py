"""The component that the core asks."""

from __future__ import annotations

from typing import final

import attrs

import takens
from takens_native.adaptive import answer_adaptive
from takens_native.exponents import answer_exponents
from takens_native.fixed import answer_fixed
from takens_native.forced import answer_forced
from takens_native.refusal import Refusal
from takens_native.settings import NativeSettings


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
                    return answer_fixed(request)
                case takens.backend.AdaptiveSolve():
                    return answer_adaptive(request)
                case takens.backend.TangentGrowth():
                    return answer_exponents(request)
                case takens.backend.ForcedIteration():
                    return answer_forced(request)
        except Refusal as refusal:
            return takens.backend.Unsupported(str(refusal))
