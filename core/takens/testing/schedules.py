"""What every schedule of learning rates keeps to."""

from __future__ import annotations

import math
from typing import Any

from takens._protocols.schedule import Schedule
from takens.testing.asking import require, require_instance
from takens.testing.check import Checks

CHECKS = Checks(Schedule)


@CHECKS.add
def check_schedule(schedule: Schedule) -> None:
    """Check that every rate is finite, not negative and the same when asked again."""
    require_instance(schedule, Schedule)
    for steps in (1, 2, 100):
        for final in (1e-5, 0.02):
            asked: dict[str, Any] = {"steps": steps, "first": 0.02, "final": final}
            for step in range(steps):
                rate, again = (schedule.rate(step, **asked) for _ in range(2))
                says = f"At update {step} of {steps} the rate is {rate}"
                require(math.isfinite(rate) and rate >= 0, f"{says}.")
                require(rate == again, f"{says}, and then {again}.")
