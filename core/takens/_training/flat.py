"""All weights in one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn

from takens._protocols.model import Model


@final
class FlatWeights:
    """The weights that are trained, `values: (members, p)`; each member's are views of a row.

    One tensor makes an optimiser's step, the norm of a gradient and a copy of everything a
    few operations, however many layers and members there are. ``release`` gives the members
    tensors of their own again.
    """

    def __init__(self, members: Sequence[Model]) -> None:
        self._parameters = [
            [p for p in member.parameters() if p.requires_grad] for member in members
        ]
        rows = [
            torch.cat([p.detach().flatten() for p in parameters])
            for parameters in self._parameters
        ]
        self.values = nn.Parameter(torch.stack(rows))
        self.values.grad = self._gradient = torch.zeros_like(self.values)
        for row, gradients, parameters in zip(
            self.values.data, self._gradient, self._parameters, strict=True
        ):
            sizes = [p.numel() for p in parameters]
            for p, value, gradient in zip(
                parameters,
                row.split_with_sizes(sizes),
                gradients.split_with_sizes(sizes),
                strict=True,
            ):
                p.data, p.grad = value.view(p.shape), gradient.view(p.shape)

    def __len__(self) -> int:
        """Return the number of weights of one member."""
        return self.values.shape[1]

    def zero_gradient(self) -> None:
        """Forget the gradient; backward passes add to it."""
        self._gradient.zero_()

    def clip(self, longest: float) -> Tensor:
        """Shorten each member's gradient to ``longest``, if not 0; give their norms before."""
        norms = self._gradient.square().sum(1).sqrt()
        if longest:
            self._gradient.mul_((longest / (norms + 1e-6)).clamp_(max=1.0).unsqueeze(1))
        return norms

    def forget(self, member: int) -> None:
        """Forget the gradient of one member."""
        self._gradient[member] = 0

    def groups(self, *, elementwise: bool, together: bool) -> list[list[nn.Parameter]]:
        """Return what an optimiser is given, one group for each member, or for all.

        All weights are one tensor where the optimiser is ``elementwise`` and the members go
        ``together``, by one learning rate; without that, each member's weights are one; and
        where shapes matter to the optimiser, they are the tensors of the members' layers.
        """
        if not elementwise:
            return self._parameters
        if together:
            return [[self.values]]
        rows = [nn.Parameter(row) for row in self.values.data]
        for row, gradient in zip(rows, self._gradient, strict=True):
            row.grad = gradient
        return [[row] for row in rows]

    def release(self) -> None:
        """Return every parameter memory of its own, and no gradient."""
        for parameters in self._parameters:
            for p in parameters:
                p.data, p.grad = p.data.clone(), None
