"""Configurations that are damaged, or hold what nobody expects."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from .harness import Counts, sizes
from .strange import TEXTS, damaged, value

# Reading the data comes last of all that can be refused, so no run begins.
BASE: dict[str, Any] = {
    "seed": 1,
    "device": "cpu",
    "data": {"file": "missing.csv", "dt": 0.1, "train": 0.5, "noise": 0.0, "format": "csv"},
    "model": {"name": "shallow_plrnn", "latent_dim": 4, "hidden_dim": 8},
    "scheme": {"name": "generalised_teacher_forcing"},
    "training": {
        "steps": 10,
        "batch": 2,
        "learning_rate": 0.01,
        "optimiser": {"name": "adam"},
        "schedule": "exponential",
        "members": 1,
        "keep": "best",
    },
    "judge": {
        "metrics": ["prediction_error", {"name": "spectrum_distance", "label": "b"}],
        "reference": {"prediction_error": 0.5},
        "tolerance": {"exponents": 0.1},
        "noise": "estimate",
    },
    "figures": ["loss_history"],
    "plugins": {},
    "versions": {"takens": "0.1.0"},
}


def _tables(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield table
    for inner in table.values():
        if isinstance(inner, dict):
            yield from _tables(inner)


def configuration(draw: random.Random) -> bytes:
    """Change some keys and values; give the text of what can be written."""
    table = copy.deepcopy(BASE)
    for _ in range(draw.randint(0, 3)):
        place = draw.choice(list(_tables(table)))
        keys = [*place, draw.choice(TEXTS), "name", "steps"]
        key, new = draw.choice(keys), value(draw)
        if new is None:
            place.pop(key, None)
        else:
            place[key] = new
    if table.get("data", {}) == {}:
        table["data"] = {"file": "missing.csv"}
    try:
        content = tomli_w.dumps(table).encode()
    except (TypeError, ValueError, UnicodeError):
        content = tomli_w.dumps(BASE).encode()
    return damaged(draw, content, 4) if draw.random() < 0.4 else content


def change(draw: random.Random) -> str:
    """Return what stands behind --set."""
    key = draw.choice(
        ("training.steps", "model.latent_dim", "data.file.x", "judge.metrics", "model", "", ".",
         "a.b.c.d", "seed", "plugins.x.y", "training.optimiser.lr", "versions", "device"),
    )  # fmt: skip
    equals = draw.choice(("=", "=", "=", "", "=="))
    text = draw.choice(
        (*TEXTS, "[" * 3000, "1", "{a=1}", "[1,2]", "1e400", "2026-01-01", "true")
    )
    return f"{key}{equals}{text}"


@sizes(400, 10_000)
def test_configurations_are_refused_in_a_sentence(
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "job.toml"
    counts = Counts(record_property, "configurations")
    for draw in counts.inputs(count):
        content = configuration(draw)
        path.write_bytes(content)
        more = ["--set", change(draw)] if draw.random() < 0.3 else []
        before = len(counts.faults)
        # A system in place of the file would begin a run: those that parse are not many.
        if b"system" in content or any("system" in text for text in more):
            continue
        code = counts.command("run", "job.toml", "--out", "out", *more, codes=(2,))
        if code == 2 and len(counts.faults) > before:
            counts.faults[-1] += f"\n{content.decode(errors='replace')}"
        if {p.name for p in tmp_path.iterdir()} != {"job.toml"} or path.read_bytes() != content:
            counts.fault(content, "something was written")
