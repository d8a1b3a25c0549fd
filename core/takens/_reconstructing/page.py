"""The page of a reconstruction: one file that opens with the verdict."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from takens._defaults import OPENING
from takens._judging.score_table import NONE
from takens._judging.verdict import OUTCOMES
from takens._plugins.catalogue import catalogue
from takens._plugins.guard import left_out
from takens._plugins.registry import figures
from takens._reconstructing.trial import HELD_BACK
from takens._run.reading import read_configuration
from takens._run.report import render

if TYPE_CHECKING:
    from takens._reconstructing.reconstruction import Reconstruction


def page_of(made: Reconstruction) -> str:
    """Return the page as HTML that needs nothing else."""
    told = made.forecast
    return render(
        "reconstruction.html.jinja",
        made=made,
        verdict=made.verdict,
        outcomes=OUTCOMES,
        figures=_pictures(made),
        candidates=_rows(made),
        share=round(100 * HELD_BACK),
        told=told,
        longest_name=30,
        load=_load(made),
        configuration=(made.folder / "config.toml").read_text(),
    )


def _rows(made: Reconstruction) -> list[tuple[str, str, str, str]]:
    """Return name, score, updates and fate of every candidate, the best first."""
    rows: list[tuple[float, tuple[str, str, str, str]]] = []
    for name, found in made.candidates.items():
        score, speed = found.get("score"), found.get("updates_per_second")
        fate = "chosen" if name == made.chosen else found.get("reason") or "dropped"
        updates = f"{found['updates']:,}" if speed else NONE
        shown = NONE if score is None else f"{score:.3g}"
        rank = float("inf") if score is None else float(score)
        rows.append((rank, (name, shown, updates, str(fate))))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def _pictures(made: Reconstruction) -> dict[str, str]:
    """Draw what the page opens with, as data of PNG by title."""
    results = attrs.evolve(made.run.results, forecast=made.forecast)
    drawn: dict[str, str] = {}
    for name in OPENING:
        plugin, _ = catalogue().find("figure", name)
        with left_out(f"figure {name!r} of {plugin} is left out", plugin, strict=False):
            figure, buffer = figures.create(name), io.BytesIO()
            picture = figure.draw(results)
            if picture is not None:
                picture.savefig(buffer, format="png", dpi=150)
                drawn[str(figure.title)] = base64.b64encode(buffer.getvalue()).decode()
    return drawn


def _load(made: Reconstruction) -> str:
    """Return the lines that load the model and go on from the end of the record."""
    model = made.run.fit.model
    context = "series" if model.preparations else f"series[-{max(100, model.context_length)}:]"
    data = read_configuration(made.folder / "config.toml").data
    file = str(data.file[0] if isinstance(data.file, list) else data.file)
    given = {name: getattr(data, name) for name in ("columns", "time", "dt", "rate")}
    how = "".join(f", {name}={value!r}" for name, value in given.items() if value is not None)
    return "\n".join(
        (
            "import takens",
            "",
            f'model = takens.load_model("{made.folder / "run"}")',
            f'series = takens.read("{Path(file).name}"{how})',
            f"forecast = takens.generate(model, context={context}, steps=1000)",
            "forecast.series.plot()",
        )
    )
