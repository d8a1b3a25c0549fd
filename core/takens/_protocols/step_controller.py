"""How adaptive methods choose their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from torch import Tensor


@final
@attrs.frozen(kw_only=True)
class StepController:
    """How step sizes follow from estimated errors, for every sample on its own.

    A step is accepted where the norm of its error over ``atol + rtol max(|x|, |x'|)`` (the
    root of the mean square over components) is at most 1. With a method of order k, the next
    step is then `h safety err^(-alpha/k) before^(beta/k)`, within ``smallest`` and ``largest``
    times h, and no larger than h after a rejection; ``before`` is the norm of the last
    accepted step, at least 1e-4. A rejected step is tried again with `h safety err^(-1/k)`.
    With ``beta`` 0 and ``alpha`` 1 that is plain control. ``max_steps`` counts both kinds.
    ``first_step``, a number or `(...)`, is a length in time; without it, it follows from the
    field. No step is longer than ``max_step``.

    Source: Hairer and Wanner (1996), Solving Ordinary Differential Equations II, 2nd edition,
    section IV.2, eq. 2.43c.
    """

    rtol: float = 1e-6
    atol: float = 1e-8
    max_steps: int = 100_000
    first_step: Tensor | float | None = attrs.field(default=None, eq=False)
    max_step: float | None = None
    safety: float = 0.9
    smallest: float = 0.2
    largest: float = 10.0
    alpha: float = 0.85
    beta: float = 0.2
