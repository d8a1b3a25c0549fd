"""The report of a run, and the numbers in it."""

from __future__ import annotations

import base64
import math
import re
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import attrs
import pytest
import torch
from hypothesis import given, settings, strategies as st

import takens
from takens._judging.equivalence import EquivalenceTest
from takens._judging.score_table import COLUMNS, measured, score_rows, score_words
from takens._run.report import report_html
from takens._run.scale import Scale

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
VOID = {"meta", "img", "br", "hr", "link", "input"}
NASTY = "<script>alert(\"1\")</script> & '</pre>'"

SCORES = {
    "max_lyapunov": takens.Score(
        value=0.89321,
        unit="1/s",
        error=0.01234,
        reference=0.9056,
        convention="QR every 10 steps",
        error_from="20 starts",
        evidence=takens.plugin.Evidence("exponents", "estimate"),
        error_over=20,
        details={"series": [0.9] * 400, "starts": 20},
    ),
    "state_space_divergence": takens.Score(
        value=0.31246,
        error=0.0012,
        floor=0.08431,
        baselines={"phase_randomised": 1.1},
        evidence=takens.plugin.Evidence("geometry", "distance"),
        convention="30 bins a dimension",
        details={"range": [[-2.0, 2.0], [-3.5, 3.5]], "steps": {"1": 0.25, "20": None}},
    ),
    "spectrum_distance": takens.Score(value=None, reason="every run diverged"),
}


class Page(HTMLParser):
    """Reads a page, refusing one whose elements are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self) -> str:
        shown = (text for inside, text in self.texts if inside not in ("style", "title"))
        return re.sub(r"\s+", " ", "".join(shown))

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def results() -> takens.plugin.Results:
    t = torch.arange(200, dtype=torch.float64) * 0.05
    x = torch.stack([t.cos(), t.sin()], -1)
    series = takens.TimeSeries(t, x, ("angle", "speed"), time_unit="s")
    free = takens.TimeSeries(t, torch.stack([x, x.roll(5, 0), -x]), series.columns)
    return takens.plugin.Results(
        title="A circle",
        history=(),
        training=series,
        reference=series,
        free=takens.FreeRun(free, (None, None, None)),
        scores=SCORES,
    )


def page(results: takens.plugin.Results, figures: Mapping[str, bytes] | None = None) -> Page:
    figures = {"Attractor": PNG} if figures is None else figures
    return Page(report_html(results, figures, 'name = "circle"\n', {"takens": "0.1.0"}))


def test_needs_nothing_but_itself(results: takens.plugin.Results) -> None:
    html = report_html(results, {"Attractor": PNG}, "seed = 0\n", {"device": "cpu"})
    assert "http" not in html
    assert "url(" not in html
    assert "@import" not in html
    read = Page(html)
    assert {"script", "link", "iframe", "object", "base"}.isdisjoint(
        tag for tag, _ in read.tags
    )
    for _, attributes in read.tags:
        assert "href" not in attributes
        source = attributes.get("src")
        assert source is None or source.startswith("data:image/png;base64,")


def test_holds_the_images_with_their_titles(results: takens.plugin.Results) -> None:
    other = PNG + b"\0"
    read = page(results, {"Attractor": PNG, "Power <spectra>": other})
    images = read.attributes("img")
    data = [str(image["src"]).partition(",")[2] for image in images]
    assert [base64.b64decode(text) for text in data] == [PNG, other]
    assert [image["alt"] for image in images] == ["Attractor", "Power <spectra>"]
    assert "Figure 1. Attractor." in read.text()
    assert "Figure 2. Power <spectra>." in read.text()


def test_is_written_for_phones_both_themes_and_paper(results: takens.plugin.Results) -> None:
    read = page(results)
    viewport = [m for m in read.attributes("meta") if m.get("name") == "viewport"]
    assert viewport[0]["content"] == "width=device-width, initial-scale=1"
    style = "".join(text for inside, text in read.texts if inside == "style")
    assert "color-scheme: light dark" in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
    assert read.attributes("html") == [{"lang": "en"}]


def test_shows_the_numbers_of_the_scores_and_no_others(results: takens.plugin.Results) -> None:
    read = page(results)
    cells = [text for inside, text in read.texts if inside == "td"]
    for name, *row, convention in score_rows(SCORES):
        row.append(f"convention: {convention}")
        assert row in [cells[at : at + len(row)] for at in range(len(cells))]
        assert ("code", name) in read.texts
    for name, score in SCORES.items():
        assert f"{name} {score_words(score)}." in read.text()
    head = [text for inside, text in read.texts if inside == "th"][: len(COLUMNS) - 1]
    assert tuple(head) == COLUMNS[:-1]


def test_says_what_it_was_learned_from(results: takens.plugin.Results) -> None:
    assert (
        "Learned from 200 samples of angle, speed, one every 0.05 s; "
        "judged against 200 samples." in page(results).text()
    )


@pytest.mark.parametrize(
    ("diverged_at", "sentence"),
    [
        ((None,), "The free run did not diverge in 200 steps."),
        ((17,), "The free run diverged at step 17 of 200."),
        ((None, None, None), "None of the 3 free runs diverged in 200 steps."),
        ((120, None, 17), "2 of the 3 free runs diverged, the first at step 17 of 200."),
        ((120, 18, 90), "All 3 free runs diverged, the first at step 18 of 200."),
    ],
)
def test_says_how_many_runs_diverged(
    results: takens.plugin.Results, diverged_at: tuple[int | None, ...], sentence: str
) -> None:
    series = attrs.evolve(results.free.series, x=results.free.x[: len(diverged_at)])
    results = attrs.evolve(results, free=takens.FreeRun(series, diverged_at))
    text = page(results).text()
    assert sentence in text
    assert "Not judged: spectrum_distance. " in text
    assert "Not judged: spectrum_distance: every run diverged." in text
    # What the scores say as a whole comes first.
    assert text.index("A circle The reconstruction is wrong in geometry") < text.index(sentence)


def test_details_skip_long_lists_and_show_the_rest(results: takens.plugin.Results) -> None:
    text = page(results).text()
    assert "400 values, in metrics.json" in text
    assert "0.9, 0.9" not in text
    assert "[[-2, 2], [-3.5, 3.5]]" in text
    assert "error from20 starts" in text
    assert "10.25 20none" in text
    assert len(page(results).attributes("details")) == len(SCORES)


def test_everything_that_was_given_is_escaped(results: takens.plugin.Results) -> None:
    series = attrs.evolve(results.training, columns=(NASTY, "y"), time_unit=NASTY)
    details: dict[str, Any] = {NASTY: [NASTY, {NASTY: NASTY}]}
    score = takens.Score(
        value=None, reason=NASTY, convention=NASTY, unit=NASTY, details=details
    )
    nasty = attrs.evolve(results, title=NASTY, training=series, scores={NASTY: score})
    html = report_html(nasty, {NASTY: PNG}, NASTY, {NASTY: NASTY})
    assert "<script" not in html
    read = Page(html)
    inside = {tag for tag, text in read.texts if NASTY in text}
    assert {"title", "h1", "code", "td", "th", "figcaption", "p", "li"} <= inside
    assert read.attributes("img")[0]["alt"] == NASTY


def test_configuration_is_given_to_the_letter(results: takens.plugin.Results) -> None:
    toml = 'title = "a < b & c"\n\n[data]\n  file = "x.csv"   # "quoted"\n'
    read = Page(report_html(results, {}, toml, {}))
    position = [tag for tag, _ in read.tags].index("pre")
    assert read.tags[position + 1][0] == "code"
    assert toml in [text for inside, text in read.texts if inside == "code"]


def test_a_run_without_scores_or_figures(results: takens.plugin.Results) -> None:
    read = Page(report_html(attrs.evolve(results, scores={}), {}, "", {}))
    assert "No metric was asked for." in read.text()
    assert "Figures" not in read.text()
    assert read.attributes("li") == []


def test_writing_a_report_needs_no_plotting() -> None:
    code = (
        "import sys, takens._run.report; "
        "sys.exit(any(name.startswith(('matplotlib', 'takens_')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.90561, 0.01234, "0.906 ± 0.012"),
        (0.9, 0.0996, "0.90 ± 0.10"),
        (-0.0004, 0.0123, "0.000 ± 0.012"),
        (12345.6, 678.9, "12350 ± 680"),
        (0.03, 0.5, "0.03 ± 0.50"),
        (1234567.0, 8901.0, "(1.2346 ± 0.0089)e+06"),
        (3.21e-7, 4.4e-9, "(3.210 ± 0.044)e-07"),
        (0.4054651081081644, 1e-16, "0.4054651081 ± 1.0e-16"),
        (0.5, 0.0, "0.5 ± 0"),
        (0.31246, None, "0.312"),
        (0.0, None, "0"),
    ],
)
def test_a_value_has_the_digits_that_its_error_supports(
    value: float, error: float | None, text: str
) -> None:
    assert measured(value, error) == text


@settings(deadline=None)
@given(
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.floats(1e-12, 1e12, allow_subnormal=False),
)
def test_rounding_moves_a_value_by_less_than_a_tenth_of_its_error(
    value: float, error: float
) -> None:
    text = measured(value, error)
    number = r"-?[\d.]+(?:e[+-]\d+)?"
    shared = re.fullmatch(rf"\(({number}) ± ({number})\)e([+-]\d+)", text)
    plain = re.fullmatch(rf"({number}) ± ({number})", text)
    if shared:
        scale = 10.0 ** int(shared[3])
        shown, shown_error = float(shared[1]) * scale, float(shared[2]) * scale
    else:
        assert plain
        shown, shown_error = float(plain[1]), float(plain[2])
    assert shown_error == pytest.approx(error, rel=0.051)
    room = max(0.0501 * error, 1e-9 * abs(value))
    assert math.isclose(shown, value, abs_tol=room)


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (takens.Score(value=0.31246), "is 0.312"),
        (takens.Score(value=0.31246, unit="1", floor=0.08431), "is 0.312; its floor is 0.0843"),
        (
            SCORES["max_lyapunov"],
            "is 0.893 ± 0.012 per s, 1.0 standard error (1.4 %) below the reference of 0.9056",
        ),
        (
            takens.Score(value=1.0, error=0.1, reference=0.75),
            "is 1.00 ± 0.10, 2.5 standard errors (33 %) above the reference of 0.75",
        ),
        (takens.Score(value=0.1, reference=0.0), "is 0.1, above the reference of 0"),
        (takens.Score(value=0.5, reference=0.5), "is 0.5, equal to the reference of 0.5"),
        (takens.Score(value=3.0, reference=2.0), "is 3, 50 % above the reference of 2"),
        (takens.Score(value=2.0, unit="1 / time unit"), "is 2 per time unit"),
        (takens.Score(value=2.0, unit="km/h"), "is 2 km/h"),
        (
            takens.Score(value=2.0, unit="nats", floor=1.0, floor_from="two halves"),
            "is 2 nats; its floor is 1 (two halves)",
        ),
        (SCORES["spectrum_distance"], "has no value: every run diverged"),
        (takens.Score(value=None, reason="It left."), "has no value: It left"),
        (takens.Score(value=None), "has no value: no reason was given"),
    ],
)
def test_words_of_a_score(score: takens.Score, words: str) -> None:
    assert score_words(score) == words


def test_rows_have_a_cell_for_each_column() -> None:
    dash = "\N{EN DASH}"
    assert score_rows(SCORES) == [
        ("max_lyapunov", "0.893 ± 0.012", "1/s", "0.9056", dash, "QR every 10 steps"),
        (
            "state_space_divergence",
            "0.3125 ± 0.0012",
            dash,
            dash,
            "0.0843",
            "30 bins a dimension",
        ),
        ("spectrum_distance", "none", dash, dash, dash, dash),
    ]


@pytest.mark.parametrize(
    ("interval", "ticks"),
    [((0.9, 1.1), ["0.95", "1.05"]), ((0.1, 9.0), ["0.95 to 1.05"])],
)
def test_bounds_on_a_scale_do_not_lie_over_each_other(
    interval: tuple[float, float], ticks: list[str]
) -> None:
    test = EquivalenceTest(
        name="scale_ratio",
        value=1.0,
        interval=interval,
        bounds=(0.95, 1.05),
        tolerance=0.05,
        p=1.0,
        sentence="",
    )
    scale = Scale.of(test)
    assert [text for _, text in scale.ticks] == ticks
    assert sum(place for place, _ in scale.ticks) == pytest.approx(
        sum(scale.band) * len(ticks) / 2, abs=0.02
    )
