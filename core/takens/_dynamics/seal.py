"""Digests at the end of zip files, since torch checks not even the sums of their members."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from typing import Final

_DIGITS: Final = 64
_COMMENT: Final = re.compile(rb"sha256:([0-9a-f]{64})\Z")


def seal(archive: bytes) -> bytes:
    """Give a zip file a comment that holds the SHA-256 of all bytes before the digest."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as opened:
        opened.comment = b"sha256:" + b"0" * _DIGITS
    body = buffer.getvalue()[:-_DIGITS]
    return body + hashlib.sha256(body).hexdigest().encode()


def is_sealed(archive: bytes) -> bool:
    """Return whether the file ends with a digest."""
    return _COMMENT.search(archive[-_DIGITS - 7 :]) is not None


def is_whole(archive: bytes) -> bool:
    """Return whether a zip file is as it was written, as far as its digest or sums can tell."""
    if is_sealed(archive):
        digest = hashlib.sha256(archive[:-_DIGITS]).hexdigest()
        return digest.encode() == archive[-_DIGITS:]
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.testzip() is None
