"""Tensors of what people have: arrays, frames, lists, dates."""

from __future__ import annotations

import datetime
import warnings
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from takens._data.moments import moments_of, since_first, text_of
from takens.errors import DataError


def as_floats(value: Any, what: str = "A time series") -> Tensor:
    """Return real numbers as a tensor of the type that they have, or of float64.

    Tensors are taken as they are, but for bfloat16, which NumPy lacks and which becomes
    float32; all else is copied. What a masked array hides is NaN.

    Raises: DataError for anything else than real numbers.
    """
    if isinstance(value, Tensor):
        tensor = value
    else:
        array = as_array(value, what)
        if array.dtype.kind not in "biuf":
            raise DataError(
                f"{what} holds floating-point numbers; got {_called(array)}. Choose "
                "the columns of numbers, or convert the others."
            )
        single = array.dtype.kind == "f" and array.dtype.itemsize == 4
        tensor = torch.from_numpy(np.array(array, np.float32 if single else np.float64))
    if tensor.is_complex():
        raise DataError(f"{what} holds floating-point numbers; got {tensor.dtype}.")
    if tensor.dtype is torch.bfloat16:
        return tensor.float()
    return tensor if tensor.dtype.is_floating_point else tensor.double()


def as_array(value: Any, what: str = "A time series") -> NDArray[Any]:
    """Return anything that numpy understands as an array; masked numbers are NaN.

    Raises: DataError for lists of unequal length and the like.
    """
    if isinstance(value, Tensor):
        return value.detach().cpu().numpy()
    if isinstance(value, np.ma.MaskedArray):
        return cast(Any, value).astype(np.float64).filled(np.nan)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{what} is a table of numbers, (T, n); got {type(value).__name__} whose rows "
            "differ in length or kind. Recordings of unequal length go into a list of arrays, "
            "takens.Recordings([first, second])."
        ) from error
    if array.dtype == object:
        try:
            return np.array([np.nan if v is None else v for v in array.ravel()], float).reshape(
                array.shape
            )
        except (ValueError, TypeError):
            pass
    return array


def as_times(value: Any) -> tuple[Tensor, str, str]:
    """Return times `(T,)` in float64 on the host, their unit and origin where they are dates.

    Raises: DataError for what is neither numbers nor dates.
    """
    if isinstance(value, Tensor):
        return value.detach().to("cpu", torch.float64), "", ""
    array = as_array(value, "A clock")
    dates = array.dtype.kind == "M" or (
        array.dtype == object and len(array) > 0 and isinstance(array.flat[0], datetime.date)
    )
    if array.dtype.kind == "m":
        return torch.from_numpy(array / np.timedelta64(1, "s")), "s", ""
    if dates or array.dtype.kind == "U":
        try:
            moments = moments_of(array)
        except ValueError as error:
            raise DataError(
                f"Times are numbers or dates in ISO 8601, as 2024-03-31T12:00:00; got {error}."
            ) from None
        times, unit = since_first(moments)
        return torch.from_numpy(times), unit, text_of(moments[0])
    return as_floats(array, "A clock").to("cpu", torch.float64), "", ""


def _called(array: NDArray[Any]) -> str:
    kinds = {"U": "text", "S": "text", "O": "objects", "M": "dates", "c": "complex numbers"}
    return f"{kinds.get(array.dtype.kind, 'records')} ({array.dtype})"
