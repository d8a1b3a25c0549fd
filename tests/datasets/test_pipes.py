"""Pipes, which can be read once only and are looked at more than once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import takens

TEXT = "t,x\n" + "".join(f"{i},{i % 3}\n" for i in range(40))
SENTENCE = "no regular file, as a pipe is none; write what comes out of it to a file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    # Opening it would wait for ever for someone who writes.
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with pytest.raises(takens.InputError, match=SENTENCE):
        takens.read_recordings(pipe, time="t")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
def test_a_descriptor_loses_nothing_of_its_beginning() -> None:
    reader, writer = os.pipe()
    try:
        os.write(writer, TEXT.encode())
        os.close(writer)
        with pytest.raises(takens.InputError, match=SENTENCE):
            takens.read_recordings(f"/dev/fd/{reader}", format="csv", time="t")
        assert os.read(reader, len(TEXT)) == TEXT.encode()
    finally:
        os.close(reader)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
def test_the_command_says_so_and_ends_as_for_bad_input(tmp_path: Path) -> None:
    command = ["reconstruct", "/dev/stdin", "--format", "csv", "--time", "t"]
    done = subprocess.run(
        [sys.executable, "-m", "takens", *command],
        input=TEXT,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert SENTENCE in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
