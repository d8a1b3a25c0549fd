"""Learning-rate schedules."""

import math

from takens._training.settings import Training


def learning_rate(training: Training, step: int) -> float:
    """Give the learning rate of update ``step``, counted from 0."""
    first, last = training.learning_rate, training.final_learning_rate
    if training.schedule == "constant":
        return first
    progress = step / max(training.steps - 1, 1)
    if training.schedule == "exponential":
        return first * (last / first) ** progress
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * progress))
