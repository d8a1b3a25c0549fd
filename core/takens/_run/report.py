"""The report: one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import tomli_w
from jinja2 import Environment, PackageLoader, StrictUndefined

from takens._judging.score_table import COLUMNS, NONE, score_details, score_rows, score_words
from takens._judging.verdict import OUTCOMES
from takens._run.scale import Scale

if TYPE_CHECKING:
    from takens._run.results import Results

# Longer lists of names and values are cut.
_LONG: Final = 12
# Of an aspect with many tests those are drawn that are furthest out.
_PICTURED: Final = 4
# Longer names of tests are shortened to their part beside a picture.
_LONGEST_NAME: Final = 30

_TEMPLATES: Final = Environment(
    loader=PackageLoader("takens", "_run"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_FILTERS: Final[dict[str, Any]] = {
    "thousands": "{:,}".format,
    "words": score_words,
    "scale": Scale.of,
}
cast(Any, _TEMPLATES).filters |= _FILTERS


def report_html(
    results: Results, figures: Mapping[str, bytes], configuration: str, about: Mapping[str, str]
) -> str:
    """Return the report of a run as one page that opens with no network.

    ``figures`` are PNG images by title, ``configuration`` is the TOML text, ``about`` says
    with what and how long the run was made.
    """
    return render(
        "report.html.jinja",
        results=results,
        verdict=results.verdict if results.scores else None,
        divergence=_divergence(results),
        source=_source(results),
        columns=COLUMNS,
        rows=score_rows(results.scores),
        details={name: score_details(score) for name, score in results.scores.items()},
        absent=NONE,
        outcomes=OUTCOMES,
        pictured=_PICTURED,
        longest_name=_LONGEST_NAME,
        figures={title: base64.b64encode(png).decode() for title, png in figures.items()},
        configuration=configuration,
        about=about,
        longest=_LONG,
    )


def render(template: str, **values: Any) -> str:
    """Fill a template of this folder."""
    return _TEMPLATES.get_template(template).render(**values)


def with_short_paths(toml: str) -> str:
    """Write full paths as relative ones, where they are below this folder, or as names."""
    return tomli_w.dumps(_short(tomllib.loads(toml)))


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: _short(inner) for key, inner in table.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in cast("list[Any]", value)]
    if isinstance(value, str) and (path := Path(value).expanduser()).is_absolute():
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) else path.name)
    return value


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


def _source(results: Results) -> str:
    training, reference = results.training, results.reference
    names = training.columns if training.dim <= _LONG else (*training.columns[:_LONG], "…")
    interval = float(training.t[-1] - training.t[0]) / (len(training) - 1)
    seen = results.examination
    samples, recordings = (
        (len(training), 1) if seen is None else (seen.samples, seen.recordings)
    )
    many = f" in {recordings} recordings" if recordings > 1 else ""
    return (
        f"Learned from {samples:,} samples{many} of {', '.join(names)}, one every "
        f"{interval:.4g} {training.time_unit or 'time units'}; judged against "
        f"{len(reference):,} samples."
    )
