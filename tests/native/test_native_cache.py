"""Compiled kernels are kept on disk, where nobody else can put one."""

# pyright: basic

import os
import stat
import subprocess
import sys

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
