"""Details of scores as JSON knows them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
from torch import Tensor


def to_json(value: Any) -> Any:
    """Turn a value into JSON types; numbers that are not finite become None.

    What JSON has no word for becomes the text that Python prints.
    """
    if isinstance(value, (Tensor, np.ndarray, np.generic)):
        value = cast(Any, value).tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        items = cast(Mapping[Any, Any], value).items()
        return {str(key): to_json(inner) for key, inner in items}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(inner) for inner in cast(Iterable[Any], value)]
    return str(value)
