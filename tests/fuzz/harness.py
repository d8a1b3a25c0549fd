"""Many strange inputs from one seed, what became of each, and how many there were.

What is asked of each: the exit code is one that is documented, what is refused is refused in a
sentence, and there is no traceback.
"""

from __future__ import annotations

import contextlib
import io
import random
import re
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import takens
from takens.cli import main

SEED = 14


def sizes(few: int, many: int) -> pytest.MarkDecorator:
    """Try few inputs for every change, and many at night."""
    return pytest.mark.parametrize("count", [few, pytest.param(many, marks=pytest.mark.slow)])


class Counts:
    """How many inputs were tried, and what became of them; faults are listed at the end."""

    def __init__(self, record: Callable[[str, object], None], what: str) -> None:
        self._record, self._what = record, what
        self._found: Counter[str] = Counter()
        self.faults: list[str] = []

    def inputs(self, count: int) -> Iterator[random.Random]:
        """Return a generator of random numbers for each input."""
        for number in range(count):
            yield random.Random(f"{SEED} {self._what} {number}")
        self._record("fuzz", {self._what: dict(self._found)})
        shown = "\n".join(self.faults[:10])
        assert not self.faults, f"{len(self.faults)} of {count} {self._what}:\n{shown}"

    def call(self, given: object, work: Callable[[], Any]) -> Any:
        """Do something that may be refused by an error of takens; return None where it was."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = work()
        except takens.TakensError as error:
            self._found["refused"] += 1
            self._sentence(given, str(error))
            return None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            if "allocate memory" in str(error) or isinstance(error, MemoryError):
                # Some sizes are right, and too large for this machine.
                self._found["refused"] += 1
                return None
            self.fault(given, _where(error))
            return None
        self._found["taken"] += 1
        return answer

    def command(self, *arguments: str, codes: Iterable[int] = (0, 2)) -> int:
        """Run a command as a person would; return its exit code."""
        code, out, err = command(*arguments)
        if code == 2:
            self._found["refused"] += 1
            self._sentence(arguments, err.splitlines()[-1].removeprefix("takens: "))
        else:
            self._found["taken"] += 1
        if code not in codes or "Traceback" in out + err:
            self.fault(arguments, f"exit code {code}: {err[-700:]}")
        return code

    def fault(self, given: object, why: str) -> None:
        """Remember what should not be."""
        self._found["faults"] += 1
        self.faults.append(f"{ascii(given)[:400]}: {why}")

    def _sentence(self, given: object, text: str) -> None:
        if not re.fullmatch(r"\S.{8,5000}[.?!)]", text, re.DOTALL) or "\n" in text:
            self.fault(given, f"is no sentence: {text[:300]!r}")


def command(*arguments: str) -> tuple[int, str, str]:
    """Run a command; give its exit code, -1 for what is raised, and what it shows."""
    out, err = io.StringIO(), io.StringIO()
    shown = warnings.showwarning
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(list(arguments))
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else -1
        return code, out.getvalue(), err.getvalue()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return -1, out.getvalue(), _where(error)
    finally:
        warnings.showwarning = shown
    return -1, out.getvalue(), err.getvalue()


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = ", ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames
    )
    return f"Traceback {type(error).__name__}: {str(error)[:200]} at {places}"
