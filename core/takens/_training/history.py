"""The history of a training: one line of JSON for each logged step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast, final

import attrs

from takens._files import cannot_write, write_whole


@final
@attrs.define(eq=False)
class History:
    """Records in memory and, where a path is given, on disk as soon as they are made."""

    path: Path | None = None
    records: list[Mapping[str, float]] = attrs.field(factory=list[Mapping[str, float]])

    @classmethod
    def up_to(cls, path: Path | None, step: int) -> History:
        """Start a history, keeping what an earlier part of the run wrote up to ``step``."""
        records: list[Mapping[str, float]] = []
        if path is not None:
            if step and path.exists():
                records = [record for record in read_history(path) if record["step"] <= step]
            write_whole(path, "".join(json.dumps(record) + "\n" for record in records))
        return cls(path, records)

    def add(self, record: Mapping[str, float]) -> None:
        """Append a record.

        Raises: InputError where it cannot be written.
        """
        self.records.append(record)
        if self.path is not None:
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record) + "\n")
            except OSError as error:
                raise cannot_write(self.path, error) from error


def read_history(path: Path) -> list[Mapping[str, float]]:
    """Read the records of a file; a last line that was cut short is left out."""
    records: list[Mapping[str, float]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            break
        if not isinstance(record, dict) or "step" not in record:
            break
        records.append(cast(Mapping[str, float], record))
    return records
