"""Compiled kernels are kept on disk, where nobody else can put one."""

# pyright: basic

import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from takens_native.runtime import compiler
from takens_native.unsupported import UnsupportedError

SOURCE = "int answer(void) { return 42; }"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TAKENS_CACHE", str(tmp_path))
    compiler._folder.cache_clear()
    yield tmp_path / "takens" / "kernels"
    compiler._folder.cache_clear()


def test_a_kernel_is_compiled_once(folder, monkeypatch):
    assert compiler.build(SOURCE).answer() == 42
    (library,) = folder.iterdir()
    monkeypatch.setattr(compiler, "_compile", lambda *_: pytest.fail("compiled again"))
    assert compiler.build(SOURCE).answer() == 42
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert library.suffix == ".so"


def test_another_text_is_another_kernel(folder):
    compiler.build(SOURCE)
    assert compiler.build(SOURCE.replace("42", "43")).answer() == 43
    assert len(list(folder.iterdir())) == 2


def test_a_folder_that_others_may_write_is_not_used(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    compiler.build(SOURCE)
    assert not list(folder.iterdir())


def test_a_link_in_place_of_a_kernel_is_not_loaded(folder):
    compiler.build(SOURCE)
    (library,) = folder.iterdir()
    elsewhere = folder.parent / "other.so"
    library.rename(elsewhere)
    library.symlink_to(elsewhere)
    assert compiler.build(SOURCE).answer() == 42
    assert not library.is_symlink()


def test_code_that_does_not_compile_is_refused(folder):
    with pytest.raises(UnsupportedError, match="failed"):
        compiler.build("int answer(void) { return nothing; }")
    assert not list(folder.iterdir())


def test_two_processes_may_compile_at_once(folder):
    called = "takens_native.runtime.compiler"
    program = f"from {called} import build; assert build({SOURCE!r}).answer() == 42"
    both = [subprocess.Popen([sys.executable, "-c", program], env=os.environ) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_a_damaged_kernel_is_built_anew_and_never_loaded(folder, damage):
    built = (
        f"from takens_native.runtime.compiler import build; print(build({SOURCE!r}).answer())"
    )
    compiler.build(SOURCE)
    (library,) = folder.iterdir()
    whole, mapped = library.read_bytes(), library.stat().st_ino
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    damaged = {"cut": whole[:5000], "flipped": flipped, "empty": b"", "other": whole * 2}[
        damage
    ]
    library.unlink()
    library.write_bytes(damaged)
    done = subprocess.run([sys.executable, "-c", built], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr
    assert compiler._is_good(library)
    assert list(folder.iterdir()) == [library]
    assert library.stat().st_ino != mapped


def test_a_kernel_that_another_process_stored_is_not_written_over(folder, monkeypatch):
    compiler.build(SOURCE)
    (library,) = folder.iterdir()
    before = library.stat().st_ino
    found = compiler._compiler()
    assert not isinstance(found, str)
    compiler._compile(found[0], SOURCE, library)
    assert library.stat().st_ino == before


def test_what_a_kill_left_is_removed(folder):
    for name in ("building-abc", "tmpabcd1234", "tmpnew_one1"):
        (folder / name).mkdir(parents=True)
        (folder / name / "kernel.c").write_text("")
    folder.chmod(0o700)
    for name in ("building-abc", "tmpabcd1234"):
        os.utime(folder / name, (0, 0))
    compiler.build(SOURCE)
    assert sorted(path.suffix or path.name for path in folder.iterdir()) == [
        ".so",
        "tmpnew_one1",
    ]


def refusal():
    with pytest.raises(UnsupportedError, match="is none that answers"):
        compiler.build(SOURCE)


@pytest.mark.parametrize("cc", ["'unclosed", "/bin/false", "no-such-cc", "hangs"])
def test_a_compiler_that_is_none_is_said_once(folder, monkeypatch, tmp_path, cc):
    script = tmp_path / "hangs"
    script.write_text("#!/bin/sh\nprintf '\\377\\376'\nexec sleep 60\n")
    script.chmod(0o755)
    monkeypatch.setenv("CC", str(script) if cc == "hangs" else cc)
    monkeypatch.setattr(compiler, "_VERSION", 0.5)
    compiler._compiler.cache_clear()
    try:
        with pytest.warns(UserWarning, match="Nothing is compiled"):
            refusal()
        with warnings.catch_warnings(action="error"):
            refusal()
    finally:
        compiler._compiler.cache_clear()


def test_without_a_home_kernels_are_kept_elsewhere(monkeypatch, folder):
    monkeypatch.delenv("TAKENS_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def none(*_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    compiler._folder.cache_clear()
    assert compiler.build(SOURCE).answer() == 42
