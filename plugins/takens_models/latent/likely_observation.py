"""A read-out whose observations have a law, such as counts of a rate."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast, final

import torch
from torch import Tensor, nn

import takens
from takens_models.latent.likelihoods import Likelihood
from takens_models.latent.observation import Affine, NetworkObservation
from takens_models.latent.smoothing import best_width, smooth

# Where a run leaves, a rate stays within so many standard deviations of its logarithm.
_WITHIN: Final = 10.0


@final
class LikelyObservation(nn.Module):
    """A read-out gives the natural parameters of likelihoods, up to units and a constant.

    `eta = centre + spread (g(z) + b)`, where ``centre`` and ``spread`` are those of what the
    link makes of the data, so that states are of order one. Forcing inverts that for averages
    over neighbours in time, since a single count says little of its rate. Observations come in
    standardised units and go in these.
    """

    mean: Tensor
    scale: Tensor
    centre: Tensor
    spread: Tensor
    width: Tensor

    def __init__(
        self,
        readout: Affine | NetworkObservation,
        likelihoods: Sequence[Likelihood],
        smoothing: float | str,
    ) -> None:
        super().__init__()
        self.readout, self.forced = readout, readout.forced
        n = len(likelihoods)
        self.b = nn.Parameter(torch.zeros(n))
        self.smoothing = smoothing
        for name, value in (("mean", 0.0), ("scale", 1.0), ("centre", 0.0), ("spread", 1.0)):
            self.register_buffer(name, torch.full((n,), value))
        self.register_buffer("width", torch.tensor(0.0 if smoothing == "auto" else smoothing))
        # Variables of one likelihood are computed at once.
        self.laws = list(dict.fromkeys(likelihoods))
        self.places = [
            [i for i, own in enumerate(likelihoods) if own is law] for law in self.laws
        ]
        whole = [i for place in self.places for i in place]
        self.order = [whole.index(i) for i in range(n)]
        ones = torch.linspace(0.5, 1.5, 10)
        self.shapes = nn.ParameterList(
            torch.stack([law.first_shape(ones)] * len(place), -1)
            for law, place in zip(self.laws, self.places, strict=True)
        )

    def adopt_data(
        self, x: Tensor, columns: Sequence[str], mean: Tensor, scale: Tensor
    ) -> None:
        """Begin with numbers that suit `x: (T, n)`, NaN where missing, in units of these.

        Raises: DataError where a likelihood cannot have such observations.
        """
        x = x.to("cpu", torch.float64)
        self.mean.copy_(mean)
        self.scale.copy_(scale)
        for law, place, shape in zip(self.laws, self.places, self.shapes, strict=True):
            for k, i in enumerate(place):
                known = x[:, i][~x[:, i].isnan()]
                if why := law.complaint(known):
                    name = type(law).__name__
                    raise takens.errors.DataError(
                        f"Column {columns[i]!r} was given the likelihood of {name}, whose "
                        f"observations {why}; choose another for it, such as 'gaussian'."
                    )
                with torch.no_grad():
                    shape[:, k] = law.first_shape(known).to(shape)
        if self.smoothing == "auto":
            self.width.fill_(best_width(x))
        eta = torch.cat([self._link(x[i : i + 500]) for i in range(0, len(x), 500)])
        eta = eta[~eta.isnan().any(-1)]
        self.centre.copy_(eta.mean(0))
        self.spread.copy_(eta.std(0).clamp_min(1e-3))

    def _each(self, method: str, *given: Tensor, rest: tuple[Any, ...] = ()) -> Tensor:
        """Ask each likelihood about its variables of `given: (..., n)`."""
        if len(self.laws) == 1:
            return getattr(self.laws[0], method)(*given, self.shapes[0], *rest)
        parts = [
            cast(Callable[..., Tensor], getattr(law, method))(
                *(each[..., place] for each in given), shape, *rest
            )
            for law, place, shape in zip(self.laws, self.places, self.shapes, strict=True)
        ]
        return torch.cat(parts, -1)[..., self.order]

    def _link(self, x: Tensor) -> Tensor:
        """Return what the links make of averages of `x: (..., T, n)` in units of the data."""
        average, over = smooth(x, self.width.to(x.dtype))
        parts = [
            law.link(average[..., place], over[..., place])
            for law, place in zip(self.laws, self.places, strict=True)
        ]
        return torch.cat(parts, -1)[..., self.order]

    def _state_for(self, x: Tensor) -> Tensor:
        """Return what is read out where a state fits standardised `x: (..., T, n)`."""
        return (self._link(self._in_units(x)) - self.centre) / self.spread

    def _in_units(self, x: Tensor) -> Tensor:
        return x * self.scale + self.mean

    def _eta(self, z: Tensor) -> Tensor:
        read = self.readout.observe(z) + self.b
        return self.centre + self.spread * read.clamp(-_WITHIN, _WITHIN)

    def observe(self, z: Tensor) -> Tensor:
        """Return what is expected: `(..., m) -> (..., n)`."""
        return (self._each("mean", self._eta(z)) - self.mean) / self.scale

    def invert(self, x: Tensor) -> Tensor:
        """Return the states for a stretch of observations: `(..., T, n) -> (..., T, m)`."""
        return self.readout.invert(self._state_for(x) - self.b)

    def signal(self, x: Tensor) -> Tensor:
        """Return the same without a gradient to the weights."""
        return self.readout.signal(self._state_for(x) - self.b.detach())

    def share(self) -> Tensor:
        """Return the weight of a single observation among those averaged at the end of many."""
        ones = self.mean.new_ones(64, 1)
        return 1 / smooth(ones, self.width)[1][-1, 0]

    def negative_log_likelihood(self, z: Tensor, x: Tensor) -> Tensor:
        """Return it for each variable, but for what is of x alone: `(..., n)`."""
        return self._each("negative_log", self._eta(z), self._in_units(x))

    def deviance(self, z: Tensor, x: Tensor) -> Tensor:
        """Return twice the logarithms lost beside the most likely law: `(..., n)`."""
        return self._each("deviance", self._eta(z), self._in_units(x))

    def null_deviance(self, x: Tensor) -> Tensor:
        """Return the same at the constant law that fits `x: (..., n)` best."""
        return self._each("null_deviance", self._in_units(x))

    def draw(self, z: Tensor, generator: torch.Generator) -> Tensor:
        """Draw observations of `z: (..., m)`, in standardised units: `(..., n)`."""
        drawn = self._each("draw", self._eta(z), rest=(generator,))
        return (drawn - self.mean) / self.scale
