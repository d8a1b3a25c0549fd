"""Everything that people look at prints in ten lines, and as a table in a notebook."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

import takens
from takens._judging.score_table import Scores  # pyright: ignore[reportPrivateUsage]
from takens._run.reading import read_configuration  # pyright: ignore[reportPrivateUsage]

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    data = takens.simulate("lorenz63", dt=0.01, steps=400, trajectories=2)
    fit = takens.fit(
        "shallow_rnn", data, "teacher_forcing", steps=40, window=10, log_every=1, device="cpu"
    )
    free = takens.generate(fit.model, context=data.x[..., :3, :], steps=10)
    one = attrs.evolve(data, x=data.x[0])
    judgement = takens.judge(fit.model, one, ["spectrum_distance", "prediction_error"], runs=2)
    return {
        "series": data,
        "fit": fit,
        "model": fit.model,
        "free": free,
        "judgement": judgement,
        "scores": judgement.scores,
        "score": judgement.scores["spectrum_distance"],
        "verdict": judgement.verdict,
        "results": takens.plugin.Results(
            title="a by b",
            history=fit.history,
            training=one,
            reference=one,
            free=free,
            scores=judgement.scores,
        ),
        "solution": takens.integrators.create("dopri5").solve_with_statistics(
            takens.systems.create("lorenz63"), one.x[0], one.t[:9]
        ),
        "configuration": read_configuration(EXAMPLES / "lorenz63.toml"),
        "registry": takens.systems,
        "description": takens.systems["lorenz63"],
        "catalogue": takens.catalogue(),
        "plugin": takens.catalogue().plugins[0],
    }


def test_whatever_is_looked_at_prints_in_ten_lines(shown: dict[str, Any]) -> None:
    for what, value in shown.items():
        lines = repr(value).splitlines()
        assert 2 <= len(lines) <= 10, what
        assert max(map(len, lines)) <= 110, what
        assert "tensor(" not in repr(value), what


def test_a_series_says_its_times_and_its_shape(shown: dict[str, Any]) -> None:
    assert repr(shown["series"]) == (
        "TimeSeries\n  t: 400 samples from 0 to 3.99, every 0.01\n"
        "  x: (2, 400, 3) float64\n  columns: x1, x2, x3"
    )
    times = torch.tensor([0.0, 1.0, 3.0])
    uneven = takens.TimeSeries(times, torch.ones(3, 1), time_unit="s")
    assert "t: 3 samples from 0 to 3 s, at unequal steps" in repr(uneven)


def test_scores_print_as_a_table(shown: dict[str, Any]) -> None:
    head, first, *_ = repr(shown["scores"]).splitlines()
    assert head.split() == ["metric", "value", "unit", "reference", "floor"]
    assert first.startswith("spectrum_distance ")
    many = Scores({f"m{i}": takens.Score(value=1.0) for i in range(30)})
    assert repr(many).splitlines()[-1] == "... and 22 more"


def test_what_does_not_fit_is_named(shown: dict[str, Any]) -> None:
    *_, last = repr(shown["score"]).splitlines()
    assert last.startswith("  and: ")
    assert "convention" in last


class Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_notebooks_get_a_table(shown: dict[str, Any]) -> None:
    for what, value in shown.items():
        parser = Tables()
        parser.feed(value._repr_html_())
        parser.close()
        assert parser.open == [], what
        assert parser.rows >= 2, what
    named = takens.TimeSeries(torch.arange(3.0), torch.ones(3, 1), ["<b>"])
    assert "&lt;b&gt;" in named._repr_html_()  # pyright: ignore[reportPrivateUsage]
