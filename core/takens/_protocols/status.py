"""How a solve ends."""

from __future__ import annotations

import enum


class Status(enum.IntEnum):
    """How the solve of one sample ended; the values are those of `Solution.status`.

    ``sentence`` says it in words, with `{steps}`, `{component}` and `{others}` left open.
    """

    sentence: str

    def __new__(cls, value: int, sentence: str) -> Status:
        """Make a member of its number and its sentence."""
        member = int.__new__(cls, value)
        member._value_, member.sentence = value, sentence
        return member

    RUNNING = 0, "it has not ended yet."
    DONE = 1, "it reached its last time."
    EVENT = 2, "an event ended it."
    MAX_STEPS = (
        3,
        "{steps} steps were not enough{others}; {component} asks for the smallest "
        "ones. Raise max_steps or the tolerances.",
    )
    UNDERFLOW = (
        4,
        "the step size underflowed, because {component} changes faster than any step "
        "resolves{others}. It may grow without bound there, or be discontinuous; loosen the "
        "tolerances, or end before.",
    )
    NOT_FINITE = (
        5,
        "the field gives no finite value in {component} from there{others}. Look at "
        "its terms at this time, or end before.",
    )

    @property
    def failed(self) -> bool:
        """Whether the sample did not get where it should."""
        return self >= Status.MAX_STEPS
