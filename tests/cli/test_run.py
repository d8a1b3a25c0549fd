"""The whole job, from the command line."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import numpy as np
import pytest
import torch

from takens import Score, read_scores, verdict
from takens._run.scores_file import scores_table, to_text

Takens: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


def history_steps(folder: Path) -> list[int]:
    lines = (folder / "history.jsonl").read_text().splitlines()
    return [json.loads(line)["step"] for line in lines]


def test_a_run_folder_holds_everything(takens: Takens, small: Path) -> None:
    done = takens("run", small, "--out", "out")
    assert done.returncode == 0, done.stderr
    out = small.parent / "out"
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert names >= {
        "config.toml",
        "metrics.json",
        "history.jsonl",
        "checkpoint.pt",
        "generated.npz",
        "report.html",
        "figures/attractor.png",
        "figures/time_series.png",
        "figures/loss_history.png",
        "figures/spectra.png",
    }
    metrics = json.loads((out / "metrics.json").read_text())
    assert list(metrics) == ["format", "scores", "verdict"]
    assert metrics["format"] == 2
    assert list(metrics["scores"]) == ["state_space_divergence", "prediction_error"]
    for name, score in metrics["scores"].items():
        assert list(score) == [field.name for field in attrs.fields(Score)]
        assert score["metric"] == f"metrics:{name}"
        assert score["value"] is not None
        assert score["floor"] is not None
    assert metrics["verdict"]["sentence"].startswith("The reconstruction is ")
    for aspect in ("stability", "geometry", "prediction"):
        found = metrics["verdict"]["aspects"][aspect]
        assert list(found)[:5] == ["right", "sentence", "interval", "tolerance", "level"]
        assert list(found)[5:] == ["tests", "power"]
    stability = metrics["verdict"]["aspects"]["stability"]
    assert stability["tolerance"] == 0.02
    assert stability["level"] == 0.05
    assert stability["tests"][0]["interval"] == stability["interval"]
    read = read_scores(out)
    assert verdict(read).to_json() == metrics["verdict"]
    assert to_text(scores_table(read)) == (out / "metrics.json").read_text()
    steps = history_steps(out)
    assert steps == [5, 10, 15, 20]
    generated = np.load(out / "generated.npz")
    assert generated["x"].shape == (3, 368, 3)
    resolved = tomllib.loads((out / "config.toml").read_text())
    assert resolved["data"]["system"] == {
        "name": "systems:lorenz63",
        "sigma": 10.0,
        "rho": 28.0,
        "beta": 8 / 3,
    }
    assert resolved["training"]["optimiser"]["name"] == "schemes:radam"
    assert resolved["model"]["name"] == "models:shallow_plrnn"
    assert resolved["versions"]["takens"]
    html = (out / "report.html").read_text()
    assert "state_space_divergence" in html
    # A colon is no letter of base64, in which the pictures are written.
    assert "http:" not in html
    assert "https:" not in html


def test_a_run_is_repeated_by_its_own_configuration(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "one", "--seed", "3").returncode == 0
    again = takens("run", "one/config.toml", "--out", "two")
    assert again.returncode == 0, again.stderr
    folders = (small.parent / "one", small.parent / "two")
    one, two = (json.loads((folder / "metrics.json").read_text()) for folder in folders)
    assert one == two
    other = takens("run", small, "--out", "three", "--seed", "4")
    assert other.returncode == 0
    assert one != json.loads((small.parent / "three" / "metrics.json").read_text())


def test_a_user_s_own_file(takens: Takens, small: Path) -> None:
    made = takens("simulate", "lorenz63", "--dt", "0.02", "--steps", "900", "--out", "mine.csv")
    assert made.returncode == 0, made.stderr
    text = small.read_text().replace('system = "lorenz63"\n', 'file = "mine.csv"\ntime = "t"\n')
    small.write_text(text.replace("dt = 0.02\n", "").replace("steps = 400\n", "", 1))
    done = takens("run", small, "--out", "out", "--json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)["scores"]
    assert scores["prediction_error"]["value"] > 0


def test_a_killed_run_resumes_to_the_same_weights(small: Path, takens: Takens) -> None:
    folder = small.parent
    size = ("--set", "training.steps=400", "--set", "training.checkpoint_every=20")
    assert takens("run", small, "--out", "whole", *size).returncode == 0
    command = [sys.executable, "-m", "takens", "run", str(small), "--out", "parts", *size]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    history = folder / "parts" / "history.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if history.exists() and len(history.read_text().splitlines()) > 20:
            break
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was done before it could be killed"
    stored = torch.load(folder / "parts" / "checkpoint.pt", weights_only=True)
    assert 0 < stored["training"]["step"] < 400

    resumed = takens("run", small, "--out", "parts", "--resume", *size)
    assert resumed.returncode == 0, resumed.stderr
    one, two = (_weights(folder / name) for name in ("whole", "parts"))
    torch.testing.assert_close(one, two, rtol=0, atol=0)
    assert history_steps(folder / "parts") == list(range(5, 401, 5))


def _weights(folder: Path) -> dict[str, Any]:
    return torch.load(folder / "checkpoint.pt", weights_only=True)["state_dict"]


def test_an_existing_folder_is_left_alone(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "out").returncode == 0
    before = (small.parent / "out" / "metrics.json").read_bytes()
    refused = takens("run", small, "--out", "out", "--seed", "9")
    assert refused.returncode == 2
    assert "exists already; continue it with --resume" in refused.stderr
    assert (small.parent / "out" / "metrics.json").read_bytes() == before
    replaced = takens("run", small, "--out", "out", "--seed", "9", "--overwrite")
    assert replaced.returncode == 0
    assert (small.parent / "out" / "metrics.json").read_bytes() != before


def test_a_folder_that_is_no_run_is_never_overwritten(takens: Takens, small: Path) -> None:
    mine = small.parent / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("irreplaceable")
    refused = takens("run", small, "--out", "mine", "--overwrite")
    assert refused.returncode == 2
    assert "is not the folder of a run" in refused.stderr
    assert (mine / "thesis.tex").read_text() == "irreplaceable"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "training.stepz=5"], "unknown key 'training.stepz'"),
        (["--set", "training.stepz=5"], "Did you mean 'steps'?"),
        (["--set", "trainin.steps=5"], "unknown key 'trainin'"),
        (["--set", "training.steps=many"], "training.steps is a whole number"),
        (["--set", "training.steps=2.5"], "training.steps is a whole number"),
        (["--set", "training.steps=true"], "training.steps is a whole number"),
        (["--set", "training.steps=0"], "training.steps is at least 1; got 0"),
        (["--set", "training=5"], "training is a table; got 5"),
        (["--set", "training.optimiser=sgdd"], "Did you mean 'sgd'?"),
        (["--set", "training.optimiser=5"], "training.optimiser is a name, or a table with"),
        (
            ["--set", 'training.optimiser={name = "sgd", momentun = 0.9}'],
            "has no parameter 'momentun'; it takes momentum",
        ),
        (["--set", "training.optimiser=lbfgs"], "lbfgs cannot train ShallowPLRNN"),
        (["--set", "training.schedule=cosin"], "Did you mean 'cosine'?"),
        (["--set", "training.check_metric=max_lyapunov"], "compares free runs with data"),
        (["--set", "data.format=csv"], "data.format goes with a file, not a system"),
        (["--set", 'device={name = "cpu", index = 3}'], "device 'cpu' has no parameter"),
        (["--set", 'model={name = "plrnn", label = "x"}'], "has no parameter 'label'"),
        (["--set", "data.dt=10 ms"], "a number (time units of the data); got '10 ms'"),
        (["--set", "data.dt=-0.1"], "data.dt is above 0"),
        (["--set", "data.noise=-1"], "data.noise is at least 0"),
        (["--set", "data.system=lorenz_63"], "Did you mean 'lorenz63'?"),
        (["--set", "data.system.rho=hot"], "rho is a number; got 'hot'"),
        (["--set", "data.system.rhoo=1"], "has no parameter 'rhoo'"),
        (["--set", "data.file=mine.csv"], "a file or a source; got system and file"),
        (["--set", "model.name=shallow_plrn"], "Did you mean 'shallow_plrnn'?"),
        (["--set", "model.latent_dim=2"], "Choose latent_dim = 3 or more"),
        (["--set", "model.latent_dims=9"], "Did you mean 'latent_dim'?"),
        (["--set", "scheme.name=nothing"], "No scheme is called 'nothing'"),
        (
            ["--set", "scheme.name=sparse_teacher_forcing", "--set", "scheme.every=0"],
            "every is at least 1",
        ),
        (["--set", 'judge.metrics=["max_lyapunow"]'], "Did you mean 'max_lyapunov'?"),
        (["--set", "judge.reference.spectrum_distance=1"], "is not among judge.metrics"),
        (["--set", "judge.reference.prediction_eror=1"], "Did you mean 'prediction_error'?"),
        (["--set", "training.window=4000"], "longer than the data"),
        (["--set", "format=2"], "has configuration format 2"),
        (["--set", 'versions.takens="99.0"'], "was written by takens 99.0"),
        (["--set", "steps"], "--set takes key=value"),
        (["--device", "cuda:7"], "it has cpu"),
        (["--device", "abacus"], "No device is called 'abacus'"),
        (["--seed", "x"], "'x' is not a valid integer"),
        (["--resume", "--overwrite"], "exclude each other"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else None,
)
def test_bad_input_gets_one_sentence_and_writes_nothing(
    takens: Takens, small: Path, arguments: list[str], sentence: str
) -> None:
    refused = takens("run", small, "--out", "out", *arguments)
    assert refused.returncode == 2, refused.stderr
    message = refused.stderr.splitlines()[-1]
    assert message.startswith("takens: ")
    assert sentence in message
    assert "Traceback" not in refused.stderr
    assert not (small.parent / "out").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no configuration"),
        ("[data\n", "is not valid TOML"),
        ("seed = 1\n", "the key data is missing"),
        ("[data]\ndt = 0.1\n", "a file or a source; got neither"),
        ('[data]\nfile = "none.csv"\ndt = 0.1\n', "none.csv"),
        ('[data]\nfile = "odd.xyz"\ndt = 0.1\n', "ends in '.xyz'"),
        ('[data]\nsystem = "lorenz63"\n', "needs data.dt"),
        ("[data]\nsystem = 5\n", "data.system is a name, or a table with a name; got 5"),
    ],
)
def test_a_bad_configuration(
    takens: Takens, tmp_path: Path, content: str | None, sentence: str
) -> None:
    path = tmp_path / "bad.toml"
    (tmp_path / "odd.xyz").write_text("1 2 3")
    if content is not None:
        path.write_text(content)
    refused = takens("run", path, "--out", "out")
    assert refused.returncode == 2, refused.stderr
    assert sentence in refused.stderr
    assert len(refused.stderr.strip().splitlines()) <= 2
    assert not (tmp_path / "out").exists()


def test_a_binary_file_is_no_configuration(takens: Takens, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00\x01")
    refused = takens("run", "bad.toml")
    assert refused.returncode == 2
    assert "is not a text file in UTF-8" in refused.stderr


def test_what_nests_too_deep_is_no_configuration(
    takens: Takens, small: Path, tmp_path: Path
) -> None:
    deep = "[" * 5000 + "]" * 5000
    (tmp_path / "deep.toml").write_text(f"data = {deep}")
    refused = takens("run", "deep.toml", "--out", "out")
    assert refused.returncode == 2
    assert refused.stderr.startswith("takens: deep.toml nests lists or tables too deep")
    refused = takens("run", small, "--out", "out", "--set", f"data={deep}")
    assert refused.returncode == 2
    assert refused.stderr.startswith("takens: --set data nests lists or tables too deep")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        "data.steps=9223372036854775807",
        "training.batch=9223372036854775807",
        "training.members=9223372036854775807",
        "judge.runs=9223372036854775807",
        "judge.starts=9223372036854775807",
        "data.dt=inf",
        "data.noise=inf",
        "training.learning_rate=inf",
        "training.final_learning_rate=inf",
        "data.integrator={name='dopri5',rtol=inf}",
        "data.integrator={name='dopri5',atol=inf}",
    ],
)
def test_numbers_that_no_run_can_have(takens: Takens, small: Path, change: str) -> None:
    refused = takens("run", small, "--out", "out", "--set", change)
    assert refused.returncode == 2
    key = change.partition("=")[0]
    (sentence,) = refused.stderr.splitlines()
    assert key in sentence or "tol" in sentence, sentence
    assert not (small.parent / "out").exists()


@pytest.mark.parametrize("json", [(), ("--json",)])
@pytest.mark.parametrize(
    ("redirected", "expected"),
    [(">&-", "standard output is closed"), (">/dev/full", "cannot be written: No space")],
)
def test_standard_output_that_takes_nothing(
    json: tuple[str, ...], redirected: str, expected: str
) -> None:
    command = " ".join([sys.executable, "-m", "takens", "list", *json, redirected])
    refused = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert refused.returncode == 2
    (sentence,) = refused.stderr.splitlines()
    assert sentence.startswith("takens: ")
    assert expected in sentence


def test_a_checkpoint_with_a_flipped_bit_is_not_resumed(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "out").returncode == 0
    path = small.parent / "out" / "checkpoint.pt"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 4
    path.write_bytes(whole)
    refused = takens("run", small, "--out", "out", "--resume")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith(
        f"takens: {path.relative_to(small.parent)}"
    )
    assert bytes(whole) == path.read_bytes()


def test_a_checkpoint_that_was_cut_short_is_not_resumed(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "out").returncode == 0
    path = small.parent / "out" / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:1000])
    refused = takens("run", small, "--out", "out", "--resume")
    assert refused.returncode == 2
    assert "no readable checkpoint" in refused.stderr.splitlines()[-1]


def test_a_resume_with_other_settings_is_refused(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "out").returncode == 0
    before = (small.parent / "out" / "config.toml").read_bytes()
    refused = takens("run", small, "--out", "out", "--resume", "--set", "training.batch=5")
    assert refused.returncode == 2
    assert "holds a run with another training: training.batch was" in refused.stderr
    assert (small.parent / "out" / "config.toml").read_bytes() == before


def test_a_finished_run_goes_on_with_other_settings(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "out", "--set", "figures=[]").returncode == 0
    log = small.parent / "out" / "history.jsonl"
    before = [json.loads(line) for line in log.read_text().splitlines()]
    steps = before[-1]["step"]
    settings = (f"training.steps={steps + 4}", "training.learning_rate=1e-3")
    options = [part for setting in settings for part in ("--set", setting)]
    more = takens(
        "run",
        small,
        "--out",
        "out",
        "--resume",
        "--set",
        "figures=[]",
        *options,
        "--set",
        "training.log_every=1",
    )
    assert more.returncode == 0, more.stderr
    after = [json.loads(line) for line in log.read_text().splitlines()]
    assert after[: len(before)] == before
    assert [record["step"] for record in after[len(before) :]] == list(
        range(steps + 1, steps + 5)
    )


def test_no_space_on_the_disk(small: Path, tmp_path: Path) -> None:
    # /dev/full is a file that is always full; a quota on file size does the same for a folder.
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "from takens.cli import main\n"
        f"main(['run', {str(small)!r}, '--out', 'out'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    message = done.stderr.splitlines()[-1]
    assert message.startswith("takens: Cannot write ")
    assert "checkpoint.pt" in message
    # Nothing is written half: neither the file nor its temporary name.
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "config.toml",
        "history.jsonl",
    ]


def test_a_loss_that_breaks_down_exits_with_one(takens: Takens, small: Path) -> None:
    hot = ("training.learning_rate=1e30", "training.gradient_clip=0", "training.step_backs=0")
    hot = tuple(word for setting in hot for word in ("--set", setting))
    failed = takens("run", small, "--out", "out", *hot)
    assert failed.returncode == 1, failed.stderr
    assert "Training stopped at update" in failed.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "judge.context=5000"], "warms up on 5000 samples"),
        (
            ["--set", 'judge.metrics=[{name="prediction_error", steps=[1000]}]'],
            "1000 steps",
        ),
        (
            ["--set", "judge.metrics=max_lyapunov"],
            "judge.metrics is a list; got 'max_lyapunov'",
        ),
        (["--set", "judge.reference.prediction_error=nan"], "is a finite number; got nan"),
        (["--set", 'judge.metrics=["prediction_error","prediction_error"]'], "twice"),
        (["--set", "versions=5"], "versions is a table; got 5"),
        (["--set", "model.latent_dim=4.0"], "latent_dim is a whole number or 'auto'; got 4.0"),
        (["--set", "format=0"], "has configuration format 0"),
        (["--seed", "-1"], "seed is a whole number from 0"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else None,
)
def test_what_could_not_be_judged_is_refused_before_training(
    takens: Takens, small: Path, arguments: list[str], sentence: str
) -> None:
    refused = takens("run", small, "--out", "out", *arguments)
    assert refused.returncode == 2, refused.stderr
    assert sentence in refused.stderr.splitlines()[-1]
    assert not (small.parent / "out").exists()


THEIRS = (
    ".config.toml.swp",
    ".report.html.bak",
    ".checkpoint.pt.backup",
    ".metrics.json.original",
)
OURS = (".config.toml.abcd_123.takens-part", ".checkpoint.pt.00000000.takens-part")


@pytest.mark.parametrize("how", [(), ("--resume",), ("--overwrite",)])
def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(
    takens: Takens, small: Path, how: tuple[str, ...]
) -> None:
    out = small.parent / "out"
    out.mkdir()
    for name in THEIRS:
        (out / name).write_text("mine")
    for name in OURS:
        (out / name).write_text("half")
    refused = takens("run", small, "--out", "out", *how)
    assert refused.returncode == 2
    # Nothing is touched in a folder that is refused.
    assert sorted(path.name for path in out.iterdir()) == sorted(THEIRS + OURS)
    for name in THEIRS:
        (out / name).unlink()
    assert takens("run", small, "--out", "out", *(() if how else ("--resume",))).returncode == 0
    assert not list(out.glob(".*"))
    for name in THEIRS:
        (out / name).write_text("mine")
    (out / OURS[1]).write_text("half")
    picture = next((out / "figures").glob("*.png"))
    picture.with_name(f".{picture.name}.abcd_123.takens-part").write_text("half")
    (out / "figures" / "mine.png").write_text("mine")
    done = takens("run", small, "--out", "out", *(how or ("--resume",)), "--set", "figures=[]")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.glob(".*")) == sorted(THEIRS)
    pictures = {path.name for path in (out / "figures").iterdir()}
    assert "mine.png" in pictures
    assert not any(name.startswith(".") for name in pictures)
    if how == ("--overwrite",):
        assert pictures == {"mine.png"}


def test_one_process_at_a_time_in_a_folder(takens: Takens, small: Path) -> None:
    assert takens("run", small, "--out", "out").returncode == 0
    out = small.parent / "out"
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    holding = (
        "import pathlib, sys, time\n"
        "from takens._lock import locked\n"
        "with locked(pathlib.Path('out')):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", holding]
    with subprocess.Popen(command, cwd=small.parent, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for how in ("--overwrite", "--resume"):
            refused = takens("run", small, "--out", "out", how)
            assert refused.returncode == 2
            expected = f"takens: out is in use by process {holder.pid} on "
            assert refused.stderr.splitlines()[-1].startswith(expected)
        holder.kill()
    found = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert found.pop(".takens.lock").startswith(f"process {holder.pid} on".encode())
    assert found == before
    # The lock of a process that was killed is taken over.
    assert takens("run", small, "--out", "out", "--resume").returncode == 0
    assert not (out / ".takens.lock").exists()


def test_a_run_that_was_killed_before_it_wrote_anything_is_resumed(
    takens: Takens, small: Path
) -> None:
    begun = takens("run", small, "--out", "out", "--resume")
    assert begun.returncode == 0, begun.stderr
    assert takens("run", small, "--out", "whole").returncode == 0
    one, two = (_weights(small.parent / name) for name in ("out", "whole"))
    torch.testing.assert_close(one, two, rtol=0, atol=0)


def test_an_ensemble_is_trained_and_judged_as_one(small: Path, takens: Takens) -> None:
    size = (
        "--set", "training.members=2",
        "--set", "training.learning_rate=[0.02, 0.01]",
        "--set", "scheme.name=generalised_teacher_forcing",
        "--set", "scheme.alpha=[0.1, 0.3]",
        "--set", "training.steps=20",
    )  # fmt: skip
    done = takens("run", small, "--out", "both", *size)
    assert done.returncode == 0, done.stderr
    score = read_scores(small.parent / "both")["prediction_error"]
    assert len(score.members) == 2
    assert score.value == pytest.approx(sum(m for m in score.members if m) / 2)
    wrong = takens("run", small, "--out", "three", *size, "--set", "training.members=3")
    assert wrong.returncode == 2
    assert "lists 2 rates for 3 members" in wrong.stderr
