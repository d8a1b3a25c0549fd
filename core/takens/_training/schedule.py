"""Learning-rate schedules."""

import math

from takens._training.settings import Training


def learning_rate(training: Training, step: int, member: int = 0) -> float:
    """Give a member's learning rate at update ``step``, counted from 0."""
    first, last = training.first_rate(member), training.final_learning_rate
    if training.schedule == "constant":
        return first
    progress = step / max(training.steps - 1, 1)
    if training.schedule == "exponential":
        return first * (last / first) ** progress
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * progress))
