"""Forcing whose strength follows the Jacobians of the model that is being trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.forcing import interval, pulled_loss
from takens_schemes.settings import GeneralisedTeacherForcingSettings

_EVERY: Final = 5
_MEMORY: Final = 0.999


def _norm(matrix: Tensor) -> Tensor:
    # Half the time of singular values, and as exact for the largest.
    squares = cast(Tensor, torch.linalg.eigvalsh(matrix.mT @ matrix))
    return squares[..., -1].clamp_min(0.0).sqrt()


def _product_bound(jacobians: Tensor) -> Tensor:
    return _norm(jacobians).clamp_min(1e-12).log().mean(-1).exp()


def _arithmetic_mean(jacobians: Tensor) -> Tensor:
    return _norm(jacobians.mean(-3))


def _largest(jacobians: Tensor) -> Tensor:
    return _norm(jacobians).amax(-1)


# Of Jacobians `(..., b, T, m, m)`, the growth that each sequence shows: `(..., b)`.
ESTIMATORS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "product_upper_bound": _product_bound,
    "arithmetic_mean": _arithmetic_mean,
    "batch_maximum": _largest,
}


@final
@attrs.define(eq=False)
class AdaptiveForcing:
    """Generalised forcing with `alpha = max(0, 1 - 1 / kappa)`, kept up with the model.

    Every fifth update kappa is estimated from the model's Jacobians at states that the data
    force, the largest over the batch. Alpha follows upwards at once, and downwards by an
    exponential average that remembers 0.999 of itself; it starts at 1. The estimators:
    ``product_upper_bound``, the geometric mean along a sequence of the Jacobians' norms;
    ``arithmetic_mean``, the norm of their mean; ``batch_maximum``, the largest norm.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML, algorithm 1.
    """

    scheme: GeneralisedTeacherForcingSettings
    alpha: Tensor | None = None
    takes_ensembles: bool = True
    takes_gaps: bool = True

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        """Return the strength of forcing, the mean over members."""
        return {} if self.alpha is None else {"forcing_strength": float(self.alpha.mean())}

    def state_dict(self) -> dict[str, Tensor]:
        """Return the strength that was reached."""
        return {} if self.alpha is None else {"alpha": self.alpha.clone()}

    def load_state_dict(self, state: Mapping[str, Tensor], /) -> None:
        """Go on from a strength that was reached."""
        self.alpha = state.get("alpha")

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
        alpha = self.alpha
        if alpha is None or alpha.shape != windows.shape[:-3]:
            alpha = torch.ones(windows.shape[:-3], dtype=torch.float64)
        if step % _EVERY == 0 and torch.is_grad_enabled():
            found = self._wanted(model, windows, times, drive)
            alpha = torch.where(found > alpha, found, _MEMORY * alpha + (1 - _MEMORY) * found)
            self.alpha = alpha
        return pulled_loss(self.scheme, alpha, model, windows, times, step, drive)

    def _wanted(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        times: Tensor,
        drive: Tensor | None,
    ) -> Tensor:
        with torch.no_grad():
            c = model.context_length
            strength = torch.ones(windows.shape[-2] - c, dtype=torch.float64)
            strength[0] = 0
            dt = interval(times)
            arrived = takens.plugin.forced_run(
                model, windows, dt=dt, strength=strength, drive=drive
            )
            seen = windows[..., c:-1, :]
            forced = takens.plugin.force_where_known(model, arrived[..., :-1, :], seen)
            context = takens.plugin.filled(windows[..., :c, :])
            before = None if drive is None else drive[..., :c, :]
            z = takens.plugin.encode(model, context, before)
            states = torch.cat((z.unsqueeze(-2), forced), -2)
            acting = None if drive is None else drive[..., c - 1 : -1, :]
            jacobians = _jacobians(model, dt, states, acting)
            kappa = ESTIMATORS[self.scheme.adapt](jacobians).amax(-1)
        return (1 - 1 / kappa.double().cpu().clamp_min(1e-12)).clamp_min(0.0)


def _jacobians(
    model: takens.plugin.Model, dt: float, states: Tensor, acting: Tensor | None
) -> Tensor:
    """Return the Jacobian of one step at each of `states: (..., m)`: `(..., m, m)`."""
    if isinstance(model, takens.plugin.Ensemble):
        # One by one, since a member may know its derivative in closed form.
        each = [None] * len(states) if acting is None else acting
        parts = zip(model.members, states, each, strict=True)
        return torch.stack([_jacobians(member, dt, seen, u) for member, seen, u in parts])
    m = states.shape[-1]
    unit = torch.eye(m).to(states).expand(*states.shape, m)
    if acting is None:
        return takens.plugin.jvp(takens.plugin.latent_map(model, dt), states, unit)[1]
    driven = takens.plugin.driven_map(model, dt)
    return takens.plugin.jvp(lambda z: driven(z, acting), states, unit)[1]
