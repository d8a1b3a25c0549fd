"""Looking at a file before it is read."""

import bz2
import codecs
import difflib
import gzip
import importlib
import io
import lzma
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import takens

# A character that no text has: one look tells an image or an archive from a table.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1b]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 65536
# Files are parsed in pieces of this size: texts take little memory then, and always the same.
_PIECE = 16 << 20
_COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_ZSTD = b"\x28\xb5\x2f\xfd"


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises: DataError where there is no such file, it is a folder, may not be read or is empty.
    """
    try:
        if path.is_dir():
            raise takens.errors.DataError(f"{path} is a folder; name a file in it.")
        if not path.exists():
            raise takens.errors.DataError(f"There is no file {path}{_beside(path)}.")
        if not path.is_file():
            raise takens.errors.DataError(
                f"{path} is no regular file, as a pipe is none; write what comes out of it to "
                "a file first, and name that."
            )
        with opened_bytes(path) as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or error
        raise takens.errors.DataError(f"{path} cannot be read: {reason}.") from error
    if not head.strip():
        raise takens.errors.DataError(f"{path} is empty; a series has rows of numbers.")
    return head


def opened_bytes(path: Path) -> IO[bytes]:
    """Open a file, and undo its compression (gz, bz2, xz, zst).

    Raises: DataError where that needs a library that is missing.
    """
    with path.open("rb") as file:
        start = file.read(6)
    for magic, open_compressed in _COMPRESSED.items():
        if start.startswith(magic):
            return cast("IO[bytes]", open_compressed(path, "rb"))
    if start.startswith(_ZSTD):
        zstandard = library("zstandard", path, "zstd")
        reader = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True)
        return cast("IO[bytes]", io.BufferedReader(reader))
    return path.open("rb")


def opened(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open a text; what does not decode is replaced."""
    return io.TextIOWrapper(cast(Any, opened_bytes(path)), encoding=encoding, errors="replace")


def blocks_of(path: Path, skip: int) -> Iterator[bytes]:
    """Return a file's bytes without the first lines, cut between lines."""
    with opened_bytes(path) as file:
        for _ in range(skip):
            file.readline()
        raw = getattr(file, "raw", None)
        while block := file.read(_to_line(file) if isinstance(raw, io.FileIO) else _PIECE):
            block += file.readline()
            if not block.isspace():
                yield block


def _to_line(file: IO[bytes]) -> int:
    """Return the size of a piece that ends with a line, which spares a copy of it."""
    start = file.tell()
    file.seek(start + _PIECE - 1)
    file.readline()
    size = file.tell() - start
    file.seek(start)
    return size


def library(name: str, path: Path, extra: str) -> Any:
    """Import a library that only some files need.

    Raises: DataError where it is missing, with the command that installs it.
    """
    try:
        # What a library does with warnings when it is imported is not for all.
        with warnings.catch_warnings():
            return importlib.import_module(name)
    except ImportError as error:
        raise takens.errors.DataError(
            f"{path} needs {name}, which is not installed; pip install 'takens[{extra}]' "
            "installs it."
        ) from error


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
