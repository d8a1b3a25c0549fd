"""Observations, some of which may be missing."""

from __future__ import annotations

from typing import final

import attrs
import torch
from torch import Tensor

import takens


def _float64(values: object) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float64, device="cpu").detach()


@final
@attrs.frozen(eq=False)
class Observations:
    """What was observed, `y: (..., T, p)`, at increasing times `t: (T,)`.

    NaN in ``y`` says that this variable was not observed at that time; a row of NaN is a time
    without any observation, at which the forecast is kept as it is. Leading dimensions are
    separate problems.

    Raises: takens.errors.DataError where shapes do not match, times do not increase or a number
    is infinite.
    """

    t: Tensor = attrs.field(converter=_float64)
    y: Tensor = attrs.field(converter=_float64)
    time_unit: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        t, y = self.t, self.y
        if t.ndim != 1 or y.ndim < 2 or y.shape[-2] != len(t) or not len(t) or not y.shape[-1]:
            raise takens.errors.DataError(
                "Observations are t: (T,) and y: (..., T, p) with the same T; got "
                f"t: {tuple(t.shape)} and y: {tuple(y.shape)}."
            )
        backward = (~(t.diff() > 0)).nonzero()
        if len(backward) or not bool(t.isfinite().all()):
            i = int(backward[0]) + 1 if len(backward) else int((~t.isfinite()).nonzero()[0])
            raise takens.errors.DataError(
                f"Times of observations are finite and increase; number {i} is {float(t[i]):g}."
            )
        if bool(y.isinf().any()):
            *_, row, column = (int(i) for i in y.isinf().nonzero()[0])
            raise takens.errors.DataError(
                f"An observation is a number, or NaN where there was none; row {row}, column "
                f"{column} is infinite."
            )
        if bool(y.isnan().all()):
            raise takens.errors.DataError(
                "Every observation is NaN: there is nothing to filter."
            )

    def __len__(self) -> int:
        return len(self.t)

    @property
    def present(self) -> Tensor:
        """Where there is an observation: booleans, `(..., T, p)`."""
        return ~self.y.isnan()

    @classmethod
    def of(cls, given: Observations | takens.TimeSeries) -> Observations:
        """Take a series for observations without gaps.

        Raises: takens.InputError for anything else.
        """
        if isinstance(given, Observations):
            return given
        if not isinstance(given, takens.TimeSeries):  # pyright: ignore[reportUnnecessaryIsInstance] - what callers without types give
            raise takens.InputError(
                "Observations are a takens_assimilation.Observations(t, y), with NaN for what "
                f"is missing, or a takens.TimeSeries; got {type(given).__name__}."
            )
        return cls(given.t, given.x, time_unit=given.time_unit)
