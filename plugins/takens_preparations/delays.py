"""Delay coordinates."""

from typing import Any, final

import torch

import takens
from takens_preparations.series import State, changed, complete, interval
from takens_preparations.settings import DelaysSettings


@final
class Delays(DelaysSettings):
    """The present and past of every variable, as the state; see ``takens.embed``.

    Of what is generated the present is taken.

    Source: Takens (1981), Detecting strange attractors in turbulence, Lecture Notes in
    Mathematics 898, 366-381.
    """

    exact = True

    def fit(self, series: takens.TimeSeries, /) -> State:
        """Return which ``variables`` the coordinates are of, and their ``delays``: `(m,)` each.

        Raises: DataError where nothing can be chosen; InputError for a method that is none.
        """
        interval(series, "delays")
        complete(series, "delays")
        choice: dict[str, Any] = {"delay": self.delay, "dimension": self.dimension}
        found = takens.embed(series, **choice)
        chosen = list(zip(found.variables, found.delays, strict=True))
        # Without its present a variable could not be told of what is generated.
        present = [(variable, 0) for variable in range(series.dim)]
        chosen = [*present, *(each for each in chosen if each not in present)]
        variables, delays = (torch.tensor(part) for part in zip(*chosen, strict=True))
        return {"variables": variables, "delays": delays}

    def forward(self, series: takens.TimeSeries, state: State, /) -> takens.TimeSeries:
        """Return the states `(..., T - longest, m)`.

        Raises: DataError where the series is shorter than the longest delay.
        """
        variables, delays = (
            [int(each) for each in state[key]] for key in ("variables", "delays")
        )
        return takens.plugin.delay_states(series, variables, delays)

    def inverse(
        self, series: takens.TimeSeries, state: State, before: takens.TimeSeries, /
    ) -> takens.TimeSeries:
        """Return the present of every variable, `(..., T, n)`."""
        return changed(before, series.x[..., : before.dim], t=series.t)
