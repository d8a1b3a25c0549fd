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
    ``bias`` is the mean of these, 0 if all is right; ``ratio`` the mean of their squares;
    ``autocorrelation`` that of successive ones, 0. Each ``_error`` is one standard error if all
    is right. ``expected`` is the ratio if all is right: 1 and a little more for few members,
    whose mean and variance have errors of their own.
    """

    column: str
    count: int
    bias: float
    ratio: float
    autocorrelation: float
    bias_error: float
    ratio_error: float
    autocorrelation_error: float
    expected: float = 1.0

    @property
    def sentence(self) -> str:
        """What they say, in words."""
        size = f"{self.column}: innovations have {self.ratio:.2f} times the expected variance"
        if self.ratio > self.expected + 3 * self.ratio_error:
            return f"{size}; the filter is surer than it should be."
        if self.ratio < self.expected - 3 * self.ratio_error:
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
    spread = predicted.var(-2)
    variance = spread + noise.diagonal()
    scaled = (observed - predicted.mean(-2)) / variance.sqrt()
    expected = _expected_ratio(spread / variance, predicted.shape[-2])
    return tuple(
        _of_variable(scaled[..., i], expected[..., i], name) for i, name in enumerate(columns)
    )


def _expected_ratio(share: Tensor, members: int) -> Tensor:
    """Return the mean square of scaled innovations where ``share`` of it is the ensemble's.

    The mean of m members is wrong by 1/m of their variance, and what one divides by is their
    variance, whose inverse is (m - 1) / (m - 3) too large on average; less where the
    observation's error is known beside it.
    """
    return (1 + share / members) * (1 + 2 * share.square() / max(members - 3, 1))


def _of_variable(scaled: Tensor, expected: Tensor, column: str) -> Consistency:
    there, expected = scaled[~scaled.isnan()], expected[~scaled.isnan()]
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
        # Few members have tails that are longer than those of a normal distribution.
        ratio_error=max(math.sqrt(2 / count), float(there.square().std()) / math.sqrt(count)),
        autocorrelation_error=1 / math.sqrt(max(pairs, 1)),
        expected=float(expected.mean()),
    )


def innovations(observed: Tensor, predicted: Tensor) -> Tensor:
    """Return observations less mean predictions: `(..., T, p)`, NaN where there was none."""
    return observed - torch.mean(predicted, -2)
