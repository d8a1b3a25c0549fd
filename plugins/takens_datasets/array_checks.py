"""Looking at a NumPy array before it is taken for measurements."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import takens

Floats = NDArray[np.float64]

_KINDS = {"b": "truth values", "c": "complex numbers", "U": "text", "S": "text", "M": "dates"}


def load_array(what: str, load: Callable[[], Any]) -> Any:
    """Call ``load``, which must not unpickle anything; ``what`` names the array in errors.

    Raises: DataError where it holds Python objects, or is damaged.
    """
    try:
        return load()
    except Exception as error:  # numpy answers a damaged header with almost any exception
        if "Object arrays" in str(error):
            raise takens.errors.DataError(
                f"{what} holds pickled Python objects, which are never loaded because they can "
                "run code; save plain numbers (array.astype(float))."
            ) from error
        raise takens.errors.DataError(
            f"{what} cannot be read; it may be damaged or cut short, so write or copy it again."
        ) from error


def as_double(what: str, array: NDArray[Any]) -> Floats:
    """Return real numbers in double precision; those in single precision stay what they are.

    Raises: DataError where the array holds anything else, naming its dtype.
    """
    if array.dtype.kind not in "iuf":
        held = _KINDS.get(array.dtype.kind, "records")
        raise takens.errors.DataError(
            f"{what} holds {held} ({array.dtype}); a series is made of real numbers."
        )
    return array.astype(np.float64)


def check_finite(what: str, x: Floats, names: Sequence[str]) -> None:
    """Refuse columns `x: (..., T, n)` that are not all finite.

    Raises: DataError with trajectory, index and column.
    """
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        *trajectory, i, column = map(int, bad[0])
        where = f"trajectory {trajectory[0]}, index {i}" if trajectory else f"index {i}"
        raise takens.errors.DataError(
            f"{what}: {where}, column {names[column]!r} is {x[tuple(bad[0])]}, a gap; fill it "
            "by interpolation, or cut the series there."
        )
