"""What hyperparameters are made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

import attrs
import torch
from torch import Tensor

import takens

Number: TypeAlias = float | Tensor
Numbers: TypeAlias = float | tuple[float, ...] | Tensor

# Wide enough for data of any sensible scale, and away from overflow.
RANGE: Final = (1e-5, 1e5)


def ranges(*names: str) -> Mapping[str, tuple[float, float]]:
    """Give the usual bounds of the fields that are named."""
    return MappingProxyType(dict.fromkeys(names, RANGE))


def like(value: Numbers, x: Tensor) -> Tensor:
    """Give a hyperparameter as a Tensor of the data's dtype and device."""
    return torch.as_tensor(value, dtype=x.dtype, device=x.device)


def as_tuple(value: Any) -> Any:
    """Take a list, as configurations write it, for a tuple."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(cast(Sequence[float], value))
    return value


def positive(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse hyperparameters that are not positive."""
    # Tensors come from optimisation, where they are positive by construction.
    if isinstance(value, Tensor):
        return
    values = cast(Sequence[Any], value if isinstance(value, tuple) else (value,))
    for each in values:
        if not isinstance(each, int | float) or not (each > 0 and math.isfinite(each)):
            raise takens.ComponentError(
                f"{type(instance).__name__}: {attribute.name} is a positive number"
                f"{' for each dimension' if len(values) > 1 else ''}; got {value!r}."
            )
    if not values:
        raise takens.ComponentError(
            f"{type(instance).__name__}: {attribute.name} is a number, or one for each "
            "dimension; got none."
        )
