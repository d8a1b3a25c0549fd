"""How a latent state is observed, and what an observation says of the state.

Each of the three has `observe: (..., m) -> (..., n)`, and for the first ``forced`` latent
units what an observation makes of them: ``invert`` with a gradient to the weights, for
starts, and ``signal`` without, for forcing.
"""

from typing import TypeAlias, final

import torch
from torch import Tensor, nn

from takens_models.latent.network import Network
from takens_models.latent.typed import pseudo_inverse


@final
class Identity(nn.Module):
    """The first n latent units are observed."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.forced = n

    def observe(self, z: Tensor) -> Tensor:
        """Read out the first units: `(..., m) -> (..., n)`."""
        return z[..., : self.forced]

    def invert(self, x: Tensor) -> Tensor:
        """Return the observation itself: `(..., n) -> (..., n)`."""
        return x

    def signal(self, x: Tensor) -> Tensor:
        """Return the observation itself: `(..., n) -> (..., n)`."""
        return x


@final
class Affine(nn.Module):
    """`x = B z` without a constant; an observation forces the whole state to `pinv(B) x`.

    No gradient goes to B through the forcing signal. B starts normally distributed with the
    variance 2 / m.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), Generalized teacher forcing for
    learning chaotic dynamics, ICML.
    """

    def __init__(self, n: int, m: int, generator: torch.Generator) -> None:
        super().__init__()
        self.forced = m
        self.B = nn.Parameter(torch.randn(n, m, generator=generator) * (2 / m) ** 0.5)

    def observe(self, z: Tensor) -> Tensor:
        """Read out: `(..., m) -> (..., n)`."""
        return nn.functional.linear(z, self.B)

    def invert(self, x: Tensor) -> Tensor:
        """Return the smallest state nearest to an observation: `(..., n) -> (..., m)`."""
        return nn.functional.linear(x, pseudo_inverse(self.B))

    def signal(self, x: Tensor) -> Tensor:
        """Return the same without a gradient to B: `(..., n) -> (..., m)`."""
        return nn.functional.linear(x, pseudo_inverse(self.B.detach()))


@final
class NetworkObservation(nn.Module):
    """A network reads the state out, and a second one gives the whole state for a start.

    The second learns through the starts of windows alone: no gradient goes to it through the
    forcing signal.
    """

    def __init__(self, n: int, m: int, width: int, generator: torch.Generator) -> None:
        super().__init__()
        self.forced = m
        self.decoder = Network(m, width, n, activation="tanh", generator=generator)
        self.encoder = Network(n, width, m, activation="tanh", generator=generator)

    def observe(self, z: Tensor) -> Tensor:
        """Read out: `(..., m) -> (..., n)`."""
        return self.decoder(z)

    def invert(self, x: Tensor) -> Tensor:
        """Return the state for an observation: `(..., n) -> (..., m)`."""
        return self.encoder(x)

    def signal(self, x: Tensor) -> Tensor:
        """Return the same without a gradient to the weights: `(..., n) -> (..., m)`."""
        fixed = {name: weight.detach() for name, weight in self.encoder.named_parameters()}
        return torch.func.functional_call(self.encoder, fixed, (x,))


Observation: TypeAlias = Identity | Affine | NetworkObservation


def make_observation(
    name: str, n: int, m: int, width: int, generator: torch.Generator
) -> Observation:
    """Make an observation of n variables of m latent ones by its name."""
    if name == "identity":
        return Identity(n)
    if name == "affine":
        return Affine(n, m, generator)
    return NetworkObservation(n, m, width, generator)
