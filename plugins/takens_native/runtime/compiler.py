"""C to machine code, once: kernels are kept on disk by the hash of all that went into them."""

from __future__ import annotations

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


def build(source: str) -> ctypes.CDLL:
    """Compile a library, or load it if it was compiled before.

    Raises: UnsupportedError where there is no C compiler, or it fails.
    """
    if os.name != "posix":
        raise UnsupportedError(f"kernels are not compiled on {platform.system()}")
    compiler, identity = _compiler()
    digest = hashlib.sha256(f"{identity}\n{source}".encode()).hexdigest()[:32]
    try:
        library = _folder() / f"{digest}.so"
        if not _is_ours(library):
            _compile(compiler, source, library)
        return ctypes.CDLL(str(library))
    except OSError as error:
        raise UnsupportedError(f"a kernel could not be stored or loaded ({error})") from error


def _compile(compiler: tuple[str, ...], source: str, library: Path) -> None:
    """Write the library whole: others may compile the same at the same time."""
    with tempfile.TemporaryDirectory(dir=library.parent) as name:
        made = Path(name, "kernel.so")
        (text := Path(name, "kernel.c")).write_text(source)
        command = (*compiler, *_FLAGS, str(text), "-o", str(made), "-lm")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired as error:
            raise UnsupportedError("the C compiler took longer than two minutes") from error
        if done.returncode:
            first = next(iter(done.stderr.strip().splitlines()), "no message")
            raise UnsupportedError(f"the C compiler {compiler[0]} failed: {first}")
        made.replace(library)


@functools.cache
def _compiler() -> tuple[tuple[str, ...], str]:
    """Find the compiler: that of the variable CC, else cc, gcc or clang."""
    wanted = os.environ.get("CC")
    candidates = [tuple(shlex.split(wanted))] if wanted else [("cc",), ("gcc",), ("clang",)]
    for candidate in candidates:
        if candidate and shutil.which(candidate[0]):
            version = subprocess.run((*candidate, "--version"), capture_output=True, text=True)
            if version.returncode == 0:
                about = (candidate, version.stdout, _FLAGS, platform.machine(), _processor())
                return candidate, repr(about)
    raise UnsupportedError("there is no C compiler (set CC, or install gcc or clang)")


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
    wanted = Path(base) / "takens" if base else Path.home() / ".cache" / "takens"
    folder = wanted / "kernels"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
        private = stat.S_ISDIR(about.st_mode) and not about.st_mode & 0o077
        if private and about.st_uid == os.getuid() and os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="takens-kernels-"))


def _is_ours(library: Path) -> bool:
    try:
        about = library.lstat()
    except OSError:
        return False
    return stat.S_ISREG(about.st_mode) and about.st_uid == os.getuid()
