"""Looking at a NumPy array before it is taken for measurements."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import takens
from takens_datasets.csv_fields import advice, is_gap

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


def as_double(
    what: str, array: NDArray[Any], gaps: Sequence[str] = (), name: str = ""
) -> Floats:
    """Return real numbers in double precision; those in single precision stay what they are.

    Objects and texts are numbers, or gaps: those in ``gaps``, nothing, NA and the like;
    ``name`` is that of the column.

    Raises: DataError where the array holds anything else, naming its dtype.
    """
    if array.dtype.kind == "O":
        texts = ["nan" if _is_gap(value, gaps) else value for value in array.ravel()]
        with contextlib.suppress(ValueError, TypeError):
            return np.array(texts, np.float64).reshape(array.shape)
        bad = next(i for i, value in enumerate(texts) if not _is_number(value))
        raise takens.errors.DataError(
            f"{what}, number {bad + 1} is {str(texts[bad])[:40]!r}, which is no number; "
            f"{advice(str(texts[bad]), [*map(str, texts)], name)}, or do without the column."
        )
    if array.dtype.kind not in "iuf":
        held = _KINDS.get(array.dtype.kind, "records")
        raise takens.errors.DataError(
            f"{what} holds {held} ({array.dtype}); a series is made of real numbers."
        )
    return array.astype(np.float64, copy=False)


def _is_gap(value: Any, gaps: Sequence[str]) -> bool:
    return value is None or (isinstance(value, str) and (is_gap(value) or value in gaps))


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return not isinstance(value, bool)
