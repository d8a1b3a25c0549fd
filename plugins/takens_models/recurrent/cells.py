"""Cells of recurrent networks in plain operations, so that every transform works on them.

Each has ``state_dim`` and `forward(x, s) -> (output, s')` with `x: (..., inputs)`, the state
`s: (..., state_dim)` and `output: (..., width)`.
"""

from typing import TypeAlias, final

import torch
from torch import Tensor, nn

from takens_models.latent.typed import eigenvalues, split
from takens_models.latent.weights import uniform


@final
class ElmanCell(nn.Module):
    """`h' = activation(W x + U h + b)`, with the relu or tanh.

    Source: Elman (1990), Finding structure in time, Cognitive Science 14, section 2.
    """

    def __init__(
        self, inputs: int, width: int, activation: str, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.state_dim, self.activation = width, activation
        self.W, self.U, self.b = _weights(1, inputs, width, generator)

    def forward(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output and the next state, which are the same."""
        a = nn.functional.linear(x, self.W, self.b) + nn.functional.linear(s, self.U)
        h = a.relu() if self.activation == "relu" else a.tanh()
        return h, h


@final
class LSTMCell(nn.Module):
    """Long short-term memory: `c' = f c + i g`, `h' = o tanh(c')`; the state is `(h, c)`.

    The gates i, f, o are logistic functions, and g is the tanh, of `W x + U h + b`.

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9;
    Gers, Schmidhuber, Cummins (2000), Learning to forget, Neural Computation 12, for f.
    """

    def __init__(self, inputs: int, width: int, generator: torch.Generator) -> None:
        super().__init__()
        self.width, self.state_dim = width, 2 * width
        self.W, self.U, self.b = _weights(4, inputs, width, generator)

    def forward(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output and the next state."""
        h, c = s[..., : self.width], s[..., self.width :]
        a = nn.functional.linear(x, self.W, self.b) + nn.functional.linear(h, self.U)
        i, f, g, o = split(a, self.width)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return h, torch.cat((h, c), -1)


@final
class GRUCell(nn.Module):
    """Gated recurrent unit: `h' = (1 - u) n + u h`, `n = tanh(W x + b + r (U h))`.

    The gates r and u are logistic functions of `W x + U h + b`.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder,
    EMNLP, section 2.3, with r applied after U.
    """

    def __init__(self, inputs: int, width: int, generator: torch.Generator) -> None:
        super().__init__()
        self.width = self.state_dim = width
        self.W, self.U, self.b = _weights(3, inputs, width, generator)

    def forward(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output and the next state, which are the same."""
        r, u, n = split(nn.functional.linear(x, self.W, self.b), self.width)
        hr, hu, hn = split(nn.functional.linear(s, self.U), self.width)
        u = (u + hu).sigmoid()
        h = (n + (r + hr).sigmoid() * hn).tanh()
        h = (1 - u) * h + u * s
        return h, h


@final
class ReservoirCell(nn.Module):
    """`r' = (1 - a) r + a tanh(W r + V x + b)`, whose weights are drawn once and not learned.

    A share ``density`` of the entries of W is not zero; its spectral radius is as given. V
    and b are uniform within the input scale.

    Source: Jaeger, Lukosevicius, Popovici, Siewert (2007), Optimization and applications of
    echo state networks with leaky-integrator neurons, Neural Networks 20.
    """

    W: Tensor
    V: Tensor
    b: Tensor

    def __init__(
        self,
        inputs: int,
        width: int,
        *,
        spectral_radius: float,
        input_scale: float,
        leak: float,
        density: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.state_dim, self.leak = width, leak
        drawn = torch.randn(width, width, generator=generator, dtype=torch.float64)
        drawn = drawn * (torch.rand(width, width, generator=generator) < density)
        radius = _spectral_radius(drawn)
        # A sparse draw can be nilpotent, and has then no radius to scale.
        drawn = drawn * (spectral_radius / radius) if radius > 0 else drawn
        self.register_buffer("W", drawn.float())
        for name, shape in (("V", (width, inputs)), ("b", (width,))):
            entries = uniform(generator, *shape, low=-input_scale, high=input_scale)
            self.register_buffer(name, entries.detach())

    def forward(self, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """Return the output and the next state, which are the same."""
        a = nn.functional.linear(x, self.V, self.b) + nn.functional.linear(s, self.W)
        r = (1 - self.leak) * s + self.leak * a.tanh()
        return r, r


Cell: TypeAlias = ElmanCell | LSTMCell | GRUCell | ReservoirCell


def _weights(
    gates: int, inputs: int, width: int, generator: torch.Generator
) -> tuple[nn.Parameter, nn.Parameter, nn.Parameter]:
    """Draw W, U and b uniformly within `1 / sqrt(width)`, for all gates one below the other."""
    bound = width**-0.5
    rows = gates * width
    return (
        uniform(generator, rows, inputs, low=-bound, high=bound),
        uniform(generator, rows, width, low=-bound, high=bound),
        uniform(generator, rows, low=-bound, high=bound),
    )


def _spectral_radius(a: Tensor) -> float:
    return float(eigenvalues(a).abs().max())
