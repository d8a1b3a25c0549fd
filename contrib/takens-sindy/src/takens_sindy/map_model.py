"""A map of few terms."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

import takens
from takens_sindy.regression import Array, Rows, regress
from takens_sindy.settings import SparseMapSettings
from takens_sindy.sparse_model import SparseModel


@final
class SparseMap(SparseModel[SparseMapSettings]):
    """A map `z' = W f(z)` of few terms, chosen by PySINDy, in the units of the data.

    For systems that are maps. All settings are as for ``SparseField``; shares are those of
    the next state.

    Source: Brunton, Proctor, Kutz (2016), Discovering governing equations from data, PNAS
    113, 3932-3937, supporting information, section 3.5.
    """

    time = takens.plugin.Time.DISCRETE

    def solve_weights(self, x: Tensor, /, *, times: Tensor) -> Mapping[str, Any]:
        """Learn from standardised `x: (trajectories, T, n)`.

        Gives figures: the equations with x1, x2, ... for the variables, and what is left of
        each next state.
        """
        return self.learn(self.in_units(x), np.asarray(times, dtype=np.float64))

    def learn(self, x: Array, times: Array) -> Mapping[str, Any]:
        """Learn from `x: (trajectories, T, n)` in the units of the data, whatever the times."""
        return self.learn_parts([(x, times)])

    def learn_parts(self, parts: Sequence[tuple[Array, Array]]) -> Mapping[str, Any]:
        """Learn from several `x: (trajectories, T, n)`, whatever their times."""
        n = parts[0][0].shape[-1]
        before = np.concatenate([x[:, :-1].reshape(-1, n) for x, _ in parts])
        return self.learn_pairs(
            before, np.concatenate([x[:, 1:].reshape(-1, n) for x, _ in parts])
        )

    def learn_pairs(self, x: Array, following: Array) -> Mapping[str, Any]:
        """Learn from states and those that follow, `(N, n)` each, in the units of the data.

        Raises: DataError where there are fewer states than candidate functions.
        """
        if len(x) < self.candidates.size:
            raise takens.errors.DataError(
                f"{self.candidates.size} candidate functions need as many steps or more; "
                f"got {len(x)}. Lower the degree."
            )
        states = torch.as_tensor(x, dtype=torch.float64)
        features = np.asarray(self.candidates.values(states))
        return self.take(regress(Rows(features, following), self.config))

    def learn_steps(self, x: Array, following: Array) -> Mapping[str, Any]:
        """Learn from states and those that follow, by its old name."""
        text = "SparseMap.learn_steps will go; write learn_pairs."
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        return self.learn_pairs(x, following)

    def forward(self, z: Tensor, /) -> Tensor:
        """Return the next state of `z: (..., n)`."""
        return self._apply_functions(z)

    def tangent(self, z: Tensor, v: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return the next state and the pushed vectors of `v: (..., n, k)`."""
        return self(z), self._differentiate(z) @ v
