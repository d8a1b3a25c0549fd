"""The folder of compiled kernels: ours alone, of limited size, and whole after any kill."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Final, final

import attrs

import takens

LIMIT: Final = "TAKENS_CACHE_LIMIT"
# Megabytes: some thousand kernels of usual size.
DEFAULT: Final = 256.0
_KEPT: Final = "limit"
_LIBRARY: Final = re.compile(r"[0-9a-f]{32}\.so")
_BUILDING: Final = re.compile(r"(building-|tmp)[a-z0-9_]{8}")
# Seconds between making a folder and holding it, at the very most.
_FRESH: Final = 2.0
_OWN: Final = "takens-kernels-"
_DIGEST: Final = hashlib.sha256().digest_size


@final
@attrs.frozen
class KernelFolder:
    """A folder that holds kernels by the hash of their source."""

    path: Path

    @property
    def libraries(self) -> list[Path]:
        """The kernels that are stored, those that were used last at the end."""
        found: list[tuple[float, Path]] = []
        for entry in self._entries():
            if _LIBRARY.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    found.append((entry.stat(follow_symlinks=False).st_mtime, Path(entry.path)))
        return [path for _, path in sorted(found)]

    @property
    def size(self) -> int:
        """How many bytes the kernels take."""
        return sum(map(_size, self.libraries))

    def limit(self) -> tuple[float, str]:
        """Return how many megabytes they may take, and what says so.

        Raises: InputError for what is no number of megabytes.
        """
        if given := os.environ.get(LIMIT):
            return megabytes(given, LIMIT), LIMIT
        try:
            written = (self.path / _KEPT).read_text(encoding="ascii", errors="replace")
            return megabytes(written, str(self.path / _KEPT)), "takens cache limit"
        except FileNotFoundError:
            return DEFAULT, "the default"
        except OSError as error:
            raise takens.InputError(
                f"Cannot read {self.path / _KEPT}: {error.strerror}."
            ) from None

    def keep_limit(self, most: float) -> None:
        """Remember how many megabytes there may be, and remove what is above.

        Raises: InputError where that cannot be written.
        """
        try:
            with self.building() as place:
                (new := place / _KEPT).write_text(f"{most:g}\n", encoding="ascii")
                new.replace(self.path / _KEPT)
        except OSError as error:
            text = f"Cannot write {self.path / _KEPT}: {error.strerror}."
            raise takens.InputError(text) from error
        self.shrink(most)

    def shrink(self, most: float) -> int:
        """Remove what was not used for longest until ``most`` megabytes are left; count it.

        Processes that run a kernel keep it until they end.
        """
        libraries = self.libraries
        sizes = [*map(_size, libraries)]
        above, removed = sum(sizes) - most * 1e6, 0
        for path, size in zip(libraries, sizes, strict=True):
            if above <= 0:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                removed += 1
                above -= size
        return removed

    def store(self, made: Path, name: str) -> None:
        """Seal a library and move it to its place, without writing over what may be in use."""
        code, library = made.read_bytes(), self.path / name
        with made.open("ab") as file:
            # A loader does not look beyond what the headers name.
            file.write(hashlib.sha256(code).digest())
            file.flush()
            os.fsync(file.fileno())
        if not is_whole(library):
            library.unlink(missing_ok=True)
        try:
            # What another process may have mapped is never written over.
            os.link(made, library)
        except FileExistsError:
            pass
        except OSError:
            # This disk knows no links.
            made.replace(library)
        # One that was stored just now is always used.
        self.shrink(max(self._limit(), _size(library) / 1e6))

    @contextlib.contextmanager
    def building(self) -> Generator[Path]:
        """Return a folder to write in for a while; what a kill leaves of it is found later."""
        made = tempfile.TemporaryDirectory(
            dir=self.path, prefix="building-", ignore_cleanup_errors=True
        )
        with made as name, _held(Path(name)):
            yield Path(name)

    def remove_leftovers(self) -> None:
        """Remove what processes were building that are no more."""
        for entry in self._entries():
            if _BUILDING.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                _remove_if_left(Path(entry.path))

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.path) as entries:
                return list(entries)
        except OSError:
            return []

    def _limit(self) -> float:
        try:
            return self.limit()[0]
        except takens.InputError:
            # Whoever asks for the limit is told; a solve goes on.
            return DEFAULT


def megabytes(text: str, where: str) -> float:
    """Read a number of megabytes.

    Raises: InputError for anything else.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise takens.InputError(
            f"{where} is a number of megabytes, from 0 to 1e9; got {text.strip()!r}."
        )
    return number


@functools.cache
def kernel_folder() -> tuple[KernelFolder, str]:
    """Return a folder that is ours alone, since code in it will be run.

    Where the usual one cannot be used it is one for this process, and the reason is given.
    """
    base = os.environ.get("TAKENS_CACHE") or os.environ.get("XDG_CACHE_HOME")
    reason = "there is no home folder"
    try:
        wanted = Path(base) / "takens" if base else Path.home() / ".cache" / "takens"
        path = wanted / "kernels"
        reason = _refusal(path)
        if not reason:
            folder = KernelFolder(path)
            folder.remove_leftovers()
            return folder, ""
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    except (RuntimeError, ValueError):  # there may be no home at all
        pass
    for left in Path(tempfile.gettempdir()).glob(f"{_OWN}*"):
        with contextlib.suppress(OSError):
            if left.lstat().st_uid == os.getuid():
                _remove_if_left(left)
    own = Path(tempfile.mkdtemp(prefix=_OWN))
    kept = contextlib.ExitStack()
    kept.enter_context(_held(own))
    kept.callback(shutil.rmtree, own, ignore_errors=True)
    atexit.register(kept.close)
    return KernelFolder(own), reason


def is_whole(library: Path) -> bool:
    """Whether there is a library of ours whose every byte is as it was written."""
    try:
        about = library.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.getuid():
            return False
        content = library.read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content[:-_DIGEST]).digest() == content[-_DIGEST:]


def _refusal(path: Path) -> str:
    """Make the folder where it is not there, and say why it is not to be used, or nothing."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = path.lstat()
    if not stat.S_ISDIR(about.st_mode):
        return f"{path} is no folder"
    if about.st_uid != os.getuid():
        return f"{path} belongs to another user"
    if about.st_mode & 0o077:
        return f"{path} is open to other users; make it private by chmod 700"
    return "" if os.access(path, os.W_OK | os.X_OK) else f"{path} cannot be written"


@contextlib.contextmanager
def _held(folder: Path) -> Generator[None]:
    """Keep a lock on a folder, which the system lets go of where the process is killed."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some disks know no locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _remove_if_left(folder: Path) -> None:
    """Remove a folder that no process holds, and none has made in this moment."""
    import fcntl

    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - os.fstat(handle).st_mtime < _FRESH:
                return
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
