"""Settings of papers on Lorenz 63, beside the figures that they print.

Each file next to this one is a job for `takens run`. Those for public recordings need files
that cannot be shipped; they say where those come from.
"""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path
from typing import Any, Final, final

import attrs
import tomli_w
from examples.reproductions.exercise_sheet import members
from examples.reproductions.section import Section

import takens

HERE: Final = Path(__file__).parent
METRICS: Final = ("state_space_divergence", "spectrum_distance", "max_lyapunov")


@final
@attrs.frozen
class Paper:
    """A job's file, what was published of it, and what of the job the page does.

    ``seeds`` and ``steps`` replace those of the file.
    """

    title: str
    file: str
    published: str
    seeds: int
    steps: int


PAPERS: Final = (
    Paper(
        "shallow PLRNN, generalised forcing: M = 3, L = 50, alpha 0.125, T = 75",
        "lorenz63_generalised_forcing.toml",
        "0.23, 0.081, 0.905 (one model); 0.26 (median of 20)",
        seeds=5,
        steps=5000,
    ),
    Paper(
        "almost-linear RNN: M = 20, P = 2, interval 16, T = 200",
        "lorenz63_almost_linear_rnn.toml",
        "3.52, 0.143 (one model, 10,000 steps, where the floor is 0.4 to 0.8)",
        seeds=3,
        steps=10_000,
    ),
)


def job(paper: Paper, **training: Any) -> dict[str, Any]:
    """Read a job, with other settings of the training, the METRICS only and no figures."""
    content = tomllib.loads((HERE / paper.file).read_text(encoding="utf-8"))
    content["training"] |= {"members": paper.seeds, "steps": paper.steps} | training
    content["judge"]["metrics"] = content["judge"]["metrics"][: len(METRICS)]
    content["figures"] = []
    return content


def reproduce(folder: Path) -> Section:
    """Run every job that needs no file."""
    rows: list[tuple[str, ...]] = []
    for paper in PAPERS:
        asked = tomllib.loads((HERE / paper.file).read_text(encoding="utf-8"))["training"]
        with tempfile.TemporaryDirectory() as out:
            path = Path(out) / "job.toml"
            path.write_text(tomli_w.dumps(job(paper)), encoding="utf-8")
            done = takens.run(path, Path(out) / "run")
        scores = done.results.scores
        rows.append(
            (
                paper.title,
                paper.published,
                *(members(scores[name]) for name in METRICS),
                f"{scores[METRICS[0]].floor:.2f}",
                f"{paper.seeds} seeds (of {asked['members']}), {paper.steps:,} updates "
                f"(of {asked['steps']:,}), {done.fit.seconds:.0f} s",
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
            "run, and what the file asks for",
        ),
        tuple(rows),
    )
