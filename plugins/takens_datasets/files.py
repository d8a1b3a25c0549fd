"""Looking at a file before it is read."""

import codecs
import difflib
import re
from pathlib import Path

import takens

# A character that no text has: one look tells an image or an archive from a table.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1b]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 65536


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises: DataError where there is no such file, it is a folder, may not be read or is empty.
    """
    try:
        if path.is_dir():
            raise takens.errors.DataError(f"{path} is a folder; name a file in it.")
        if not path.exists():
            raise takens.errors.DataError(f"There is no file {path}{_beside(path)}.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise takens.errors.DataError(
            f"{path} cannot be read: {error.strerror or error}."
        ) from error
    if not head.strip():
        raise takens.errors.DataError(f"{path} is empty; a series has rows of numbers.")
    return head


def text_encoding(path: Path, head: bytes) -> str:
    """Tell the encoding of a text from its first bytes.

    Raises: DataError where it is no text.
    """
    if head.startswith(_UTF16):
        return "utf-16"
    if _CONTROL.search(head):
        archive = " (perhaps a spreadsheet)" if head.startswith(b"PK") else ""
        raise takens.errors.DataError(
            f"{path} is binary{archive}, not a table of text; export it as CSV."
        )
    try:
        # Incremental: the last character may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _beside(path: Path) -> str:
    if not path.parent.is_dir():
        return f", nor a folder {path.parent}"
    names = [other.name for other in path.parent.iterdir() if other.is_file()]
    close = difflib.get_close_matches(path.name, names, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
