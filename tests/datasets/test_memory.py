"""What reading takes of the memory, on Linux, where that can be asked for."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENDINGS = (".csv", ".npy", ".npz", ".parquet", ".feather")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are in /proc")
@pytest.mark.parametrize("ending", ENDINGS)
def test_reading_takes_at_most_three_times_the_numbers(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)  # pyright: ignore[reportUnknownMemberType]
    reading = importlib.import_module("benchmarks.reading")
    assert reading.memory(tmp_path, ending, 3_000_000) <= 3
