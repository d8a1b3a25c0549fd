"""What every reader of files keeps to."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from takens._data.time_series import TimeSeries
from takens._errors import DataError
from takens._protocols.dataset import Dataset
from takens.testing.failure import require, require_close, require_instance


def check_dataset_protocol(dataset: Dataset) -> None:
    """Check that ``read`` is there, and the endings of file names begin with a dot."""
    require_instance(dataset, Dataset)
    suffixes = dataset.suffixes
    require(len(suffixes) > 0, "It is for no ending of a file name.")
    for suffix in suffixes:
        require(
            suffix.startswith(".") and suffix == suffix.lower(), f"{suffix!r} is no ending."
        )


def check_dataset_refuses_what_is_no_data(dataset: Dataset) -> None:
    """Check that what is missing, empty or garbled is a DataError that names it."""
    with tempfile.TemporaryDirectory() as name:
        for suffix in dataset.suffixes:
            folder = Path(name)
            empty, garbled = folder / f"empty{suffix}", folder / f"garbled{suffix}"
            empty.touch()
            garbled.write_bytes(bytes(range(256)) * 4)
            (folder / f"folder{suffix}").mkdir(exist_ok=True)
            for path in (
                folder / f"missing{suffix}",
                empty,
                garbled,
                folder / f"folder{suffix}",
            ):
                _refuses(dataset, path)


def check_reading(dataset: Dataset, path: Path, expected: TimeSeries) -> None:
    """Check that a file of yours is read as what it holds; call it from a test of your own."""
    found = dataset.read(path, columns=None, time=None, dt=expected.dt)
    require_close(found.x, expected.x, "The numbers differ", rtol=1e-6)
    require_close(found.t, expected.t, "The times differ", rtol=1e-6)


def _refuses(dataset: Dataset, path: Path) -> None:
    with contextlib.suppress(DataError):
        try:
            dataset.read(path, columns=None, time=None, dt=0.1)
        except DataError as error:
            require(path.name in str(error), f"The refusal does not name the file: {error}")
            raise
        require(False, f"A file that is {path.stem} was read.")


CHECKS = (check_dataset_protocol, check_dataset_refuses_what_is_no_data)
