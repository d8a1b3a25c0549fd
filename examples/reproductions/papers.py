"""Settings of papers on Lorenz 63, beside the figures that they print.

Each file next to this one is a job for `takens run`. Those for public recordings need files
that cannot be shipped; they say where those come from. The runs are kept in
`runs/reproductions`: the command can be stopped and goes on where it was.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, final

import attrs
import numpy as np
import tomli_w
from examples.reproductions.section import Section

import takens

HERE: Final = Path(__file__).parent
RUNS: Final = Path("runs/reproductions")
METRICS: Final = ("state_space_divergence", "spectrum_distance", "max_lyapunov")


@final
@attrs.frozen
class Paper:
    """A job's file, what was published of it, and how much of it the page does.

    Where ``steps`` is given, it replaces the updates of the file.
    """

    title: str
    file: str
    published: str
    seeds: int = 20
    steps: int | None = None


PAPERS: Final = (
    Paper(
        "shallow PLRNN, generalised forcing: M = 3, L = 50, alpha 0.125, T = 75",
        "lorenz63_generalised_forcing.toml",
        "0.23, 0.081, 0.905 (one model, updates not said)",
    ),
    Paper(
        "shallow PLRNN, adaptive forcing: M = 3, L = 50, T = 200",
        "lorenz63_adaptive_forcing.toml",
        "0.26, 0.09 (median of 20)",
        seeds=10,
        steps=20_000,
    ),
    Paper(
        "almost-linear RNN: M = 20, P = 2, interval 16, T = 200",
        "lorenz63_almost_linear_rnn.toml",
        "3.52, 0.143 (one model, 10,000 steps, where the floor is 0.4 to 0.8)",
    ),
    Paper("the defaults of `takens`", "lorenz63_defaults.toml", "none"),
)


def job(paper: Paper, **training: Any) -> dict[str, Any]:
    """Read a job, with other settings of the training, the METRICS only and no figures."""
    content = tomllib.loads((HERE / paper.file).read_text(encoding="utf-8"))
    shortened = {} if paper.steps is None else {"steps": paper.steps}
    content["training"] |= {"members": paper.seeds} | shortened | training
    content["judge"]["metrics"] = content["judge"]["metrics"][: len(METRICS)]
    content["figures"] = []
    return content


def distribution(values: Sequence[float | None]) -> str:
    """Tell the median and, in brackets, least, quartiles and largest; and how many are lost."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return f"{len(values)} lost"
    least, low, median, high, most = (f"{q:.3f}" for q in np.quantile(known, np.arange(5) / 4))
    lost = len(values) - len(known)
    return f"**{median}** ({least}, {low} to {high}, {most})" + (f"; {lost} lost" * bool(lost))


def run(paper: Paper) -> takens.plugin.Results:
    """Do a job, or go on with it."""
    RUNS.mkdir(parents=True, exist_ok=True)
    path = RUNS / paper.file
    path.write_text(tomli_w.dumps(job(paper)), encoding="utf-8")
    folder = RUNS / path.stem
    return takens.run(path, folder, resume=folder.exists()).results


def reproduce(folder: Path) -> Section:
    """Run every job that needs no file."""
    rows: list[tuple[str, ...]] = []
    for paper in PAPERS:
        results = run(paper)
        asked = job(attrs.evolve(paper, steps=None))["training"].get("steps")
        updates = f"{results.history[-1]['step']:,}"
        if paper.steps is not None:
            updates += f" of {asked:,}"
        each = (results.scores[name].members for name in METRICS)
        rows.append(
            (
                paper.title,
                paper.published,
                *map(distribution, each),
                f"{results.scores[METRICS[0]].floor:.2f}",
                f"{paper.seeds}, {updates}",
            )
        )
    return Section(
        "Published settings on Lorenz 63 with 5 % noise",
        (
            "model and settings",
            "published: divergence, distance, exponent",
            "state-space divergence (nats)",
            "spectrum distance",
            "exponent (0.906)",
            "floor of the divergence",
            "seeds, updates",
        ),
        tuple(rows),
        ("Of the seeds: the median; in brackets the least, the quartiles, and the largest.",),
    )
