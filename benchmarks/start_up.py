"""What fifty installed plugins cost when plugins are listed.

`python benchmarks/start_up.py` makes throw-away distributions, each with a manifest of four
components, and times `takens plugins` in processes of their own, with none and with fifty.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNT = 50
REPEATS = 15
MANIFEST = """
import takens

TAKENS_API = 1

@takens.plugin.hookimpl
def takens_components():
    for i in range(4):
        yield takens.plugin.ComponentSpec(
            kind="system",
            name=f"{name}_{{i}}",
            target="nowhere:Thing",
            summary="A system.",
            parameters=(takens.plugin.Parameter("rate", 1.0, unit="1", summary="of change"),),
        )
"""


def install(folder: Path, count: int) -> None:
    """Write distributions as an installer would have left them."""
    for i in range(count):
        name = f"plugin{i:02}"
        (folder / f"{name}.py").write_text(MANIFEST.format(name=name))
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[takens]\n{name} = {name}\n")


def seconds(folder: Path) -> float:
    """Time one listing."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "takens", "plugins", "--json"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout.count(b'"plugin') >= len(list(folder.glob("*.dist-info")))
    return time.perf_counter() - began


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as none, tempfile.TemporaryDirectory() as fifty:
        install(Path(fifty), COUNT)
        for folder in (none, fifty):
            seconds(Path(folder))
        # In turns, so that what else the machine does falls on both.
        pairs = [(seconds(Path(none)), seconds(Path(fifty))) for _ in range(REPEATS)]
    without, with_all = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"takens plugins with none of these: {1e3 * without:.0f} ms")
    print(
        f"takens plugins with {COUNT}: {1e3 * with_all:.0f} ms, {with_all / without:.2f} times"
    )


if __name__ == "__main__":
    main()
