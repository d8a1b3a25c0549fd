"""The report: one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

from takens._judging.verdict import verdict
from takens._run.table import COLUMNS, NONE, score_rows, score_words

if TYPE_CHECKING:
    from takens._run.results import Results

_Json: TypeAlias = "bool | int | float | str | Sequence[_Json] | Mapping[str, _Json] | None"
_LONG: Final = 12
_ABSENT: Final = ' class="absent"'


def report_html(
    results: Results,
    figures: Mapping[str, bytes],
    configuration: str,
    about: Mapping[str, str],
) -> str:
    """Write the report of a run as one page that opens with no network.

    ``figures`` are PNG images by title, ``configuration`` is the TOML text, ``about`` says
    with what and how long the run was made.
    """
    title = escape(results.title)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>{title}</h1>",
            _found(results),
            f"<p>{_made_of(results)}</p>",
            "<h2>Scores</h2>",
            _scores(results),
            "<h2>Figures</h2>" if figures else "",
            *(_figure(i, *item) for i, item in enumerate(figures.items(), 1)),
            "<h2>Details of the scores</h2>" if results.scores else "",
            *(_details(name, score.details) for name, score in results.scores.items()),
            *_learned(results.learned),
            "<h2>Configuration</h2>",
            f"<pre><code>{escape(configuration)}</code></pre>",
            "<h2>About this run</h2>",
            _listing(about),
            "</main>\n</body>\n</html>\n",
        )
    )


def _found(results: Results) -> str:
    items = "".join(
        f"<li><code>{escape(name)}</code> {escape(score_words(score))}.</li>\n"
        for name, score in results.scores.items()
    )
    listed = f"\n<ul>\n{items}</ul>" if items else ""
    judged = _verdict(results)
    remarks = "".join(f"<p>{escape(remark)}</p>\n" for remark in results.remarks)
    free = f"<p>{_divergence(results)}</p>"
    return f'<div class="lead">\n{judged}{remarks}{free}{listed}\n</div>'


def _verdict(results: Results) -> str:
    found = verdict(results.scores)
    if not found.findings:
        return ""
    aspects = "".join(
        f"<li>{escape(finding.sentence)}</li>\n" for finding in found.findings.values()
    )
    return f"<p><strong>{escape(found.sentence)}</strong></p>\n<ul>\n{aspects}</ul>\n"


def _divergence(results: Results) -> str:
    at, steps = results.free.diverged_at, f"{results.free.x.shape[-2]:,}"
    gone = [step for step in at if step is not None]
    if not gone:
        none = f"None of the {len(at)} free runs diverged"
        return f"{'The free run did not diverge' if len(at) == 1 else none} in {steps} steps."
    if len(at) == 1:
        return f"The free run diverged at step {gone[0]:,} of {steps}."
    many = f"All {len(at)}" if len(gone) == len(at) else f"{len(gone)} of the {len(at)}"
    return f"{many} free runs diverged, the first at step {min(gone):,} of {steps}."


def _made_of(results: Results) -> str:
    training, reference = results.training, results.reference
    names = training.columns if training.dim <= _LONG else (*training.columns[:_LONG], "…")
    interval = float(training.t[-1] - training.t[0]) / (len(training) - 1)
    return (
        f"Learned from {len(training):,} samples of {escape(', '.join(names))}, one every "
        f"{interval:.4g} {escape(training.time_unit or 'time units')}; judged against "
        f"{len(reference):,} samples."
    )


def _scores(results: Results) -> str:
    if not results.scores:
        return "<p>No metric was asked for.</p>"
    *columns, last = COLUMNS
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th>'
        + "".join(
            f'<td data-column="{column}"{_ABSENT if cell == NONE else ""}>{escape(cell)}</td>'
            for column, cell in zip(columns[1:], cells, strict=True)
        )
        + f'</tr>\n<tr><td class="small" colspan="{len(columns)}">'
        + f"{last}: {escape(convention)}</td></tr>\n"
        for name, *cells, convention in score_rows(results.scores)
    )
    return (
        f'<table class="scores">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n'
        '</table>\n<p class="small">Values are given ± one standard error. The <em>reference'
        "</em> is known to be right; the <em>floor</em> is what a perfect model would get, "
        "measured between two independent stretches of the truth. Only numbers of the same "
        "<em>convention</em> can be compared.</p>"
    )


def _figure(number: int, title: str, png: bytes) -> str:
    title, data = escape(title), base64.b64encode(png).decode("ascii")
    return (
        f'<figure>\n<img alt="{title}" src="data:image/png;base64,{data}">\n'
        f"<figcaption>Figure {number}. {title}.</figcaption>\n</figure>"
    )


def _details(name: str, details: Mapping[str, _Json]) -> str:
    inside = _listing(details) if details else "<p>None were given.</p>"
    return f"<details>\n<summary><code>{escape(name)}</code></summary>\n{inside}\n</details>"


def _learned(learned: Mapping[str, _Json]) -> tuple[str, ...]:
    return ("<h2>What was solved for</h2>", _listing(learned)) if learned else ()


def _listing(values: Mapping[str, _Json]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(key.replace("_", " "))}</th>'
        f"<td>{_value(value)}</td></tr>\n"
        for key, value in values.items()
    )
    return f'<table class="listing">\n<tbody>\n{rows}</tbody>\n</table>'


def _value(value: _Json) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case str() | int():
            return escape(str(value))
        case Mapping():
            return _listing(value)
        case _ if len(value) > _LONG:
            return f"{len(value):,} values, in metrics.json"
        case _:
            return f"[{', '.join(map(_value, value))}]"


_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1b1b; --faint: #5f5f5f; --line: #d8d8d8;
  --paper: #ffffff; --tint: #f5f5f3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e3; --faint: #a8a6a2;
  --line: #3d4043; --paper: #17191b; --tint: #212426; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
p { margin: 0 0 .75rem; }
.lead { font-size: 1.1rem; margin: 0 0 1.25rem; }
ul { margin: 0; padding-left: 1.25rem; }
.small, figcaption { font-size: .875rem; color: var(--faint); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .9em; }
pre { background: var(--tint); padding: 1rem; overflow-x: auto; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; margin: 0 0 .75rem; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; }
.scores tbody tr:nth-child(odd) > * { border-bottom: 0; padding-bottom: 0; }
.scores tbody tr:nth-child(even) > * { padding-top: .1rem; }
.scores td { font-variant-numeric: tabular-nums; }
.listing th { width: 14rem; font-weight: 400; color: var(--faint); }
.listing .listing { margin: 0; }
figure { margin: 0 0 2rem; }
img { display: block; width: 100%; height: auto; background: #ffffff; border-radius: 4px; }
figcaption { margin-top: .4rem; }
details { border-bottom: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; }
details table { margin-top: .5rem; }
@media (max-width: 44rem) {
  .scores, .scores tbody, .scores tr, .scores th, .scores td { display: block; }
  .scores thead { display: none; }
  .scores tr:nth-child(even) { padding-bottom: .5rem; border-bottom: 1px solid var(--line); }
  .scores tr:nth-child(odd) { padding-top: .5rem; }
  .scores tbody tr > * { border: 0; padding: .1rem 0; }
  .scores td[data-column]::before { content: attr(data-column) ": "; color: var(--faint); }
  .scores .absent { display: none; }
  .listing th { width: 40%; }
}
@media print {
  :root { color-scheme: light; --ink: #000000; --faint: #444444; --line: #bbbbbb;
    --paper: #ffffff; --tint: #f5f5f3; }
  main { max-width: none; padding: 0; }
  html { font-size: 10pt; }
  figure, tr { break-inside: avoid; }
  .scores tr:nth-child(odd) { break-after: avoid; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; }
}
@media print { details::details-content { content-visibility: visible; block-size: auto; } }
"""
