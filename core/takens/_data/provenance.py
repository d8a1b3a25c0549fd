"""Where data come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

import attrs

from takens._printed import Printed


@final
@attrs.frozen(kw_only=True, repr=False)
class Provenance(Printed):
    """The file that data were read from, and what was noticed.

    ``sheet`` is the part of the file, ``columns`` are those that were taken, ``digest`` is the
    SHA-256 of the file's bytes. ``remarks`` are sentences on what may not be what it seems.
    """

    file: str = ""
    sheet: str = ""
    columns: tuple[str, ...] = ()
    digest: str = ""
    remarks: tuple[str, ...] = ()

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield "file", self.file
        yield "sheet", self.sheet
        yield "columns", self.columns
        yield "digest", self.digest[:12]
        yield "remarks", self.remarks
