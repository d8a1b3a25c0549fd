"""What is judged, in which order."""

# pyright: basic

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from .results import Key
from .subjects import SUBJECTS

LENGTHS = (10_000, 50_000, 2_000)
NOISE = 0.05
# In units of the tolerance: a subject beyond the one is to be noticed, one below the other
# is not to be called wrong, and of those between nothing is asked.
NOTICED, NEAR = 1.5, 0.5
TRUTHS = 40
WRONG = 20
# Wrong subjects are judged against no shorter records.
SHORTEST = 10_000
# Wrong subjects against noisy records, at the greatest length.
WRONG_NOISY = 5


@attrs.frozen
class Work:
    """One record of a system, of some length and noise, and the subjects judged against it."""

    system: str
    length: int
    noise: float
    record: int
    subjects: tuple[str, ...]

    def key(self, subject: str) -> Key:
        return (self.system, subject, self.length, self.noise, self.record)

    @property
    def order(self) -> tuple[Any, ...]:
        """Records in turn, so that all cells grow together; those of cheap cells faster."""
        truth, long = self.subjects == ("truth",), self.length == max(LENGTHS)
        if truth:
            first, pace = (0.0, 1) if long else (0.5, 1)
        elif not long:
            first, pace = 0.6, 2
        else:
            first, pace = (3.0, 6) if self.noise else (1.0, 3)
        return (first + pace * self.record, self.system != "lorenz63")


@attrs.frozen
class Plan:
    """What is wanted; ``records`` are the most of any subject."""

    systems: tuple[str, ...]
    lengths: tuple[int, ...] = LENGTHS
    noises: tuple[float, ...] = (0.0, NOISE)
    records: int = TRUTHS
    subjects: tuple[str, ...] = ()

    def works(self, done: Sequence[Key] = ()) -> list[Work]:
        """Return what is not done, in order."""
        known = set(done)
        works = [
            attrs.evolve(work, subjects=left)
            for work in self._all()
            if (left := tuple(s for s in work.subjects if work.key(s) not in known))
        ]
        return sorted(works, key=lambda work: work.order)

    def _all(self) -> Iterator[Work]:
        for system in self.systems:
            for length in self.lengths:
                for noise in self.noises:
                    for record in range(self.records):
                        names = [
                            s.name
                            for s in SUBJECTS[system]
                            if record < records(s.name, system, length, noise)
                            and (not self.subjects or s.name in self.subjects)
                        ]
                        for truth in (True, False):
                            chosen = tuple(n for n in names if (n == "truth") is truth)
                            yield Work(system, length, noise, record, chosen)


def records(subject: str, system: str, length: int, noise: float) -> int:
    """Return against how many records a subject is judged in a cell."""
    if subject == "truth":
        return TRUTHS
    if noise:
        return WRONG_NOISY if system == "lorenz63" and length == 50_000 else 0
    return WRONG if length >= SHORTEST else 0
