"""The history of a training: one line of JSON for each logged step."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import cast, final

import attrs

from takens._files import cannot_write, write_whole
from takens.errors import CheckpointError


@final
@attrs.define(eq=False)
class History:
    """Records in memory and, where a path is given, on disk as soon as they are made."""

    path: Path | None = None
    records: list[Mapping[str, float]] = attrs.field(factory=list[Mapping[str, float]])

    @classmethod
    def up_to(cls, path: Path | None, step: int, digest: str | None = None) -> History:
        """Start a history, keeping what an earlier part of the run wrote up to ``step``.

        Raises: CheckpointError where that has another ``digest`` than it had.
        """
        records: list[Mapping[str, float]] = []
        if path is not None:
            if step and path.exists():
                records = [record for record in read_history(path) if record["step"] <= step]
                if digest is not None and _digest(records) != digest:
                    raise _damaged(path, "its records are not those that were written")
            write_whole(path, "".join(map(_line, records)))
        return cls(path, records)

    @property
    def digest(self) -> str:
        """The SHA-256 of all records, by which damage is found."""
        return _digest(self.records)

    def add(self, record: Mapping[str, float]) -> None:
        """Append a record.

        Raises: InputError where it cannot be written.
        """
        self.records.append(record)
        if self.path is not None:
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(_line(record))
            except OSError as error:
                raise cannot_write(self.path, error) from error


def read_history(path: Path) -> list[Mapping[str, float]]:
    """Read the records of a file; a last line that was cut short is left out.

    Raises: CheckpointError where any other line is no record.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    records: list[Mapping[str, float]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line and (record := _record(line)) is not None:
            records.append(record)
        elif number < len(lines):
            raise _damaged(path, f"line {number} is no record of a step")
    return records


def _record(line: str) -> Mapping[str, float] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    found = cast(dict[str, float], record)
    step = found.get("step")
    real = type(step) in (int, float) and math.isfinite(cast(float, step))
    return found if real else None


def _line(record: Mapping[str, float]) -> str:
    return json.dumps(record) + "\n"


def _digest(records: list[Mapping[str, float]]) -> str:
    return hashlib.sha256("".join(map(_line, records)).encode()).hexdigest()


def _damaged(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is damaged ({why}); restore it from a copy, remove it to go on with a history "
        "that begins here, or start again with --overwrite."
    )
