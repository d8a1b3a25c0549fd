"""C to machine code, once: kernels are kept on disk by the hash of all that went into them."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Final

from takens_native.runtime.kernel_folder import KernelFolder, is_whole, kernel_folder
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
    name, why = f"{digest}.so", ""
    # Another process may empty the folder in between.
    for _ in range(2):
        try:
            folder, _ = kernel_folder()
            if not is_whole(folder.path / name):
                _compile(compiler, source, folder, name)
            return _loaded(folder.path / name)
        except OSError as error:
            why = str(error)
    raise UnsupportedError(f"a kernel could not be stored or loaded ({why})")


def _loaded(library: Path) -> ctypes.CDLL:
    with contextlib.suppress(OSError):
        # What was not used for longest goes first.
        os.utime(library)
    return ctypes.CDLL(str(library))


def _compile(compiler: tuple[str, ...], source: str, folder: KernelFolder, name: str) -> None:
    """Write the library whole: others may compile the same at the same time."""
    with folder.building() as place:
        made = place / "kernel.so"
        (text := place / "kernel.c").write_text(source)
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
        folder.store(made, name)


def find_compiler() -> tuple[str, str]:
    """Return the compiler that is used, and nothing, or nothing and why there is none."""
    with warnings.catch_warnings(action="ignore"):
        found = _compiler()
    if isinstance(found, str):
        return "", found
    (first, *more), _ = found
    return " ".join((shutil.which(first) or first, *more)), ""


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
