"""Recordings of known equations."""

from typing import Any, final

import torch
from torch import Tensor

import takens
from takens_datasets.settings import SimulatedSettings


@final
class Simulated(SimulatedSettings):
    """Recordings of known equations, each from a start of its own.

    Between times of one's own a field is solved by dopri5, to 1e-10 of its values.
    """

    def recordings(self, seed: int, /) -> takens.Recordings:
        """Return ``trajectories`` recordings, `x: (T, d)` each.

        Raises: DataError where starts or times do not fit the system.
        """
        system = takens.systems.get({"name": self.system, **self.parameters})
        draw = torch.Generator().manual_seed(seed)
        start = torch.tensor(self.start or system.initial(), dtype=torch.float64)
        if len(start) != system.dim:
            raise takens.errors.DataError(
                f"{self.system} has {system.dim} variables; start has {len(start)}."
            )
        shape = (self.trajectories, system.dim)
        starts = start + self.spread * torch.randn(shape, generator=draw, dtype=torch.float64)
        t, x = self._solved(system, starts)
        x = x + self.noise * torch.randn(x.shape, generator=draw, dtype=torch.float64)
        kept = torch.rand(x.shape, generator=draw, dtype=torch.float64) >= self.missing
        found = [
            takens.TimeSeries(
                t,
                one.where(mask, torch.nan),
                mask=mask,
            )
            for one, mask in zip(x, kept, strict=True)
        ]
        return takens.Recordings(found)

    def _solved(self, system: Any, starts: Tensor) -> tuple[Tensor, Tensor]:
        """Return times `(T,)`, and states `(trajectories, T, d)` that begin with the starts."""
        if not self.times:
            stepped = system.time is takens.plugin.Time.DISCRETE
            series = takens.simulate(
                system,
                dt=None if stepped else self.dt,
                steps=self.steps,
                initial=starts,
                transient=0,
            )
            return series.t, series.x
        t = torch.tensor(self.times, dtype=torch.float64)
        if len(t) < 2 or not bool((t.diff() > 0).all()):
            raise takens.errors.DataError(
                f"times are two or more numbers that increase; got {self.times[:5]}."
            )
        if system.time is not takens.plugin.Time.CONTINUOUS:
            raise takens.errors.DataError(
                f"{self.system} is a map, which has steps and no times; give steps."
            )
        solver = takens.integrators.create("dopri5", rtol=1e-10, atol=1e-10)
        return t, solver.solve(system, starts, t)
