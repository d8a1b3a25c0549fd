"""C to machine code, once: kernels are kept on disk by the hash of all that went into them."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Final

from takens_native.unsupported import UnsupportedError

# No -ffast-math: it hides NaN, and a solve that diverges must be seen to. Products and sums
# may be fused, which rounds once where eager torch rounds twice.
_FLAGS: Final = (
    "-std=gnu11", "-D_GNU_SOURCE",
    "-O3", "-march=native", "-ffp-contract=fast", "-fopenmp-simd",
    "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared",
)  # fmt: skip


# Seconds: of processor time for a kernel, of waiting for it, and for the compiler's version.
_CPU: Final = 120
_LONGEST: Final = 900
_VERSION: Final = 10
_BUILDING: Final = "building-"
_DIGEST: Final = hashlib.sha256().digest_size


def build(source: str) -> ctypes.CDLL:
    """Compile a library, or load it if it was compiled before and is as it was written.

    Raises: UnsupportedError where there is no C compiler, or it fails.
    """
    if os.name != "posix":
        raise UnsupportedError(f"kernels are not compiled on {platform.system()}")
    found = _compiler()
    if isinstance(found, str):
        raise UnsupportedError(found)
    compiler, identity = found
    digest = hashlib.sha256(f"sealed {identity}\n{source}".encode()).hexdigest()[:32]
    try:
        library = _folder() / f"{digest}.so"
        if not _is_good(library):
            _compile(compiler, source, library)
        return ctypes.CDLL(str(library))
    except OSError as error:
        raise UnsupportedError(f"a kernel could not be stored or loaded ({error})") from error


def _compile(compiler: tuple[str, ...], source: str, library: Path) -> None:
    """Write the library whole: others may compile the same at the same time."""
    with tempfile.TemporaryDirectory(dir=library.parent, prefix=_BUILDING) as name:
        made = Path(name, "kernel.so")
        (text := Path(name, "kernel.c")).write_text(source)
        # Processor time: on a busy machine waiting says little.
        limited = ("/bin/sh", "-c", f'ulimit -t {_CPU}; exec "$@"', "sh")
        command = (*limited, *compiler, *_FLAGS, str(text), "-o", str(made), "-lm")
        try:
            done = _run(command, _LONGEST)
        except subprocess.TimeoutExpired as error:
            raise UnsupportedError(f"the C compiler took longer than {_LONGEST} s") from error
        if done.returncode or not made.is_file():
            first = next(iter(done.stderr.strip().splitlines()), "no message")
            raise UnsupportedError(f"the C compiler {compiler[0]} failed: {first}")
        code = made.read_bytes()
        with made.open("ab") as file:
            # A loader does not look beyond what the headers name.
            file.write(hashlib.sha256(code).digest())
            file.flush()
            os.fsync(file.fileno())
        if not _is_good(library):
            library.unlink(missing_ok=True)
        try:
            # What another process may have mapped is never written over.
            os.link(made, library)
        except FileExistsError:
            pass
        except OSError:
            # This disk knows no links.
            made.replace(library)


def _run(command: tuple[str, ...], seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
    )


@functools.cache
def _compiler() -> tuple[tuple[str, ...], str] | str:
    """Find the compiler: that of the variable CC, else cc, gcc or clang; or say why not."""
    wanted = os.environ.get("CC")
    try:
        candidates = [tuple(shlex.split(wanted))] if wanted else [("cc",), ("gcc",), ("clang",)]
    except ValueError:
        candidates = []
    for candidate in candidates:
        if candidate and shutil.which(candidate[0]):
            try:
                version = _run((*candidate, "--version"), _VERSION)
            except (OSError, subprocess.TimeoutExpired):
                continue
            if version.returncode == 0:
                about = (candidate, version.stdout, _FLAGS, platform.machine(), _processor())
                return candidate, repr(about)
    given = f"CC = {wanted!r} is none that answers" if wanted else "set CC, or install gcc"
    reason = f"there is no C compiler ({given})"
    warnings.warn(
        f"Nothing is compiled, since {reason}; solves are right, and slower.", stacklevel=2
    )
    return reason


def _processor() -> str:
    """Name what -march=native depends on: a home folder may be shared by machines."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")


@functools.cache
def _folder() -> Path:
    """Return a folder that is ours alone: code in it will be run."""
    base = os.environ.get("TAKENS_CACHE") or os.environ.get("XDG_CACHE_HOME")
    try:
        wanted = Path(base) / "takens" if base else Path.home() / ".cache" / "takens"
        folder = wanted / "kernels"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
        private = stat.S_ISDIR(about.st_mode) and not about.st_mode & 0o077
        if private and about.st_uid == os.getuid() and os.access(folder, os.W_OK):
            _remove_leftovers(folder)
            return folder
    except (OSError, RuntimeError):  # there may be no home at all
        pass
    own = tempfile.mkdtemp(prefix="takens-kernels-")
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Path(own)


def _remove_leftovers(folder: Path) -> None:
    """Remove where a process was killed while it compiled, longer ago than that may take."""
    for path in (*folder.glob(f"{_BUILDING}*"), *folder.glob("tmp????????")):
        with contextlib.suppress(OSError):
            if path.is_dir() and time.time() - path.stat().st_mtime > 2 * _LONGEST:
                shutil.rmtree(path, ignore_errors=True)


def _is_good(library: Path) -> bool:
    """Whether there is a library of ours whose every byte is as it was written."""
    try:
        about = library.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.getuid():
            return False
        content = library.read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content[:-_DIGEST]).digest() == content[-_DIGEST:]
