"""How fast a table is read, and how much memory that takes.

    python benchmarks/reading.py [--quick]

Seconds are those of the clock and of the processor for 2,000,000 rows of 4 columns of text:
polars, polars with its numbers in one array, and takens, whose recording has been checked, has
its clock and a digest; medians of turns, after a first one. Memory is what a process takes at
most above what it takes for a small file, in numbers of 8 bytes, for 10,000,000 rows of 4.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars

import takens

ENDINGS = (".csv", ".npy", ".npz", ".parquet", ".feather")
PEAK = """
import resource, sys
import takens
def peak():
    # What this process had at most; a child's ru_maxrss begins with its parent's.
    held = open("/proc/self/status").read().split("VmHWM:")[1]
    return 1024 * int(held.split()[0])
small, large, numbers = sys.argv[1:]
takens.read_recordings(small, dt=0.1)
before = peak()
found = takens.read_recordings(large, dt=0.1)
assert found[0].x.numel() == int(numbers)
print((peak() - before) / (8 * int(numbers)))
"""


def write(path: Path, rows: int, columns: int = 4) -> None:
    """Write a table of numbers, as its ending says."""
    x = np.random.default_rng(0).standard_normal((rows, columns)).cumsum(0)
    frame = polars.DataFrame({f"x{i + 1}": x[:, i] for i in range(columns)})
    match path.suffix:
        case ".npy":
            np.save(path, x)
        case ".npz":
            np.savez(path, x=x)
        case ".parquet":
            frame.write_parquet(path)
        case ".feather":
            frame.write_ipc(path)
        case _:
            frame.write_csv(path)


def memory(folder: Path, ending: str, rows: int, columns: int = 4) -> float:
    """Return how many times the numbers of a file a process takes at most, to read it."""
    small, large = (folder / f"{name}{ending}" for name in ("small", "large"))
    write(small, 1_000, columns)
    write(large, rows, columns)
    command = [sys.executable, "-c", PEAK, str(small), str(large), str(rows * columns)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    large.unlink()
    return float(done.stdout)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Time a call, by the clock and by the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    """Print the medians, and the memory."""
    quick = "--quick" in sys.argv
    rows, turns = (200_000, 3) if quick else (2_000_000, 9)
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "table.csv"
        write(path, rows)
        works: dict[str, Callable[[], object]] = {
            "polars": lambda: polars.read_csv(path),
            "polars, one array": lambda: polars.read_csv(path).to_numpy(),
            "takens": lambda: takens.read_recordings(path, dt=0.1),
        }
        for work in works.values():
            work()
        found = [[seconds(work) for work in works.values()] for _ in range(turns)]
        first = [turn[0] for turn in found]
        for i, name in enumerate(works):
            each = [turn[i] for turn in found]
            clock, processor = (statistics.median(one) for one in zip(*each, strict=True))
            ratios = [
                statistics.median(a[k] / b[k] for a, b in zip(each, first, strict=True))
                for k in (0, 1)
            ]
            print(
                f"{name:18} {clock:.3f} s, {ratios[0]:.2f} times; processor {processor:.3f} s, "
                f"{ratios[1]:.2f} times"
            )
        for ending in ENDINGS:
            times = memory(Path(made), ending, rows if quick else 10_000_000)
            print(f"memory, {ending[1:]:8} {times:.2f} times the numbers")


if __name__ == "__main__":
    main()
