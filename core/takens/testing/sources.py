"""What every source of known data keeps to."""

from __future__ import annotations

import torch

from takens._data.recordings import Recordings
from takens._protocols.source import Source
from takens.testing.asking import require, require_instance, require_same
from takens.testing.check import Checks

CHECKS = Checks(Source)


@CHECKS.add
def check_source_protocol(source: Source) -> None:
    """Check that ``recordings`` is there, and gives recordings with names."""
    require_instance(source, Source)
    found = source.recordings(0)
    require_instance(found, Recordings)
    require(len(set(found.columns)) == found.dim, "Two variables have one name.")


@CHECKS.add
def check_source_repeats(source: Source) -> None:
    """Check that the seed decides, and nothing else."""
    before = torch.random.get_rng_state()
    once, again = source.recordings(1), source.recordings(1)
    require(
        torch.equal(before, torch.random.get_rng_state()),
        "torch's generator is not as it was; draw from one that is made of the seed.",
    )
    require(len(once) == len(again), "The same seed gives other recordings.")
    for first, second in zip(once, again, strict=True):
        require_same(first.t, second.t, "The same seed gives other times")
        require(
            bool(torch.equal(first.x.nan_to_num(), second.x.nan_to_num())),
            "The same seed gives other numbers.",
        )
