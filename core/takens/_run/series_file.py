"""Writing a series to a file."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from takens._data.time_series import TimeSeries
from takens.errors import InputError


def encode_series(path: Path) -> Callable[[TimeSeries], bytes]:
    """Return the encoder for the ending of a file's name.

    Raises: InputError for an ending that is not known.
    """
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise InputError(
            f"{path} must end in {', '.join(_ENCODERS)}; got {path.suffix or 'no ending'!r}."
        )
    return encode


def _csv(series: TimeSeries) -> bytes:
    rows = np.column_stack((series.t.numpy(), series.x.numpy()))
    buffer = io.StringIO()
    header = ",".join(("t", *series.columns))
    np.savetxt(buffer, rows, delimiter=",", header=header, comments="", fmt="%.17g")
    return buffer.getvalue().encode()


def _npy(series: TimeSeries) -> bytes:
    return _saved(np.save, series.x.numpy())


def _npz(series: TimeSeries) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, t=series.t.numpy(), x=series.x.numpy())
    return buffer.getvalue()


def _saved(save: Callable[[Any, Any], None], array: Any) -> bytes:
    buffer = io.BytesIO()
    save(buffer, array)
    return buffer.getvalue()


_ENCODERS: Final[Mapping[str, Callable[[TimeSeries], bytes]]] = {
    ".csv": _csv,
    ".npy": _npy,
    ".npz": _npz,
}
