"""Makes the tables and pictures of the page of results.

    python -m examples.reproductions [NAME ...] --out docs/images

Each NAME writes a table, reproductions_NAME.md, and its pictures, reproductions_*.png; without
a name all of them are made, one after the other.
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path
from typing import Final, cast

import torch
from examples.reproductions.section import Section

NAMES: Final = (
    "parameter_fits",
    "as_taught",
    "hudson_bay",
    "neural_ode_van_der_pol",
    "classification",
    "exercise_sheet",
    "recurrent_blog",
    "papers",
)


def main() -> None:
    """Make what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    arguments = parser.parse_args()
    names = cast(list[str], arguments.names) or list(NAMES)
    for name in names:
        if name not in NAMES:
            parser.error(f"{name!r} is none of {', '.join(NAMES)}")
    out = cast(Path, arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for name in names:
        began = time.perf_counter()
        module = importlib.import_module(f"examples.reproductions.{name}")
        section = cast(Section, module.reproduce(out))
        page = out / f"reproductions_{name}.md"
        page.write_text(section.markdown(), encoding="utf-8")
        print(section.markdown())
        print(f"{page}, {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
