"""What the forcing schemes have in common besides forcing: error, regularisation and noise."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.regularisers import REGULARISERS


def _mean_squared(error: Tensor) -> Tensor:
    return error.square().mean((-3, -2, -1))


def _mean_absolute(error: Tensor) -> Tensor:
    return error.abs().mean((-3, -2, -1))


def _gaussian(error: Tensor) -> Tensor:
    # The likelihood of errors with a variance of each variable, at the best of variances.
    return 0.5 * error.square().mean((-3, -2)).clamp_min(1e-12).log().mean(-1)


# Of errors `(..., b, T, n)`, one number for each of the leading dimensions.
LOSSES: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "mean_squared": _mean_squared,
    "mean_absolute": _mean_absolute,
    "gaussian": _gaussian,
}


class Described(Protocol):
    """A scheme with the arguments that an objective is made of."""

    @property
    def error(self) -> str:
        """One of the names in ``LOSSES``."""
        ...

    @property
    def regularisation(self) -> Mapping[str, float]:
        """Weights of regularisers, by name."""
        ...

    @property
    def noise(self) -> float:
        """The standard deviation of what is added to the windows."""
        ...

    @property
    def noisy_targets(self) -> bool:
        """Whether predictions are compared with the noisy windows."""
        ...


def objective_of(name: str, scheme: Described) -> "Objective":
    """Make the objective that a scheme describes.

    Raises: ComponentError.
    """
    return Objective(
        name, scheme.error, scheme.regularisation, scheme.noise, scheme.noisy_targets
    )


@final
@attrs.frozen
class Objective:
    """How predictions are compared with data.

    ``error`` is ``"mean_squared"``, ``"mean_absolute"`` or ``"gaussian"``: half the logarithm
    of each variable's mean squared error, which is the negative log-likelihood per sample of
    normal errors at the best variances. ``regularisation`` maps names to their weights.
    ``noise`` is the standard deviation, in standardised units, of what is added to the
    windows that a model is forced by; with ``noisy_targets`` it is compared with them too.

    Raises: ComponentError for unknown names or a negative number.
    """

    scheme: str
    error: str = "mean_squared"
    regularisation: Mapping[str, float] = attrs.field(factory=dict[str, float])
    noise: float = 0.0
    noisy_targets: bool = False

    def __attrs_post_init__(self) -> None:
        if self.error not in LOSSES:
            raise takens.ComponentError(
                f"{self.scheme}: error is one of {', '.join(LOSSES)}; got {self.error!r}."
            )
        for name, weight in self.regularisation.items():
            if name not in REGULARISERS:
                raise takens.ComponentError(
                    f"{self.scheme}: regularisation knows {', '.join(REGULARISERS)}; "
                    f"got {name!r}."
                )
            if not weight >= 0:
                raise takens.ComponentError(
                    f"{self.scheme}: regularisation.{name} is at least 0; got {weight}."
                )
        if not self.noise >= 0:
            raise takens.ComponentError(
                f"{self.scheme}: noise is at least 0 standard deviations; got {self.noise}."
            )

    def inputs(self, windows: Tensor, step: int) -> Tensor:
        """Add the noise of update ``step`` to `windows: (..., b, T, n)`, alike for members."""
        if not self.noise:
            return windows
        # By the update alone, so that a training that is resumed sees the same noise.
        generator = torch.Generator().manual_seed(step)
        noise = torch.randn(windows.shape[-3:], generator=generator).to(windows)
        return windows + self.noise * noise

    def targets(self, windows: Tensor, noisy: Tensor) -> Tensor:
        """Give what predictions are compared with."""
        return noisy if self.noisy_targets else windows

    def value(self, model: takens.Model, predictions: Tensor, targets: Tensor) -> Tensor:
        """Give the loss, `(...)`, of predictions `(..., b, T, n)`."""
        loss = LOSSES[self.error](predictions - targets)
        if self.regularisation:
            weights = takens.weights(model)
            for name, weight in self.regularisation.items():
                loss = loss + weight * REGULARISERS[name](weights, loss.ndim)
        return loss
