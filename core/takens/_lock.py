"""Folders that one process at a time writes into."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Generator
from pathlib import Path

from takens._files import cannot_write
from takens.errors import InputError

LOCK = ".takens.lock"


@contextlib.contextmanager
def locked(folder: Path) -> Generator[None]:
    """Keep a folder for this process while the block lasts.

    The system lets go of the lock of a process that ended, however it did.

    Raises: InputError where another process has it, or where it cannot be written to.
    """
    path = folder / LOCK
    handle = _opened(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def _opened(path: Path) -> int:
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise cannot_write(path, error) from error
        if not _is_free(handle):
            holder = os.read(handle, 300).decode(errors="replace") or "another process"
            os.close(handle)
            raise InputError(
                f"{path.parent} is in use by {holder}; wait until that is done, or choose "
                "another folder."
            )
        # Whoever had it before may have removed the file that was opened here.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


def _is_free(handle: int) -> bool:
    """Take the lock of an open file; also where the system or the disk knows no locks."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
