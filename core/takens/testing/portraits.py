"""What every portrait of a system keeps to."""

from __future__ import annotations

import attrs
import torch

from takens._protocols.portrait import Portrait
from takens.testing.asking import require_instance
from takens.testing.check import Checks
from takens.testing.figures import draws, require_one_line
from takens.testing.samples import Oscillator, record

CHECKS = Checks(Portrait)


@CHECKS.add
def check_portrait_protocol(portrait: Portrait) -> None:
    """Check that ``title`` is one line, and ``draw`` is there."""
    require_instance(portrait, Portrait)
    require_one_line(portrait.title)


@CHECKS.add
def check_portrait_draws(portrait: Portrait) -> None:
    """Check that one or more series of any dimension, with equations or without, are drawn."""
    for dim in (1, 3):
        draws(portrait.draw, None, record(200, dim))
    one = record(200)
    several = attrs.evolve(one, x=torch.stack((one.x, 0.5 * one.x)))
    draws(portrait.draw, None, several)
    draws(portrait.draw, Oscillator(), several)
