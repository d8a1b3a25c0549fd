"""What sparse fields and maps have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn

import takens
from takens_sindy.candidates import Candidates
from takens_sindy.regression import Array, Found
from takens_sindy.settings import SparseSettings
from takens_sindy.terms import Equations

# Beyond it, noise of a thousandth moves coefficients by as much as they are.
_ILL = 1e3

S = TypeVar("S", bound=SparseSettings)


class SparseModel(takens.plugin.Configured[S], nn.Module):
    """A sum of few candidate functions for each variable, in the units of the data.

    Shifting a variable makes many terms of one, so that equations which are sparse in the
    data's units are not in standardised ones: the state is kept in the units of the data, and
    observations are taken from and to standardised ones. ``support`` is 1 for the terms that
    were chosen; all others stay zero, also where coefficients are trained further.
    """

    context_length = 1
    time: takens.plugin.Time
    mean: Tensor
    scale: Tensor
    support: Tensor
    errors: Tensor
    chosen: Tensor

    def build(self) -> None:
        """Make the candidates, none of which is chosen."""
        config = self.config
        self.obs_dim = self.latent_dim = n = config.obs_dim
        self.candidates = Candidates(n, config.degree, config.frequencies)
        shape = (n, self.candidates.size)
        self.coefficients = nn.Parameter(torch.zeros(shape))
        self.register_buffer("support", torch.ones(shape))
        self.register_buffer("errors", torch.zeros(shape))
        self.register_buffer("chosen", torch.zeros(shape))
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("scale", torch.ones(n))
        self.resamples = config.resamples

    def equations(self, columns: Sequence[str] = ()) -> Equations:
        """Return the equations, in the units of the data; variables are x1, x2, ... by default.

        Raises: InputError for another number of names than there are variables.
        """
        names = tuple(columns) or tuple(f"x{i + 1}" for i in range(self.obs_dim))
        if len(names) != self.obs_dim:
            raise takens.InputError(
                f"{self.obs_dim} variables need as many names; got {', '.join(names)}."
            )
        resampled = self.resamples > 1
        return Equations.of(
            self.time,
            self.candidates,
            names,
            _numbers(self.weights()),
            _numbers(self.errors) if resampled else None,
            _numbers(self.chosen) if resampled else None,
        )

    def weights(self) -> Tensor:
        """Return the coefficients, `(n, L)`, zero where a term was not chosen."""
        return self.coefficients * self.support

    def adopt_units(self, mean: Tensor, scale: Tensor) -> None:
        """Take the data's `mean, scale: (n,)`, by which they are standardised."""
        self.mean.copy_(mean)
        self.scale.copy_(scale)

    def encode(self, context: Tensor, /) -> Tensor:
        """Begin at the last observation: `(..., c, n) -> (..., n)`."""
        return self.forcing_signal(context[..., -1, :])

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out in standardised units: `(..., n) -> (..., n)`."""
        return (z - self.mean) / self.scale

    def forcing_signal(self, x: Tensor, /) -> Tensor:
        """Return the observation in the units of the data: `(..., n) -> (..., n)`."""
        return x * self.scale + self.mean

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Replace the state by the observation."""
        return self.forcing_signal(x)

    def in_units(self, x: Tensor) -> Array:
        """Return standardised `x: (..., n)` in the data's units, on the host, in float64."""
        mean, scale = self.mean.double(), self.scale.double()
        return np.asarray((x.double() * scale + mean).detach().cpu())

    def take(self, found: Found) -> dict[str, Any]:
        """Restore what was found; give its figures in JSON types."""
        with torch.no_grad():
            for own, values in (
                (self.coefficients, found.coefficients),
                (self.support, found.coefficients != 0),
                (self.errors, found.errors),
                (self.chosen, found.chosen),
            ):
                own.copy_(torch.as_tensor(np.asarray(values, dtype=np.float64)))
        return {
            **self.equations().table(),
            "unexplained": [float(f"{share:.4g}") for share in found.residual],
            "remarks": list(self._not_told(found)),
        }

    def _not_told(self, found: Found) -> Iterator[str]:
        names = self.candidates.names([f"x{i + 1}" for i in range(self.obs_dim)])
        for i, (condition, terms) in enumerate(found.alike):
            if condition > _ILL:
                which = [names[term] for term in terms]
                yield (
                    f"In the equation of x{i + 1} the data hardly tell {', '.join(which)} "
                    f"apart (condition number {condition:.2g}): their coefficients are not to "
                    "be trusted one by one, and forecasts may leave the data. Leave out "
                    "variables or terms, or raise ridge."
                )

    def _apply_functions(self, z: Tensor) -> Tensor:
        return self.candidates.values(z) @ self.weights().mT

    def _differentiate(self, z: Tensor) -> Tensor:
        return self.weights() @ self.candidates.derivatives(z)

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...  # noqa: D102 - torch types it as Any


def _numbers(values: Tensor) -> list[list[float]]:
    return cast(list[list[float]], values.detach().cpu().double().tolist())
