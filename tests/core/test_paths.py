"""Names that no file can have, wherever a path is given."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import takens
from takens.cli import main

DATA = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=30)
FITTED = takens.fit(
    takens.models.create("linear_autoregression", obs_dim=3),
    DATA,
    takens.schemes.create("closed_form"),
    device="cpu",
)
KINDS = ("nul", "nul in a folder", "surrogate", "long", "deep", "loop")
NAMES = ("a\0b", "a\0/b.csv", "\ud800.npz", "x" * 300 + ".csv", "x/" * 5_000, "loop/x")


def fit_into(folder: str) -> object:
    model = takens.models.create("linear_autoregression", obs_dim=3)
    scheme = takens.schemes.create("closed_form")
    return takens.fit(model, DATA, scheme, device="cpu", folder=folder)


USES: dict[str, Callable[[str], Any]] = {
    "read": takens.read,
    "read_recordings": takens.read_recordings,
    "read_scores": takens.read_scores,
    "load_model": takens.load_model,
    "save_model": lambda name: takens.save_model(FITTED.model, name),
    "run": lambda name: takens.run(name, "out"),
    "run out": lambda name: takens.run("good.toml", out=name),
    "fit": fit_into,
    "judge": lambda name: takens.judge(Path(name), DATA),
    "reconstruct": lambda name: takens.reconstruct(DATA, out=name),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    Path("good.toml").write_text('[data]\nsystem = "lorenz63"\n')


@pytest.mark.parametrize("name", NAMES, ids=KINDS)
@pytest.mark.parametrize("use", USES)
def test_they_are_refused_in_a_sentence(use: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(takens.InputError) as caught:
        USES[use](name)
    assert re.fullmatch(r"\S[^\n\0]{8,400}[.?]", str(caught.value))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.toml", "loop"]


@pytest.mark.parametrize("name", NAMES, ids=KINDS)
@pytest.mark.parametrize(
    "command",
    [
        "run {}",
        "judge {} --against {}",
        "simulate lorenz63 --steps 5 --dt 0.1 --out {}.npz",
        "doctor {}",
        "reconstruct {} --out {}",
        "equations {}",
        "list {}",
        "{}",
    ],
)
def test_commands_refuse_them_too(
    command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([word.replace("{}", name) for word in command.split()])
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("takens: ")
    assert line.isprintable()
