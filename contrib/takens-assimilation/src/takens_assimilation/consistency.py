"""Whether innovations are as large as the filter says they are."""

from __future__ import annotations

import math
from typing import final

import attrs
import torch
from torch import Tensor

import takens


@final
@attrs.frozen
class Consistency:
    """Innovations of one observed variable, in the standard deviations that are expected.

    The expected variance is that of the predictions, plus that of the observation's error.
    ``bias`` is the mean of these, 0 if all is right; ``ratio`` the mean of their squares, 1
    (a little more for few members); ``autocorrelation`` that of successive ones, 0. Each
    ``_error`` is one standard error if all is right.
    """

    column: str
    count: int
    bias: float
    ratio: float
    autocorrelation: float
    bias_error: float
    ratio_error: float
    autocorrelation_error: float

    @property
    def sentence(self) -> str:
        """What they say, in words."""
        size = f"{self.column}: innovations have {self.ratio:.2f} times the expected variance"
        if self.ratio > 1 + 3 * self.ratio_error:
            return f"{size}; the filter is surer than it should be."
        if self.ratio < 1 - 3 * self.ratio_error:
            return f"{size}; the filter is less sure than it could be."
        return f"{size}, as far as can be told right."


def consistency(
    observed: Tensor, predicted: Tensor, noise: Tensor, columns: tuple[str, ...]
) -> tuple[Consistency, ...]:
    """Compare `observed: (..., T, p)`, NaN for none, with `predicted: (..., T, members, p)`.

    Raises: takens.InputError where a variable has fewer than 3 observations.

    Source: Desroziers, Berre, Chapnik and Poli (2005), Diagnosis of observation, background
    and analysis-error statistics in observation space, Q. J. R. Meteorol. Soc. 131, eq. 1.
    """
    variance = predicted.var(-2) + noise.diagonal()
    scaled = (observed - predicted.mean(-2)) / variance.sqrt()
    return tuple(_of_variable(scaled[..., i], name) for i, name in enumerate(columns))


def _of_variable(scaled: Tensor, column: str) -> Consistency:
    there = scaled[~scaled.isnan()]
    if len(there) < 3:
        raise takens.InputError(
            f"Innovations of {column} are judged from 3 observations on; got {len(there)}."
        )
    products = scaled[..., 1:] * scaled[..., :-1]
    products = products[~products.isnan()]
    square = float(there.square().mean())
    count, pairs = len(there), len(products)
    return Consistency(
        column=column,
        count=count,
        bias=float(there.mean()),
        ratio=square,
        autocorrelation=float(products.mean()) / square if pairs and square else 0.0,
        bias_error=1 / math.sqrt(count),
        ratio_error=math.sqrt(2 / count),
        autocorrelation_error=1 / math.sqrt(max(pairs, 1)),
    )


def innovations(observed: Tensor, predicted: Tensor) -> Tensor:
    """Return observations less mean predictions: `(..., T, p)`, NaN where there was none."""
    return observed - torch.mean(predicted, -2)
