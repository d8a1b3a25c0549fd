"""Generalised teacher forcing."""

from collections.abc import Mapping
from typing import final

import torch
from torch import Tensor

import takens
from takens_schemes.adaptive_forcing import ESTIMATORS, AdaptiveForcing
from takens_schemes.forcing import pulled_loss
from takens_schemes.settings import GeneralisedTeacherForcingSettings, chosen
from takens_schemes.strength import WARM_UP, choose_forcing


@final
class GeneralisedTeacherForcing(GeneralisedTeacherForcingSettings):
    """Pull the state towards observations by a share ``alpha``, before each step.

    The forced units become `(1 - alpha) z + alpha x`, so that a product of k Jacobians, and
    with it the gradient through k steps, shrinks by `(1 - alpha)^k`: alpha = 1 - 1 / s bounds
    it where s is the largest singular value that Jacobians have. ``alpha`` may list a number
    for each member of an ensemble. Only ``every`` so many samples the state is pulled, and runs
    freely between: with alpha = 1 that is sparse forcing. By ``"auto"`` both follow the data.

    By ``adapt = "none"`` alpha is as given. By ``"annealed"`` it falls from 1 to ``alpha``
    over the first ``annealing`` updates, linearly. By the name of an estimator it follows the
    model's Jacobians on the forcing signals, see ``AdaptiveForcing``; ``alpha`` is not used.

    Where a share k of a batch is known, what is known pulls by `1 - (1 - alpha)^(1 / k)`, so
    that the bound is as it would be without gaps.

    Raises: ComponentError where alpha is outside 0 to 1 or another argument makes no sense.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, section 3 and algorithm 1.
    """

    takes_ensembles = True
    takes_gaps = True

    def set_up(self, x: Tensor, dt: float, /) -> "GeneralisedTeacherForcing | AdaptiveForcing":
        """Begin anew with a strength that follows the model, where that is asked for."""
        if self.adapt in ESTIMATORS:
            return AdaptiveForcing(self)
        if "auto" not in (self.alpha, self.every):
            return self
        found, why = choose_forcing(x, self.every)
        values = {key: value for key, value in found.items() if getattr(self, key) == "auto"}
        if values.get("every", 1) > 1 and not self.warm_up:
            values["warm_up"] = WARM_UP
        told = ", ".join(f"scheme.{key} = {value:g}" for key, value in values.items())
        return chosen(self, f"{told}: {why}.", **values)

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        """Return the strength of forcing, the mean over members."""
        return {"forcing_strength": float(self._alpha(step).mean())}

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the error of all predictions in `windows: (..., b, T, n)`: `(...)`."""
        if self.adapt in ESTIMATORS:
            raise takens.InputError(
                f"adapt = {self.adapt!r} remembers from update to update: call set_up(x, dt) "
                "first, as fit does."
            )
        return pulled_loss(self, self._alpha(step), model, windows, times, step, drive)

    def _alpha(self, step: int) -> Tensor:
        if isinstance(self.alpha, str):
            raise takens.InputError(
                "alpha = 'auto' is chosen from the data: call set_up(x, dt) first, as fit does."
            )
        alpha = torch.tensor(self.alpha, dtype=torch.float64)
        if self.adapt != "annealed":
            return alpha
        return alpha + (1 - alpha) * max(1 - step / self.annealing, 0.0)
