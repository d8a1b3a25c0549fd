"""Data of two driven systems, to be learned with their drive and judged under another.

``python examples/driven.py`` writes ``driven_duffing.csv`` and ``driven_cell.csv``, driven by
sums of six sines, and for each a second file under a single sine that is not among them. Then
``takens run examples/driven_duffing.toml`` and ``takens run examples/driven_cell.toml`` learn
from the first, and judge free runs under the drive of the second.
"""

# pyright: basic

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

import takens

SYSTEMS: dict[str, dict[str, Any]] = {
    "driven_duffing": {
        "system": ("duffing", {"amplitude": 0.0, "input_dim": 1}),
        "dt": 0.1,
        "drive": (0.3, 2.0, 0.5),
        "unseen": (0.4, 1.0),
        "columns": "t,x,v,force",
    },
    "driven_cell": {
        "system": ("fitzhugh_nagumo", {"current": 0.3, "input_dim": 1}),
        "dt": 0.5,
        "drive": (0.02, 0.5, 0.4),
        "unseen": (0.35, 0.19),
        "columns": "t,v,w,stimulus",
    },
}


def sines(t: torch.Tensor, low: float, high: float, size: float) -> torch.Tensor:
    """Return a sum of six sines of frequencies from low to high."""
    generator = torch.Generator().manual_seed(0)
    place, phase = torch.rand(2, 6, generator=generator, dtype=torch.float64)
    waves = torch.sin(low * (high / low) ** place * t[:, None] + 2 * torch.pi * phase)
    return size / 3**0.5 * waves.sum(1)


def main() -> None:
    """Write the four files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    parser.add_argument("--samples", type=int, default=12_000)
    given = parser.parse_args()
    for name, about in SYSTEMS.items():
        kind, parameters = about["system"]
        system = takens.systems.create(kind, **parameters)
        t = about["dt"] * torch.arange(given.samples + 1000, dtype=torch.float64)
        size, frequency = about["unseen"]
        drives = {"": sines(t, *about["drive"]), "_unseen": size * torch.cos(frequency * t)}
        for suffix, drive in drives.items():
            made = takens.simulate(system, dt=about["dt"], steps=given.samples, inputs=drive)
            assert made.inputs is not None
            table = torch.cat((made.t[:, None], made.x, made.inputs.x), 1).numpy()
            path = given.folder / f"{name}{suffix}.csv"
            np.savetxt(
                path, table, fmt="%.6g", delimiter=",", header=about["columns"], comments=""
            )


if __name__ == "__main__":
    main()
