"""Hyperparameters by maximum evidence."""

from __future__ import annotations

from typing import Any, Final, cast, final

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize  # pyright: ignore[reportUnknownVariableType]
from torch import Tensor

import takens
from takens_gp.inference.hyperparameters import Objective as Objective, Search

# So much less is rounding: of starts that arrive at the same evidence the first is kept.
_EQUAL: Final = 1e-6


@final
@attrs.frozen(eq=False)
class Optimum:
    """The best of several searches.

    ``found`` has the log evidence that each start arrived at, None where it failed.
    """

    logarithms: Tensor
    evidence: float
    evaluations: int
    found: tuple[float | None, ...]
    message: str


def maximise(
    objective: Objective,
    search: Search,
    information: Tensor,
    *,
    starts: int,
    seed: int,
    offset: float = 0.0,
) -> Optimum:
    """Climb by L-BFGS-B, within the bounds, from ``starts`` points.

    The first start is that of the search, the second its ``other``; those after are drawn
    around the first, the logarithm
    of each hyperparameter with a standard deviation of 1.5. ``objective`` gives the log
    evidence and its gradient by the logarithms of the hyperparameters. Each logarithm is
    measured in the deviation that its Fisher ``information``, `(p,)`, lets expect, which
    takes a third fewer evaluations. ``offset`` is added where that is compared with its
    change, so that a search ends where it would in other units of the data.

    Raises: InputError where the covariance is not positive definite from any start.

    Source: Byrd, Lu, Nocedal, Zhu (1995), A limited memory algorithm for bound constrained
    optimization, SIAM J. Sci. Comput. 16, 1190-1208.
    """
    free = torch.tensor(search.free, dtype=torch.bool)
    low, high = search.low[free], search.high[free]
    whole = search.start.clone()
    # No unit is larger than 1, so that what the data say nothing of is left alone.
    scale = information[free].clamp(min=1).sqrt()
    generator = torch.Generator().manual_seed(seed)
    evaluations = 0
    failure: takens.InputError | None = None

    def downhill(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        nonlocal evaluations, failure
        evaluations += 1
        point = whole.clone()
        point[free] = (torch.from_numpy(theta) / scale).clamp(low, high)
        try:
            value, gradient = objective(point)
        except takens.InputError as error:
            # Too large for a sensible value; the line search turns back.
            failure = error
            return 1e25, np.zeros_like(theta)
        return -(value + offset), -(gradient[free] / scale).numpy()

    best: tuple[float, Tensor, str] | None = None
    found: list[float | None] = []
    for start in range(starts):
        theta = whole[free]
        if start == 1 and search.other is not None:
            theta = search.other[free]
        elif start:
            around = torch.randn(len(theta), generator=generator, dtype=torch.float64)
            theta = theta + 1.5 * around
        theta = theta.clamp(low, high)
        done = cast(
            Any,
            minimize(
                downhill,
                (theta * scale).numpy(),
                jac=True,
                method="L-BFGS-B",
                options={"ftol": 1e-12, "gtol": 1e-6, "maxiter": 1000},
                bounds=torch.stack((low * scale, high * scale), -1).numpy(),
            ),
        )
        reached = -float(done.fun) - offset
        if not reached > -1e24:
            found.append(None)
            continue
        found.append(reached)
        if best is None or reached > best[0] + _EQUAL:
            logarithms = whole.clone()
            arrived = torch.from_numpy(np.asarray(done.x, dtype=np.float64))
            logarithms[free] = (arrived / scale).clamp(low, high)
            best = (reached, logarithms, str(cast(object, done.message)))
    if best is None:
        raise failure or takens.InputError(
            "The log evidence is not finite from any start; check the scale of the data."
        )
    evidence, logarithms, message = best
    return Optimum(logarithms, evidence, evaluations, tuple(found), message)
