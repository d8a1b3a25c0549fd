"""How good forecasts from filtered states are, and how sure they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, final

import attrs
import torch
from torch import Tensor

import takens
from takens_assimilation.operator import square_root

if TYPE_CHECKING:
    from takens_assimilation.result import Assimilation


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
        """Give the first lead at which the error exceeds a fraction of that of climatology.

        Errors are averaged over variables, each in its own climatology. Gives the last lead
        where none does.
        """
        share = (self.rmse / self.climatology).square().mean(-1).sqrt()
        beyond = (share > fraction).nonzero()
        return float(self.leads[int(beyond[0]) if len(beyond) else -1])


def forecast_skill(
    result: Assimilation, truth: Tensor | None, leads: int, every: int, seed: int
) -> ForecastSkill:
    """Forecast from every ``every``-th analysis over 0, ..., ``leads`` intervals.

    Compares with `truth: (..., T, n)`, or with later observations where it is None.

    Raises: takens.InputError where there are too few or irregular times.
    """
    t = result.t
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
    starts = range(0, len(t) - leads, every)
    chosen = torch.tensor(list(starts))
    states = result.ensemble[..., chosen, :, :]
    reference = result.observations.y if truth is None else truth
    extra = result.noise.diagonal() if truth is None else torch.zeros(reference.shape[-1])
    drift = square_root(result.model_noise) * math.sqrt(interval)
    generator = torch.Generator().manual_seed(seed)
    errors: list[Tensor] = []
    spreads: list[Tensor] = []
    for lead in range(leads + 1):
        if lead:
            states = result.forecaster.advance(states, interval)
            drawn = torch.randn(states.shape, generator=generator, dtype=torch.float64)
            states = states + drawn @ drift
        seen = result.forecaster.observe(states)
        if truth is None:
            seen = result.operator.apply(seen)
        off = (seen.mean(-2) - reference[..., chosen + lead, :]).flatten(0, -2)
        errors.append(off.square().nanmean(0).sqrt())
        spreads.append((seen.var(-2).flatten(0, -2).mean(0) + extra).sqrt())
    flat = reference.flatten(0, -2)
    return ForecastSkill(
        torch.arange(leads + 1, dtype=torch.float64) * interval,
        torch.stack(errors),
        torch.stack(spreads),
        (flat - flat.nanmean(0)).square().nanmean(0).sqrt(),
        states.shape[:-2].numel(),
        result.columns if truth is not None else result.observed_columns,
    )
