"""Files that are written whole or not at all."""

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from takens.errors import InputError

_LONG: Final = 80
# Behind the eight characters that tempfile makes up: nobody else's files end so.
_SUFFIX: Final = ".takens-part"


def path_of(given: str | Path) -> Path:
    """Return a path that a person gave, whether or not there is a file.

    Raises: InputError where no file can be called so.
    """
    try:
        os.stat(given)
    except ValueError as error:
        raise InputError(
            f"{_shown(str(given))} is no path: it has a character that names of files cannot "
            "have; take it out."
        ) from error
    except OSError as error:
        if refused := no_path(error):
            raise refused from error
    return Path(given)


def no_path(error: OSError) -> InputError | None:
    """Say in a sentence that no file can be called so, where that is what went wrong."""
    if error.errno not in (errno.ENAMETOOLONG, errno.ELOOP) or error.filename is None:
        return None
    name = _shown(os.fsdecode(error.filename))
    return InputError(f"{name} is no path that can be used ({error.strerror}); choose another.")


def _shown(name: str) -> str:
    return ascii(name if len(name) < _LONG else f"{name[:_LONG]}...")


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file under a temporary name, flush it to the disk and move it into place.

    Raises: InputError where there is no space or no permission; the old file then stands.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=_SUFFIX
        )
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


def leftovers(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """Find what a process that was killed left of files that it was about to write."""
    each = "|".join(map(re.escape, names))
    form = re.compile(rf"\.({each})\.[a-z0-9_]{{8}}{re.escape(_SUFFIX)}")
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if form.fullmatch(path.name))


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Remove what a process that was killed left of files; nothing else.

    Raises: InputError where they cannot be removed.
    """
    for path in list(leftovers(folder, names)):
        try:
            path.unlink(missing_ok=True)
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
