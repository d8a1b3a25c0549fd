"""How likely an observation is where the read-out of a state says what to expect.

A read-out gives a number `eta: (..., n)` for each variable, the natural parameter, of which a
likelihood makes the rest. What is learned beside, ``shape``, is `(k, n)`.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol, final

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

from takens_models.settings import likelihood_names


class Likelihood(Protocol):
    """The law of an observation; all values are in the units of the data."""

    def complaint(self, x: Tensor) -> str:
        """Return why `x: (T,)` cannot be such observations, empty where they can."""
        ...

    def first_shape(self, x: Tensor) -> Tensor:
        """Return where what is learned beside begins, for `x: (T,)`: `(k,)`."""
        ...

    def link(self, x: Tensor, over: Tensor) -> Tensor:
        """Return eta for a mean `x: (..., n)` that is ``over`` so many observations."""
        ...

    def mean(self, eta: Tensor, shape: Tensor) -> Tensor:
        """Return what is expected: `(..., n)`."""
        ...

    def negative_log(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:
        """Return minus the logarithm of the probability, but for terms of x alone."""
        ...

    def deviance(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:
        """Return twice what is lost in logarithms beside the most likely eta: `(..., n)`."""
        ...

    def null_deviance(self, x: Tensor, shape: Tensor) -> Tensor:
        """Return the same at the constant that fits `x: (..., n)` best."""
        ...

    def draw(self, eta: Tensor, shape: Tensor, generator: torch.Generator) -> Tensor:
        """Draw observations: `(..., n)`."""
        ...


@final
class Gaussian:
    """Any number, with a normal error whose standard deviation is learned."""

    def complaint(self, x: Tensor) -> str:  # noqa: D102 - see Likelihood, as below
        return ""

    def first_shape(self, x: Tensor) -> Tensor:  # noqa: D102
        return x.std().log().unsqueeze(0)

    def link(self, x: Tensor, over: Tensor) -> Tensor:  # noqa: D102
        return x

    def mean(self, eta: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return eta

    def negative_log(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return 0.5 * self.deviance(eta, x, shape) + shape[0]

    def deviance(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return ((x - eta) / shape[0].exp()).square()

    def null_deviance(self, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return self.deviance(_average(x), x, shape)

    def draw(self, eta: Tensor, shape: Tensor, generator: torch.Generator) -> Tensor:  # noqa: D102
        return eta + shape[0].exp() * torch.randn(
            eta.shape, generator=generator, dtype=eta.dtype
        ).to(eta.device)


@final
class LogNormal:
    """Positive numbers whose logarithms are as of ``Gaussian``."""

    def complaint(self, x: Tensor) -> str:  # noqa: D102
        return _unlike(x, x > 0, "positive numbers")

    def first_shape(self, x: Tensor) -> Tensor:  # noqa: D102
        return x.log().std().log().unsqueeze(0)

    def link(self, x: Tensor, over: Tensor) -> Tensor:  # noqa: D102
        return x.clamp_min(1e-30).log()

    def mean(self, eta: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return (eta + 0.5 * (2 * shape[0]).exp()).exp()

    def negative_log(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return 0.5 * self.deviance(eta, x, shape) + shape[0]

    def deviance(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return ((self.link(x, eta) - eta) / shape[0].exp()).square()

    def null_deviance(self, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return self.deviance(_average(self.link(x, x)), x, shape)

    def draw(self, eta: Tensor, shape: Tensor, generator: torch.Generator) -> Tensor:  # noqa: D102
        drawn = torch.randn(eta.shape, generator=generator, dtype=eta.dtype).to(eta.device)
        return (eta + shape[0].exp() * drawn).exp()


@final
class Poisson:
    """Counts, whose rate is `exp(eta)`."""

    def complaint(self, x: Tensor) -> str:  # noqa: D102
        return _unlike(x, (x >= 0) & (x == x.round()), "whole numbers of at least 0")

    def first_shape(self, x: Tensor) -> Tensor:  # noqa: D102
        return x.new_zeros(0)

    def link(self, x: Tensor, over: Tensor) -> Tensor:  # noqa: D102
        return (x.clamp_min(0) + 0.5 / over).log()

    def mean(self, eta: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return eta.exp()

    def negative_log(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return self.mean(eta, shape) - x * eta

    def deviance(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        # Single precision may leave a little beside a count.
        rate, x = self.mean(eta, shape), x.clamp_min(0).round()
        return 2 * (torch.xlogy(x, x / rate) - x + rate)

    def null_deviance(self, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return self.deviance(_average(x).log(), x, shape)

    def draw(self, eta: Tensor, shape: Tensor, generator: torch.Generator) -> Tensor:  # noqa: D102
        rate = self.mean(eta, shape).detach().cpu()
        return torch.poisson(rate, generator=generator).to(eta.device)


@final
class Bernoulli:
    """0 or 1, with the logit `s eta` of 1; the steepness s is learned."""

    def complaint(self, x: Tensor) -> str:  # noqa: D102
        return _unlike(x, (x == 0) | (x == 1), "0 or 1")

    def first_shape(self, x: Tensor) -> Tensor:  # noqa: D102
        return x.new_zeros(1)

    def link(self, x: Tensor, over: Tensor) -> Tensor:  # noqa: D102
        share = (over * x.clamp(0, 1) + 0.5) / (over + 1)
        return share.log() - (1 - share).log()

    def mean(self, eta: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return (shape[0].exp() * eta).sigmoid()

    def negative_log(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        logit = shape[0].exp() * eta
        return softplus(logit) - x * logit

    def deviance(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return 2 * self.negative_log(eta, x, shape)

    def null_deviance(self, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        share, x = _average(x).clamp(0, 1), x.clamp(0, 1).round()
        return -2 * (torch.xlogy(x, share) + torch.xlogy(1 - x, 1 - share))

    def draw(self, eta: Tensor, shape: Tensor, generator: torch.Generator) -> Tensor:  # noqa: D102
        drawn = torch.rand(eta.shape, generator=generator, dtype=eta.dtype).to(eta.device)
        return (drawn < self.mean(eta, shape)).to(eta.dtype)


@final
class OrderedLevels:
    """Levels 0, 1, ... whose order counts: the logit of `x <= k` is `s (t_k - eta)`.

    Source: McCullagh (1980), Regression models for ordinal data, J. R. Stat. Soc. B 42.
    """

    def __init__(self, levels: int) -> None:
        self.levels = levels

    def complaint(self, x: Tensor) -> str:  # noqa: D102
        right = (x >= 0) & (x < self.levels) & (x == x.round())
        return _unlike(x, right, f"one of the {self.levels} levels 0 to {self.levels - 1}")

    def first_shape(self, x: Tensor) -> Tensor:  # noqa: D102
        # The logarithms of s and of the distances between thresholds, and the first of these.
        return x.new_tensor([1.0, 0.5, *[0.0] * (self.levels - 2)])

    def link(self, x: Tensor, over: Tensor) -> Tensor:  # noqa: D102
        return x

    def _logits(self, eta: Tensor, shape: Tensor) -> Tensor:
        """Return the logit of `x <= k` for each k but the last: `(levels - 1, ..., n)`."""
        thresholds = torch.cat((shape[1:2], shape[1] + shape[2:].exp().cumsum(0)))
        thresholds = thresholds.reshape(self.levels - 1, *[1] * (eta.ndim - 1), -1)
        return shape[0].exp() * (thresholds - eta)

    def mean(self, eta: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return (-self._logits(eta, shape)).sigmoid().sum(0)

    def negative_log(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        below = self._logits(eta, shape)
        # log(sigmoid(b) - sigmoid(a)) for a < b, of neighbours; the ends stand alone.
        a, b = below[:-1], below[1:]
        inner = logsigmoid(b) + logsigmoid(-a) + (-(-(b - a).clamp_min(1e-6)).expm1()).log()
        each = torch.cat((logsigmoid(below[:1]), inner, logsigmoid(-below[-1:])))
        level = x.round().long().clamp(0, self.levels - 1).unsqueeze(0)
        return -each.gather(0, level).squeeze(0)

    def deviance(self, eta: Tensor, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        return 2 * self.negative_log(eta, x, shape)

    def null_deviance(self, x: Tensor, shape: Tensor) -> Tensor:  # noqa: D102
        at = x.round().unsqueeze(0) == torch.arange(self.levels).reshape(-1, *[1] * x.ndim)
        share = at.to(x.dtype).flatten(1, -2).mean(1)
        share = share.reshape(self.levels, *[1] * (x.ndim - 1), -1)
        return -2 * torch.xlogy(at.to(x.dtype), share).sum(0)

    def draw(self, eta: Tensor, shape: Tensor, generator: torch.Generator) -> Tensor:  # noqa: D102
        drawn = torch.rand(eta.shape, generator=generator, dtype=eta.dtype).to(eta.device)
        return (drawn > self._logits(eta, shape).sigmoid()).to(eta.dtype).sum(0)


def _average(x: Tensor) -> Tensor:
    """Return the mean over all but the last dimension, broadcast against `x: (..., n)`."""
    return x.reshape(-1, x.shape[-1]).mean(0)


def _unlike(x: Tensor, right: Tensor, wanted: str) -> str:
    wrong = x[~right]
    return f"are {wanted}, and it has {float(wrong[0]):g}" if len(wrong) else ""


_PLAIN: Final[Mapping[str, type[Gaussian | LogNormal | Poisson | Bernoulli]]] = {
    "gaussian": Gaussian,
    "log_normal": LogNormal,
    "poisson": Poisson,
    "bernoulli": Bernoulli,
}


def make_likelihoods(choice: Any, n: int) -> list[Likelihood]:
    """Make the likelihood of each of n variables by its name, those of one name once."""
    made: dict[str, Likelihood] = {}
    for name, levels in likelihood_names(choice, n):
        key = f"{name} {levels}"
        if key not in made:
            made[key] = OrderedLevels(levels) if name == "ordinal" else _PLAIN[name]()
    return [made[f"{name} {levels}"] for name, levels in likelihood_names(choice, n)]
