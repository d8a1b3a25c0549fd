"""Generalised teacher forcing."""

from collections.abc import Mapping, Sequence
from typing import final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.adaptive_forcing import ESTIMATORS, AdaptiveForcing
from takens_schemes.forcing import forced_loss, predicted, refuse_below
from takens_schemes.objective import objective_of


def _numbers(alpha: float | Sequence[float]) -> float | tuple[float, ...]:
    return tuple(alpha) if isinstance(alpha, Sequence) else alpha


@final
@attrs.frozen
class GeneralisedTeacherForcing:
    """Pull the state towards every observation by a share ``alpha``, before each step.

    The forced units become `(1 - alpha) z + alpha x`, so that a product of k Jacobians, and
    with it the gradient through k steps, shrinks by `(1 - alpha)^k`: alpha = 1 - 1 / s bounds
    it where s is the largest singular value that Jacobians have. ``alpha`` may list a number
    for each member of an ensemble.

    By ``adapt = "none"`` alpha is as given. By ``"annealed"`` it falls from 1 to ``alpha``
    over the first ``annealing`` updates, linearly. By the name of an estimator it follows the
    model's Jacobians on the forcing signals, see ``AdaptiveForcing``; ``alpha`` is not used.

    Raises: ComponentError where alpha is outside 0 to 1 or another argument makes no sense.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, section 3 and algorithm 1.
    """

    alpha: float | tuple[float, ...] = attrs.field(default=0.125, converter=_numbers)
    adapt: str = "none"
    annealing: int = 1000
    warm_up: int = 0
    error: str = "mean_squared"
    regularisation: Mapping[str, float] = attrs.field(factory=dict[str, float])
    noise: float = 0.0
    noisy_targets: bool = False
    takes_ensembles = True

    def __attrs_post_init__(self) -> None:
        name = "generalised_teacher_forcing"
        for alpha in self.alpha if isinstance(self.alpha, tuple) else (self.alpha,):
            if not 0 <= alpha <= 1:
                raise takens.ComponentError(f"{name}: alpha is from 0 to 1; got {alpha}.")
        known = ("none", "annealed", *ESTIMATORS)
        if self.adapt not in known:
            raise takens.ComponentError(
                f"{name}: adapt is one of {', '.join(known)}; got {self.adapt!r}."
            )
        refuse_below(name, warm_up=(self.warm_up, 0), annealing=(self.annealing, 1))
        objective_of(name, self)

    def adapted(self, x: Tensor, dt: float, /) -> "GeneralisedTeacherForcing | AdaptiveForcing":
        """Begin anew with a strength that follows the model, where that is asked for."""
        return AdaptiveForcing(self, self.adapt) if self.adapt in ESTIMATORS else self

    def in_force(self, step: int, /) -> Mapping[str, float]:
        """Give the strength of forcing, the mean over members."""
        return {"forcing_strength": float(self._alpha(step).mean())}

    def loss(self, model: takens.Model, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the error of all predictions in `windows: (..., b, T, n)`: `(...)`."""
        if self.adapt in ESTIMATORS:
            raise takens.InputError(
                f"adapt = {self.adapt!r} remembers from update to update: call adapted(x, dt) "
                "first, as fit does."
            )
        return self.loss_at(self._alpha(step), model, windows, times, step)

    def loss_at(
        self, alpha: Tensor, model: takens.Model, windows: Tensor, times: Tensor, step: int
    ) -> Tensor:
        """Give the loss at the strength `alpha: ()` or `(members,)`."""
        members = windows.shape[:-3]
        if alpha.ndim and alpha.shape != members:
            raise takens.InputError(
                f"generalised_teacher_forcing lists {len(alpha)} alphas and there are "
                f"{members.numel()} models; list one for each, and set training.members."
            )
        count = predicted(model, windows, self.warm_up)
        strength = alpha.double().unsqueeze(-1).repeat(*[1] * alpha.ndim, count)
        strength[..., : self.warm_up] = 1
        strength[..., 0] = 0
        return forced_loss(
            model,
            windows,
            times,
            strength,
            objective_of("generalised_teacher_forcing", self),
            warm_up=self.warm_up,
            step=step,
        )

    def _alpha(self, step: int) -> Tensor:
        alpha = torch.tensor(self.alpha, dtype=torch.float64)
        if self.adapt != "annealed":
            return alpha
        return alpha + (1 - alpha) * max(1 - step / self.annealing, 0.0)
