"""A short segment of orbits, along which exponents are measured in several ways."""

from typing import final

import attrs
import numpy as np
import torch
from torch import Tensor

import takens
from takens_metrics.lyapunov.exponent_errors import Samples
from takens_metrics.lyapunov.tangent_growth import completed, push

# A check follows the orbits on for this long: rounding has not yet parted them.
_STEPS = 200
_LARGEST_GROWTH = 3.0
# Two orbits of one pair are this fraction of the state apart.
_APART = 1e-7
_MOST_NUMBERS = 4_000_000


@final
@attrs.frozen(eq=False)
class OrbitSegment:
    """A short segment of the orbits, followed by several methods; rates are (starts, k)."""

    step: takens.plugin.Map
    dt: float
    x: Tensor
    vectors: Tensor
    every: int
    steps: int
    rates: Tensor
    largest: float

    @classmethod
    def of(
        cls,
        step: takens.plugin.Map,
        dt: float,
        x: Tensor,
        vectors: Tensor,
        every: int,
        samples: Samples,
    ) -> "OrbitSegment":
        """Follow `x: (starts, d)` on, as far as growth allows orbits to be compared."""
        largest = float(np.abs(samples.mean).max())
        growth = max(float(samples.mean.max()) * dt, 1e-9)
        steps = max(2 * every, min(_STEPS, int(_LARGEST_GROWTH / growth)))
        steps = max(1, steps // every) * every
        logs, _ = push(step, x, vectors, every=every, steps=steps)
        return cls(step, dt, x, vectors, every, steps, logs / (steps * dt), largest)

    @property
    def dim(self) -> int:
        """The number of state variables that differ from orbit to orbit."""
        return takens.plugin.tangent_dim(self.step, self.x)

    @property
    def count(self) -> int:
        """The number of exponents."""
        return self.vectors.shape[-1]

    @property
    def sum(self) -> float:
        """The mean sum of the exponents over the orbits that Jacobians are taken along."""
        return float(self.rates[: self._affordable()].sum(-1).mean())

    def again(self, every: int) -> Tensor:
        """Return the rates by another interval between QRs."""
        logs, _ = push(self.step, self.x, self.vectors, every=every, steps=self.steps)
        return logs / (self.steps * self.dt)

    def step_error(self, flow: takens.plugin.FlowMap) -> tuple[float, float]:
        """Return by how much half the step changes a mean rate of a flow, and the largest rate.

        In other directions, too: a step that is too long for these changes the attractor.
        """
        x, vectors, time = (
            self.x,
            completed(self.x, self.vectors, self.dim),
            self.steps * self.dt,
        )
        rates = push(flow, x, vectors, every=1, steps=self.steps)[0].mean(0) / time
        half = attrs.evolve(flow, dt=flow.dt / 2)
        logs, _ = push(half, x, vectors, every=2, steps=2 * self.steps)
        off = (logs.mean(0) / time - rates).abs()
        return float(off.amax()), float(rates.abs().amax())

    def distance(self, rates: Tensor) -> float:
        """Return the largest difference of the mean rates from other ones."""
        return float((rates - self.rates).mean(0).abs().amax())

    def separation(self) -> Tensor:
        """Return the rate at which a second orbit, started along the first vector, leaves."""
        away = _APART * self.x.abs().amax().clamp(min=1e-6)
        x, direction = self.x, self.vectors[..., 0]
        total = x.new_zeros(len(x))
        done, interval = 0, max(1, min(self.every, self.steps) // 2)
        while done < self.steps:
            length = min(interval, self.steps - done)
            both = torch.cat((x, x + away * direction))
            both = takens.plugin.orbit(self.step, both, length, every=length)[:, -1]
            x, other = both[: len(x)], both[len(x) :]
            apart = (other - x).square().sum(-1, keepdim=True).sqrt()
            total = total + (apart[:, 0] / away).log()
            direction = (other - x) / apart
            done += length
        return total / (self.steps * self.dt)

    def log_determinant(self) -> float:
        """Return the mean of log |det| of the Jacobian along the orbits, per unit of time."""
        states = self._states()[:, :-1].reshape(-1, self.x.shape[-1])
        # A plain function knows no tangents of its own: this Jacobian is an independent one.
        found = _jacobian(lambda x: self.step(x), self.step, states)
        found = found[..., : self.dim, : self.dim]
        _, logs = torch.linalg.slogdet(found)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return float(logs.mean()) / self.dt  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

    def divergence(self) -> float:
        """Return the mean divergence: of the field along a flow, else log |det| of the map."""
        step = self.step
        if not isinstance(step, takens.plugin.FlowMap):
            return self.log_determinant()
        states = self._states()
        t = states.new_zeros(())
        flat = states.reshape(-1, self.x.shape[-1])
        found = _jacobian(lambda x: step.field(t, x), _FieldJacobian(step.field), flat)
        along = found.diagonal(dim1=-2, dim2=-1).sum(-1).reshape(states.shape[:2])
        return float(torch.trapezoid(along, dim=1).mean()) / self.steps

    def _states(self) -> Tensor:
        return takens.plugin.orbit(self.step, self.x[: self._affordable()], self.steps)

    def _affordable(self) -> int:
        # Jacobians of d^2 numbers at every state: fewer orbits in many dimensions.
        return max(1, _MOST_NUMBERS // (self.steps * self.dim**2))


@final
@attrs.frozen(eq=False)
class _FieldJacobian:
    """The velocity as a map, with the Jacobian that its field knows."""

    field: takens.plugin.VectorField

    def __call__(self, x: Tensor, /) -> Tensor:
        return self.field(x.new_zeros(()), x)

    def tangent(self, x: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        if not isinstance(self.field, takens.plugin.SupportsJacobian):
            raise takens.TakensError("The field has no Jacobian and cannot be differentiated.")
        return self(x), self.field.jacobian(x.new_zeros(()), x) @ v


def _jacobian(plain: takens.plugin.Map, known: takens.plugin.Map, x: Tensor) -> Tensor:
    eye = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device).expand(len(x), -1, -1)
    try:
        return takens.plugin.jvp(plain, x, eye)[1]
    except (RuntimeError, NotImplementedError):
        # What forward mode cannot differentiate gives the Jacobian that it knows.
        return takens.plugin.jvp(known, x, eye)[1]
