"""How good forecasts from filtered states are, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_assimilation.operator import square_root


@final
@attrs.frozen(eq=False)
class ForecastSkill:
    """Errors of the ensemble's mean over lead times, `leads: (L,)` in time units.

    `rmse` and `spread: (L, v)` are root mean squares over ``starts`` forecasts; the spread
    includes the errors of observations where those are what forecasts are compared with.
    `climatology: (v,)` is the error of always saying the mean.
    """

    leads: Tensor
    rmse: Tensor
    spread: Tensor
    climatology: Tensor
    starts: int
    columns: tuple[str, ...]

    def useful_until(self, fraction: float = 0.7) -> float:
        """Return the first lead at which the error exceeds a fraction of that of climatology.

        Errors are averaged over variables, each in its own climatology. Returns the last lead
        where none does.
        """
        share = (self.rmse / self.climatology).square().mean(-1).sqrt()
        beyond = (share > fraction).nonzero()
        return float(self.leads[int(beyond[0]) if len(beyond) else -1])


def forecast_skill(
    t: Tensor,
    states: Tensor,
    reference: Tensor,
    *,
    advance: Callable[[Tensor, float], Tensor],
    read: Callable[[Tensor], Tensor],
    errors: Tensor,
    model_noise: Tensor,
    columns: tuple[str, ...],
    leads: int,
    every: int,
    seed: int,
) -> ForecastSkill:
    """Forecast from every ``every``-th analysis over 0, ..., ``leads`` intervals.

    `states: (..., T, members, m)` at `t: (T,)` go on by ``advance`` over an interval, and what
    ``read`` makes of them is compared with `reference: (..., T, v)`, whose errors have the
    variances `errors: (v,)`. Members are given ``model_noise``, `(m, m)` after a unit of time.

    Raises: takens.InputError where there are too few or irregular times.
    """
    if not 1 <= leads < len(t) or every < 1:
        raise takens.InputError(
            f"Forecasts go over 1 to {len(t) - 1} intervals from every start; got leads = "
            f"{leads} and every = {every}."
        )
    intervals = t.diff()
    interval = float(intervals.median())
    if bool(((intervals - interval).abs() > 1e-3 * interval).any()):
        raise takens.InputError(
            "Skill over lead times needs observations at equal intervals; a time without an "
            "observation is a row of NaN."
        )
    chosen = torch.arange(0, len(t) - leads, every)
    states = states[..., chosen, :, :]
    drift = square_root(model_noise) * math.sqrt(interval)
    generator = torch.Generator().manual_seed(seed)
    found: list[Tensor] = []
    spreads: list[Tensor] = []
    for lead in range(leads + 1):
        if lead:
            states = advance(states, interval)
            drawn = torch.randn(states.shape, generator=generator, dtype=torch.float64)
            states = states + drawn @ drift
        seen = read(states)
        off = (seen.mean(-2) - reference[..., chosen + lead, :]).flatten(0, -2)
        found.append(off.square().nanmean(0).sqrt())
        spreads.append((seen.var(-2).flatten(0, -2).mean(0) + errors).sqrt())
    flat = reference.flatten(0, -2)
    return ForecastSkill(
        torch.arange(leads + 1, dtype=torch.float64) * interval,
        torch.stack(found),
        torch.stack(spreads),
        (flat - flat.nanmean(0)).square().nanmean(0).sqrt(),
        states.shape[:-2].numel(),
        columns,
    )
