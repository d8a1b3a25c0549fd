"""The results: one line for each record that was judged, and for each subject's effects."""

# pyright: basic

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs

Key: TypeAlias = tuple[str, str, int, float, int]
Line: TypeAlias = "Judged | Effects | Followed | Mapping[str, Any]"


@attrs.frozen
class Found:
    """What the verdict said of one aspect; ``said`` only where it is not right.

    ``error`` is the largest standard error of its tests, in units of their tolerances.
    """

    right: bool | None
    error: float | None = None
    said: str = ""


@attrs.frozen
class Exponent:
    """An estimate of the largest exponent with its standard error, and that of the truth."""

    value: float
    error: float
    reference: float


@attrs.frozen
class Judged:
    """One record of a system against which a subject was judged; ``aspects`` by name.

    ``seconds`` are of processor time.
    """

    system: str
    subject: str
    length: int
    noise: float
    record: int
    aspects: Mapping[str, Found]
    seconds: float = 0.0
    exponent: Exponent | None = None

    @property
    def key(self) -> Key:
        return (self.system, self.subject, self.length, self.noise, self.record)

    @property
    def right(self) -> bool | None:
        told = [found.right for found in self.aspects.values()] or [None]
        return False if False in told else None if None in told else True


@attrs.frozen
class Effects:
    """The true effects of a subject, each in units of its tolerance, from long runs."""

    system: str
    subject: str
    sizes: Mapping[str, float]
    exponent: float | None = None

    @property
    def largest(self) -> float:
        return max(self.sizes.values(), default=0.0)


@attrs.frozen
class Followed:
    """An aspect that was undecided, what it asked for, and whether that decided it.

    ``decided`` is None where what it asked for is out of reach.
    """

    system: str
    subject: str
    length: int
    noise: float
    record: int
    aspect: str
    remedy: str
    decided: bool | None


@attrs.frozen
class Results:
    """All that a file holds."""

    judged: tuple[Judged, ...] = ()
    effects: tuple[Effects, ...] = ()
    followed: tuple[Followed, ...] = ()
    commands: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read a file, or nothing where there is none; a last line that was cut is left out."""
        lines = path.read_text().splitlines() if path.exists() else []
        judged: dict[Key, Judged] = {}
        effects: dict[tuple[str, str], Effects] = {}
        followed: list[Followed] = []
        commands: list[str] = []
        for number, line in enumerate(lines, 1):
            try:
                given = json.loads(line)
            except ValueError:
                if number == len(lines):
                    break
                raise
            if "command" in given:
                commands.append(given["command"])
            elif "sizes" in given:
                one = Effects(**given)
                effects[one.system, one.subject] = one
            elif "remedy" in given:
                followed.append(Followed(**given))
            else:
                told = _judged(given)
                judged[told.key] = told
        return cls(
            tuple(judged.values()),
            tuple(effects.values()),
            tuple(followed),
            tuple(dict.fromkeys(commands)),
        )

    def effects_of(self, system: str, subject: str) -> "Effects | None":
        found = (e for e in self.effects if (e.system, e.subject) == (system, subject))
        return next(found, None)


def _judged(given: dict[str, Any]) -> Judged:
    aspects = {name: Found(**found) for name, found in given.pop("aspects").items()}
    exponent = given.pop("exponent", None)
    return Judged(aspects=aspects, exponent=exponent and Exponent(**exponent), **given)


def append(path: Path, lines: Iterable[Line]) -> None:
    """Add lines, each in one write, so that whatever ends the process no line is torn."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        for line in lines:
            entry = attrs.asdict(line) if attrs.has(type(line)) else line
            os.write(file, (json.dumps(entry) + "\n").encode())
    finally:
        os.close(file)


def repair(path: Path) -> None:
    """Cut off a last line that has no end, so that the next one begins on its own."""
    text = path.read_bytes() if path.exists() else b""
    if text and not text.endswith(b"\n"):
        path.write_bytes(text[: text.rfind(b"\n") + 1])
