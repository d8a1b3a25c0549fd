"""Whole functions drawn from a Gaussian process, which can be evaluated anywhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import final

import attrs
import torch
from torch import Generator, Tensor

import takens
from takens_gp.kernel import Kernel
from takens_gp.kernels.anchored import Anchored
from takens_gp.kernels.composition import Product, Sum
from takens_gp.kernels.linear import Constant, Linear
from takens_gp.kernels.spectrum import SupportsSpectrum
from takens_gp.kernels.values import like


@final
@attrs.frozen(eq=False)
class Functions:
    """Functions drawn together: waves and lines from the prior, and an update by the data.

    Called with `x: (m, d)` it gives all functions at the same points, `(count, m)`; with
    `x: (count, m, d)` each function at points of its own. It is smooth in x, so that a drawn
    function can be integrated and differentiated.

    Source: Wilson, Borovitskiy, Terenin, Mostowsky, Deisenroth (2020), Efficiently sampling
    functions from Gaussian process posteriors, ICML, eq. 13.
    """

    kernel: Kernel
    mean: float
    frequencies: Tensor
    amplitudes: Tensor
    slopes: Tensor
    centres: Tensor
    weights: Tensor
    origin: Tensor | float = 0.0

    def __call__(self, x: Tensor, /) -> Tensor:
        """Evaluate: `(m, d)` or `(count, m, d)` to `(count, m)`."""
        update = self.kernel(x, self.centres) @ self.weights.unsqueeze(-1)
        return self.mean + self.prior(x) + update.squeeze(-1)

    def prior(self, x: Tensor, /) -> Tensor:
        """Evaluate what was drawn from the prior: `(m, d)` or `(count, m, d)`."""
        x = x - self.origin
        phases = x @ self.frequencies.mT
        waves = torch.cat((phases.cos(), phases.sin()), -1) @ self.amplitudes.unsqueeze(-1)
        lines = x @ self.slopes.unsqueeze(-1)
        return (waves + lines).squeeze(-1)


def draw_prior(
    kernel: Kernel, dim: int, count: int, features: int, generator: Generator
) -> Functions:
    """Draw functions of points with ``dim`` coordinates from a prior of zero mean.

    Every part of the kernel that has a spectrum becomes ``features`` random waves.

    Raises: InputError where a part of the kernel has no spectrum and is not linear.

    Source: Rahimi and Recht (2007), Random features for large-scale kernel machines, NIPS,
    algorithm 1.
    """
    if isinstance(kernel, Anchored):
        parts = Sum((kernel.kernel, Constant(kernel.level))) if kernel.level else kernel.kernel
        drawn = draw_prior(parts, dim, count, features, generator)
        return attrs.evolve(drawn, kernel=kernel, origin=kernel.origin)
    frequencies: list[Tensor] = []
    amplitudes: list[tuple[Tensor, Tensor]] = []
    slopes = torch.zeros(count, dim, dtype=torch.float64)
    for part in _parts(kernel):
        if isinstance(part, Linear):
            drawn = torch.randn(count, dim, generator=generator, dtype=torch.float64)
            slopes = slopes + drawn * like(part.variance, drawn).sqrt()
        elif isinstance(part, SupportsSpectrum):
            frequencies.append(part.frequencies(dim, features, generator))
            drawn = torch.randn(2, count, features, generator=generator, dtype=torch.float64)
            drawn = drawn * math.sqrt(float(part.variance) / features)
            amplitudes.append((drawn[0], drawn[1]))
        else:
            raise takens.InputError(
                f"Functions cannot be drawn from {type(part).__name__}, which has no spectrum; "
                "use sample, which draws values at given points of any kernel."
            )
    nothing = torch.zeros(0, dtype=torch.float64)
    cosines = [each[0] for each in amplitudes] or [nothing.expand(count, 0)]
    sines = [each[1] for each in amplitudes] or [nothing.expand(count, 0)]
    return Functions(
        kernel=kernel,
        mean=0.0,
        frequencies=torch.cat(frequencies or [nothing.view(0, 1).expand(0, dim)]),
        amplitudes=torch.cat((*cosines, *sines), -1),
        slopes=slopes,
        centres=torch.zeros(0, dim, dtype=torch.float64),
        weights=torch.zeros(count, 0, dtype=torch.float64),
    )


def _parts(kernel: Kernel) -> Iterator[Kernel]:
    if isinstance(kernel, Sum):
        for part in kernel.kernels:
            yield from _parts(part)
    elif isinstance(kernel, Product) and len(kernel.kernels) == 1:
        yield from _parts(kernel.kernels[0])
    else:
        yield kernel
