"""Files that are written whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path

from takens.errors import InputError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file under a temporary name, flush it to the disk and move it into place.

    Raises: InputError where there is no space or no permission; the old file then stands.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> InputError:
    """Say in a sentence why a file could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        why = "there is no space left on that disk; free some, or choose another folder"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        why = "this user may not write there; choose another folder"
    else:
        why = error.strerror or str(error)
    return InputError(f"Cannot write {path}: {why}.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
