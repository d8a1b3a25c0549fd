"""Localisation: what is far away must not correct."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_assimilation.linear_algebra import norm


def gaspari_cohn(distance: Tensor, half_width: float) -> Tensor:
    """Return the compactly supported taper: 1 at no distance, 0 from ``2 half_width`` on.

    Source: Gaspari and Cohn (1999), Construction of correlation functions in two and three
    dimensions, Q. J. R. Meteorol. Soc. 125, eq. 4.10.
    """
    r = distance.abs() / half_width
    near = 1 + r**2 * (-5 / 3 + r * (5 / 8 + r * (1 / 2 - r / 4)))
    far = 4 + r * (-5 + r * (5 / 3 + r * (5 / 8 + r * (-1 / 2 + r / 12))))
    far = far - 2 / (3 * r.clamp(min=1))
    return torch.where(r <= 1, near, torch.where(r < 2, far, 0.0))


def _places(values: object) -> Tensor:
    places = torch.as_tensor(values, dtype=torch.float64, device="cpu").detach()
    return places.unsqueeze(-1) if places.ndim == 1 else places


def _optional_places(values: object) -> Tensor | None:
    return None if values is None else _places(values)


@final
@attrs.frozen(eq=False)
class Localisation:
    """Tapers covariances with the distance between places, by `gaspari_cohn`.

    ``positions: (m,)`` or `(m, k)` are the places of the state's variables, ``observed``
    those of the observations, `(p,)` or `(p, k)`; without them, an observation of one variable
    is where that variable is. ``period`` makes every axis a circle of that length.

    Raises: takens.InputError where a number makes no sense.
    """

    half_width: float
    positions: Tensor = attrs.field(converter=_places)
    period: float | None = None
    observed: Tensor | None = attrs.field(default=None, converter=_optional_places)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.half_width < float("inf"):
            raise takens.InputError(
                "The half width of a localisation is a positive distance; "
                f"got {self.half_width}."
            )
        if self.period is not None and not self.period > 0:
            raise takens.InputError(f"A period is a positive length; got {self.period}.")
        if self.positions.ndim != 2 or not bool(self.positions.isfinite().all()):
            raise takens.InputError(
                "The positions of a localisation are finite numbers, (m,) or (m, k); got a "
                f"shape of {tuple(self.positions.shape)}."
            )
        axes = self.positions.shape[-1]
        if self.observed is not None and self.observed.shape[1:] != (axes,):
            raise takens.InputError(
                f"Observations have positions of {axes} coordinates, as the variables do; got "
                f"a shape of {tuple(self.observed.shape)}."
            )

    @classmethod
    def ring(cls, variables: int, half_width: float) -> Localisation:
        """Put variables on a circle at distances of 1, as those of Lorenz (1996)."""
        return cls(half_width, torch.arange(variables), period=float(variables))

    def taper(self, one: Tensor, other: Tensor) -> Tensor:
        """Return the factors between places `(a, k)` and `(b, k)`: `(a, b)`."""
        apart = (one.unsqueeze(1) - other.unsqueeze(0)).abs()
        if self.period is not None:
            apart = apart % self.period
            apart = torch.minimum(apart, self.period - apart)
        return gaspari_cohn(norm(apart), self.half_width)

    def tapers(
        self, state_dim: int, observed: tuple[int, ...] | None, count: int
    ) -> tuple[Tensor, Tensor]:
        """Return factors between state and observations `(m, p)`, and among those `(p, p)`.

        Raises: takens.InputError where the numbers of places are not those of the problem.
        """
        if len(self.positions) != state_dim:
            raise takens.InputError(
                f"Localisation needs a place for each of the {state_dim} variables of the "
                f"(latent) state; got {len(self.positions)}. A latent state without places "
                "is filtered without localisation."
            )
        places = self.observed
        if places is None and observed is not None:
            places = self.positions[list(observed)]
        if places is None:
            raise takens.InputError(
                "Observations that are no single variables need places of their own; give "
                "Localisation(observed=...)."
            )
        if len(places) != count:
            raise takens.InputError(
                f"There are {count} observed variables and {len(places)} places for them; "
                "give as many."
            )
        return self.taper(self.positions, places), self.taper(places, places)
