"""What the forcing schemes have in common besides forcing: error, regularisation and noise."""

from collections.abc import Callable, Mapping
from typing import Final, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.regularisers import REGULARISERS
from takens_schemes.settings import Error, ObjectiveSettings


def _mean_squared(error: Tensor) -> Tensor:
    return error.square().mean((-3, -2, -1))


def _mean_absolute(error: Tensor) -> Tensor:
    return error.abs().mean((-3, -2, -1))


def _gaussian(error: Tensor) -> Tensor:
    # The likelihood of errors with a variance of each variable, at the best of variances.
    return 0.5 * error.square().mean((-3, -2)).clamp_min(1e-12).log().mean(-1)


def _over_known(name: Error, error: Tensor, known: Tensor) -> Tensor:
    """Return the same of errors of which some are not known: of each variable, then of all."""
    powers = error.abs() if name == "mean_absolute" else error.square()
    count = known.sum((-3, -2))
    each = torch.where(known, powers, 0.0).sum((-3, -2)) / count.clamp_min(1)
    if name == "gaussian":
        each = torch.where(count > 0, 0.5 * each.clamp_min(1e-12).log(), 0.0)
    return each.sum(-1) / (count > 0).sum(-1).clamp_min(1)


def _mean_over_known(each: Tensor, known: Tensor) -> Tensor:
    """Return the mean of `(..., b, T, n)` over what is known of each variable, then of all."""
    count = known.sum((-3, -2))
    by_variable = torch.where(known, each, 0.0).sum((-3, -2)) / count.clamp_min(1)
    return by_variable.sum(-1) / (count > 0).sum(-1).clamp_min(1)


# Of errors `(..., b, T, n)`, one number for each of the leading dimensions.
LOSSES: Final[Mapping[Error, Callable[[Tensor], Tensor]]] = {
    "mean_squared": _mean_squared,
    "mean_absolute": _mean_absolute,
    "gaussian": _gaussian,
}


@final
class Objective(ObjectiveSettings):
    """How predictions are compared with data.

    ``error`` is ``"mean_squared"``, ``"mean_absolute"`` or ``"gaussian"``: half the logarithm
    of each variable's mean squared error, which is the negative log-likelihood per sample of
    normal errors at the best variances. ``regularisation`` maps names to their weights.
    ``noise`` is the standard deviation, in standardised units, of what is added to the
    windows that a model is forced by; with ``noisy_targets`` it is compared with them too.
    """

    def inputs(self, windows: Tensor, step: int) -> Tensor:
        """Add the noise of update ``step`` to `windows: (..., b, T, n)`, alike for members."""
        if not self.noise:
            return windows
        # By the update alone, so that a training that is resumed sees the same noise.
        generator = torch.Generator().manual_seed(step)
        noise = torch.randn(windows.shape[-3:], generator=generator).to(windows)
        return windows + self.noise * noise

    def targets(self, windows: Tensor, noisy: Tensor) -> Tensor:
        """Return what predictions are compared with."""
        return noisy if self.noisy_targets else windows

    def value(self, model: takens.plugin.Model, states: Tensor, targets: Tensor) -> Tensor:
        """Return the loss, `(...)`, of states `(..., b, T, m)` beside targets `(..., b, T, n)`.

        Where the model gives observations a law it is the negative log-likelihood. Targets that
        are missing do not count: the mean is over what is known of each variable.
        """
        if takens.plugin.has_likelihood(model):
            known = ~targets.isnan()
            likely = cast(takens.plugin.SupportsLikelihood, model)
            each = likely.negative_log_likelihood(states, targets.nan_to_num(0.0))
            loss = _mean_over_known(each, known)
            return loss + self.penalty(model, loss.ndim) if self.regularisation else loss
        predictions = model.observe(states)
        if takens.plugin.has_gaps(targets):
            known = ~targets.isnan()
            error = torch.where(known, predictions - targets, 0.0)
            loss = _over_known(self.error, error, known)
        else:
            loss = LOSSES[self.error](predictions - targets)
        return loss + self.penalty(model, loss.ndim) if self.regularisation else loss

    def penalty(self, model: takens.plugin.Model, leading: int) -> Tensor | float:
        """Return what the weights add to the loss, of ``leading`` dimensions of members."""
        if not self.regularisation:
            return 0.0
        weights = takens.plugin.weights(model)
        return sum(
            weight * REGULARISERS[name](weights, leading)
            for name, weight in self.regularisation.items()
        )


def objective_of(scheme: ObjectiveSettings) -> Objective:
    """Return the objective that a scheme holds among its settings."""
    names = (field.name for field in attrs.fields(Objective))
    return Objective(**{name: getattr(scheme, name) for name in names})
