"""Compiled kernels are kept on disk, where nobody else can put one."""

# pyright: basic

import json
import os
import stat
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

from takens.cli import main
from takens_native.diagnosis import diagnosis
from takens_native.runtime import compiler, kernel_folder
from takens_native.unsupported import UnsupportedError

SOURCE = "int answer(void) { return 42; }"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TAKENS_CACHE", str(tmp_path))
    kernel_folder.kernel_folder.cache_clear()
    yield tmp_path / "takens" / "kernels"
    kernel_folder.kernel_folder.cache_clear()


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
    assert kernel_folder.is_whole(library)
    assert list(folder.iterdir()) == [library]
    assert library.stat().st_ino != mapped


def test_a_kernel_that_another_process_stored_is_not_written_over(folder, monkeypatch):
    compiler.build(SOURCE)
    (library,) = folder.iterdir()
    before = library.stat().st_ino
    found = compiler._compiler()
    assert not isinstance(found, str)
    compiler._compile(found[0], SOURCE, kernel_folder.KernelFolder(folder), library.name)
    assert library.stat().st_ino == before


COMPILE_AND_DIE = """
import os, signal, sys
from takens.cli import main
from takens_native.diagnosis import diagnosis
from takens_native.runtime import compiler
run = compiler._run
def die(command, seconds):
    if "--version" in command:
        return run(command, seconds)
    os.kill(os.getpid(), signal.SIGKILL)
compiler._run = die
compiler.build("int answer(void) { return 42; }")
"""


def test_what_a_kill_left_is_removed_and_nothing_else(folder, monkeypatch):
    done = subprocess.run([sys.executable, "-c", COMPILE_AND_DIE], capture_output=True)
    assert done.returncode == -9, done.stderr
    (left,) = folder.iterdir()
    assert left.name.startswith("building-")
    mine = [folder / "building-mine.txt", folder / "notes", folder / "tmp-things"]
    for path in mine:
        path.mkdir()
    old = folder / "tmpabcd1234"
    old.mkdir()
    for path in (left, old):
        os.utime(path, (0, 0))
    with kernel_folder.KernelFolder(folder).building() as busy:
        os.utime(busy, (0, 0))
        kernel_folder.kernel_folder.cache_clear()
        compiler.build(SOURCE)
        assert busy.is_dir()
    (library,) = folder.glob("*.so")
    assert {*folder.iterdir()} == {library, *mine}


def test_a_temporary_folder_that_a_kill_left_is_removed(folder, monkeypatch, tmp_path):
    places = tmp_path / "temporary"
    places.mkdir()
    monkeypatch.setenv("TMPDIR", str(places))
    monkeypatch.setattr(tempfile, "tempdir", None)
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    program = f"import os\nfrom takens_native.runtime.compiler import build\nbuild({SOURCE!r})"
    program += "\nos.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    (left,) = places.iterdir()
    os.utime(left, (0, 0))
    kernel_folder.kernel_folder.cache_clear()
    assert compiler.build(SOURCE).answer() == 42
    assert left not in places.iterdir()


def sources(count):
    return [SOURCE.replace("42", str(number)) for number in range(count)]


def test_what_was_not_used_for_longest_goes_first(folder, monkeypatch):
    first, second, third = sources(3)
    for age, source in ((300, first), (200, second)):
        known = {*folder.glob("*.so")}
        compiler.build(source)
        (library,) = {*folder.glob("*.so")} - known
        then = os.stat(library).st_mtime - age
        os.utime(library, (then, then))
        size = library.stat().st_size
    before = {*folder.glob("*.so")}
    monkeypatch.setenv("TAKENS_CACHE_LIMIT", str(2.5 * size / 1e6))
    # Using the first makes the second the oldest.
    mapped = compiler.build(first)
    compiler.build(third)
    left = {*folder.glob("*.so")}
    assert len(left) == 2
    assert len(before - left) == 1
    calls = []
    monkeypatch.setattr(compiler, "_compile", lambda *_: calls.append(1))
    assert compiler.build(first).answer() == 0
    assert not calls
    kernel_folder.KernelFolder(folder).shrink(0)
    assert not [*folder.glob("*.so")]
    assert mapped.answer() == 0


def test_one_that_is_larger_than_the_limit_is_used(folder, monkeypatch):
    monkeypatch.setenv("TAKENS_CACHE_LIMIT", "0")
    for source in sources(2):
        compiler.build(source)
        assert len([*folder.glob("*.so")]) == 1


def test_a_folder_that_is_emptied_in_between_is_filled_again(folder, monkeypatch):
    load, calls = compiler._loaded, []

    def emptied(library):
        calls.append(library)
        if len(calls) == 1:
            library.unlink()
        return load(library)

    monkeypatch.setattr(compiler, "_loaded", emptied)
    assert compiler.build(SOURCE).answer() == 42
    assert len(calls) == 2


@pytest.fixture
def command(folder, monkeypatch, capsys):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        shown = capsys.readouterr()
        return stop.value.code, shown.out, shown.err

    return run


def test_the_cache_is_shown_limited_and_emptied(folder, command, monkeypatch):
    for source in sources(3):
        compiler.build(source)
    (folder / "notes.txt").write_text("mine")
    code, out, _ = command("cache", "show", "--json")
    shown = json.loads(out)
    assert (code, shown["kernels"], shown["limit"]) == (0, 3, 256.0)
    assert shown["folder"] == str(folder)
    half = str(shown["megabytes"] / 2)
    code, out, _ = command("cache", "limit", half)
    assert code == 0
    assert "from takens cache limit" in out
    assert len([*folder.glob("*.so")]) == 1
    assert len(kernel_folder.KernelFolder(folder).libraries) == 1
    # The next kernel obeys the limit that was set.
    compiler.build(SOURCE)
    assert len([*folder.glob("*.so")]) == 1
    monkeypatch.setenv("TAKENS_CACHE_LIMIT", "7")
    assert "7 MB, from TAKENS_CACHE_LIMIT" in command("cache", "limit")[1]
    code, out, _ = command("cache", "clear")
    assert code == 0
    assert "Removed 1 kernels" in out
    assert {path.name for path in folder.iterdir()} == {"limit", "notes.txt"}


@pytest.mark.parametrize("size", ["-1", "nan", "many", "inf", ""])
def test_a_limit_is_a_number_of_megabytes(folder, command, monkeypatch, size):
    for said in (
        command("cache", "limit", "--", size),
        (monkeypatch.setenv("TAKENS_CACHE_LIMIT", size or "x"), command("cache", "show"))[1],
    ):
        assert said[0] == 2
        assert "is a number of megabytes" in said[2]
    # A solve goes on.
    assert compiler.build(SOURCE).answer() == 42
    assert "until that is mended" in diagnosis()["kernel cache"].lower()


def test_a_cache_that_cannot_be_used_is_said(folder, command):
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    code, _, err = command("cache", "show")
    assert code == 2
    assert "is open to other users; make it private by chmod 700" in err
    assert "compiles its kernels again" in command("doctor")[1]
    folder.chmod(0o700)
    kernel_folder.kernel_folder.cache_clear()
    assert command("cache", "show")[0] == 0


def test_a_missing_compiler_is_said(folder, command, monkeypatch):
    monkeypatch.setenv("CC", "no-such-cc")
    compiler._compiler.cache_clear()
    try:
        code, out, _ = command("doctor", "--json")
    finally:
        compiler._compiler.cache_clear()
    assert code == 0
    assert json.loads(out)["compiler"] == (
        "there is no C compiler (CC = 'no-such-cc' is none that answers): nothing is compiled; "
        "solves are right, and slower"
    )


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
    kernel_folder.kernel_folder.cache_clear()
    assert compiler.build(SOURCE).answer() == 42
