"""A metric that was installed an hour ago is judged as ours are."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import attrs
import pytest

import takens
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens.cli import main

MANIFEST = """
import takens

TAKENS_API = 1


@takens.plugin.hookimpl
def takens_components():
    for name, target in {
        "constant": "Constant",
        "spectrum_distance": "Spread",
        "vague": "Vague",
        "silent": "Silent",
        "beside": "Beside",
        "breaks": "Breaks",
        "odd": "Odd",
        "likeness": "Likeness",
    }.items():
        yield takens.plugin.ComponentSpec(
            kind="metric", name=name, target=f"stranger_metrics:{target}", summary="A test."
        )
"""
METRICS = """
import attrs

import takens


@attrs.frozen
class Constant:
    horizon = None
    evidence = takens.plugin.Evidence("climate", by="distance")

    def compare(self, reference, generated, /):
        large = bool((generated.x.std(0) > 1.3 * reference.x.std(0)).any())
        return takens.Score(value=9.0 if large else 1.0)


@attrs.frozen
class Spread:
    horizon = None
    evidence = takens.plugin.Evidence("climate", by="distance")

    def compare(self, reference, generated, /):
        ratio = generated.x.std(0) / reference.x.std(0)
        return takens.Score(value=float((ratio - 1).abs().sum()))


@attrs.frozen
class Likeness:
    horizon = None
    best = 1.0
    evidence = takens.plugin.Evidence("likeness", by="distance")

    def compare(self, reference, generated, /):
        return takens.Score(value=float(generated.x.std(0).min() / reference.x.std(0).min()))


@attrs.frozen
class Vague:
    evidence = takens.plugin.Evidence("rhythm", by="estimate")

    def measure(self, step, x0, dt, /):
        return takens.Score(value=2.0, error=2.0, reference=0.9)


@attrs.frozen
class Silent:
    horizon = None

    def compare(self, reference, generated, /):
        return takens.Score(value=99.0)


@attrs.frozen
class Beside(Silent):
    evidence = takens.plugin.Evidence("climate")


@attrs.frozen
class Breaks:
    evidence = takens.plugin.Evidence("rhythm", by="estimate")

    def measure(self, step, x0, dt, /):
        raise KeyError("gone")


@attrs.frozen
class Odd:
    evidence = "climate"

    def measure(self, step, x0, dt, /):
        return takens.Score(value=1.0)
"""
JOB = """
figures = []

[data]
system = "lorenz63"
dt = 0.02
steps = 400

[model]
name = "shallow_plrnn"
latent_dim = 3
hidden_dim = 4

[training]
steps = 10
batch = 4
window = 20

[judge]
metrics = [
  "other:constant", "other:spectrum_distance", "other:vague", "other:silent", "other:breaks"
]
runs = 2
starts = 2
"""


def command(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distribution, a run that was judged by it, and fresh data."""
    folder = tmp_path_factory.mktemp("stranger")
    info = folder / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[takens]\nother = stranger_plugin\n")
    (folder / "stranger_plugin.py").write_text(dedent(MANIFEST))
    (folder / "stranger_metrics.py").write_text(dedent(METRICS))
    (folder / "job.toml").write_text(JOB)
    data = takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=800, seed=9)
    lines = [",".join(("t", *data.columns))]
    lines += [
        ",".join(map(repr, (t, *row)))
        for t, row in zip(data.t.tolist(), data.x.tolist(), strict=True)
    ]
    (folder / "fresh.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(autouse=True)
def stranger(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()
    for name in ("stranger_plugin", "stranger_metrics"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def done(place: Path) -> dict[str, Any]:
    """What the command said of the run that is in the folder from then on."""
    return {}


@pytest.fixture
def run(place: Path, done: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Path:
    folder = place / "run"
    if not done:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            code = command("run", place / "job.toml", "--out", folder)
        shown = capsys.readouterr()
        done.update(code=code, out=shown.out, err=shown.err)
    return folder


def judge(run: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        against = run.parent / "fresh.csv"
        code = command(
            "judge", run, "--against", against, "--time", "t", "--runs", "2", "--json", *options
        )
    return code, json.loads(capsys.readouterr().out)


def named(*names: str) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--metric", f"other:{name}"))


def test_a_run_judges_by_them_and_names_what_it_could_not(
    run: Path, done: dict[str, Any]
) -> None:
    # What was asked for and failed is not done.
    assert done["code"] == 1
    assert (
        "metric 'breaks' of plugin 'other' (stranger 1.0) gave no value: KeyError: 'gone'."
        in done["err"]
    )
    sentence = (
        "The reconstruction is wrong in climate, undecided in rhythm, and right in stability. "
        "Not judged: silent, breaks."
    )
    assert sentence in done["err"]
    table = json.loads((run / "metrics.json").read_text())
    assert table["verdict"]["sentence"] == sentence
    assert table["verdict"]["not_judged"] == {
        "silent": "it does not say what it is evidence for",
        "breaks": "KeyError: 'gone'",
    }
    # The label is as short as it can be; the metric is named in full.
    assert table["scores"]["silent"]["metric"] == "other:silent"
    assert table["scores"]["other:spectrum_distance"]["metric"] == "other:spectrum_distance"
    report = (run / "report.html").read_text()
    assert sentence in report
    assert "Climate: wrong, other:spectrum_distance " in report
    assert "Not judged: silent: it does not say" in report
    assert takens.verdict(takens.read_scores(run)).sentence == sentence


@pytest.mark.parametrize(
    ("metrics", "options", "code"),
    [
        (("constant",), (), 0),
        (("spectrum_distance",), (), 1),
        (("likeness",), (), 1),
        (("vague",), (), 3),
        (("silent",), (), 3),
        (("breaks",), (), 3),
        (("constant", "vague"), (), 3),
        (("constant", "silent"), (), 3),
        (("constant", "breaks"), (), 3),
        (("spectrum_distance", "breaks"), (), 1),
        # Another has judged the aspect of what is only shown.
        (("constant", "beside"), (), 0),
        (("beside",), (), 3),
        (("constant", "silent", "vague"), ("--fail-on", "climate"), 0),
        (("constant", "breaks"), ("--fail-on", "climate,rhythm"), 3),
        (("constant", "spectrum_distance"), ("--fail-on", "stability"), 0),
    ],
)
def test_they_decide_the_exit_code(
    run: Path,
    capsys: pytest.CaptureFixture[str],
    metrics: tuple[str, ...],
    options: tuple[str, ...],
    code: int,
) -> None:
    found, answer = judge(run, capsys, *named(*metrics), *options)
    assert found == code, answer["sentence"]
    assert answer["right"] is (code == 0)
    assert set(answer["scores"]) == {f"other:{name}" for name in metrics}


def test_one_with_the_name_of_ours_is_not_taken_for_it(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, answer = judge(run, capsys, *named("spectrum_distance"), "--metric", "spectrum_distance")
    assert answer["scores"]["spectrum_distance"]["metric"] == "metrics:spectrum_distance"
    assert answer["aspects"]["climate"]["sentence"].startswith("Climate: wrong, other:")
    assert "other:" not in answer["aspects"]["spectrum"]["sentence"]


def test_a_best_value_is_where_its_distance_begins(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, answer = judge(run, capsys, *named("likeness"))
    assert answer["scores"]["other:likeness"]["reference"] == 1.0
    assert ", where 1 is right" in answer["aspects"]["likeness"]["sentence"]


def test_evidence_that_is_none_is_a_failure_that_names_the_plugin(linear: Any) -> None:
    series = takens.simulate(takens.systems.create("logistic"), dt=1.0, steps=200)
    with pytest.warns(
        takens.errors.PluginWarning, match=r"'odd' of plugin 'other' .* is no takens\."
    ):
        found = takens.judge(linear(0.5), series, ["other:odd"])
    assert found.verdict.not_judged["other:odd"].endswith("which is no takens.plugin.Evidence")


def test_a_metric_of_the_user_s_own_is_judged_too(linear: Any) -> None:
    @attrs.frozen
    class Mine:
        horizon = None
        evidence = takens.plugin.Evidence("mine", "distance")

        def compare(
            self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
        ) -> takens.Score:
            return takens.Score(value=float((reference.x - generated.x).abs().mean()))

    series = takens.simulate(takens.systems.create("logistic"), dt=1.0, steps=200)
    found = takens.judge(linear(0.5), series, [Mine()])
    assert "mine" in found.verdict.findings
    assert found.scores["Mine"].metric == ""
