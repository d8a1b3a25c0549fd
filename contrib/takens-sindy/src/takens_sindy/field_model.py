"""A vector field of few terms."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
from torch import Tensor

import takens
from takens_sindy.rates import rows_of, sampling
from takens_sindy.regression import Array, Rows, regress
from takens_sindy.settings import SparseFieldSettings
from takens_sindy.sparse_model import SparseModel

# Fewer samples have no time scale.
_FEW = 14


@final
class SparseField(SparseModel[SparseFieldSettings]):
    """A field `dz/dt = W f(z)` of few terms, chosen by PySINDy, in the units of the data.

    The candidates f are monomials up to ``degree``, and sines and cosines of the variables
    with frequencies 1 to ``frequencies``. ``optimiser`` is ``"ssr"``, ``"stlsq"`` or
    ``"sr3"``; all drop terms that make up less than the share ``threshold`` of a velocity
    (or, where not ``normalise``, whose coefficient is smaller), and ``"ssr"`` then drops terms
    one by one as far as the Bayesian information criterion asks for it. ``ridge`` is the
    regularisation while terms are chosen. ``resamples`` of the data give standard errors; a
    term stays that at least half of them choose.

    ``differentiation`` is ``"weak"``, integrals against test functions of length ``window``,
    which needs no derivative of the data, ``"finite_difference"``, or ``"smoothed"`` (first
    over the window, by Savitzky and Golay). A window of 0 is two and a half time scales of
    the data. ``integrator`` takes one step a sampling interval.

    Source: Brunton, Proctor, Kutz (2016), Discovering governing equations from data, PNAS
    113, 3932-3937; Messenger and Bortz (2021), Weak SINDy, Multiscale Model. Simul. 19.
    """

    time = takens.plugin.Time.CONTINUOUS

    def build(self) -> None:
        """Make the candidates, and what advances the field.

        Raises: ComponentError where the integrator has no steps.
        """
        super().build()
        choice = self.config.integrator
        stepper = takens.create("integrator", choice)
        if not isinstance(stepper, takens.plugin.Stepper):
            raise takens.errors.ComponentError(
                f"sindy: integrator is one of fixed steps, as 'rk4'; got {choice!r}."
            )
        self.integrator = stepper

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Learn from standardised `x: (trajectories, T, n)` at `times: (T,)`.

        Gives figures: the equations with x1, x2, ... for the variables, and what is left of
        each velocity.

        Raises: DataError where there are too few samples.
        """
        return self.learn(self.in_units(x), np.asarray(times, dtype=np.float64))

    def learn(self, x: Array, times: Array) -> Mapping[str, Any]:
        """Learn from `x: (trajectories, T, n)` in the units of the data; see above."""
        return self.learn_parts([(x, times)])

    def learn_parts(self, parts: Sequence[tuple[Array, Array]]) -> Mapping[str, Any]:
        """Learn from several `x: (trajectories, T, n)`, each with its `times: (T,)`.

        Raises: DataError where one has too few samples.
        """
        config = self.config
        scales = [sampling(x, times).time_scale for x, times in parts if len(times) > _FEW]
        found = [
            rows_of(
                x,
                times,
                self.candidates,
                method=config.differentiation,
                window=config.window or 2.5 * max(scales, default=0.0),
                seed=config.seed,
            )
            for x, times in parts
        ]
        rows = Rows(
            np.concatenate([each.features for each, _ in found]),
            np.concatenate([each.targets for each, _ in found]),
            max(each.block for each, _ in found),
        )
        noise = max(seen.noise for _, seen in found)
        return self.take(regress(rows, config)) | {"noise": float(f"{noise:.3g}")}

    def learn_pairs(self, x: Array, velocities: Array) -> Mapping[str, Any]:
        """Learn from velocities that are known, `(N, n)` each, in the units of the data."""
        features = np.asarray(self.candidates.values(_tensor(x)))
        return self.take(regress(Rows(features, velocities), self.config))

    def learn_velocities(self, x: Array, velocities: Array) -> Mapping[str, Any]:
        """Learn from velocities that are known, by its old name."""
        text = "SparseField.learn_velocities will go; write learn_pairs."
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        return self.learn_pairs(x, velocities)

    def forward(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the velocity at `z: (..., n)`, whatever the time."""
        return self._apply_functions(z)

    def jacobian(self, t: Tensor, z: Tensor, /) -> Tensor:
        """Return the derivative of the velocity: `(..., n) -> (..., n, n)`."""
        return self._differentiate(z)


def _tensor(x: Array) -> Tensor:
    import torch

    return torch.as_tensor(x, dtype=torch.float64)
