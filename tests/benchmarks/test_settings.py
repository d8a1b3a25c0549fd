"""The comparison of settings: what is counted, and what is shown."""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).parents[2]
LINE: dict[str, Any] = {"seed": 1, "updates": 10, "members": 2, "tolerance": 2.0, "broke": 0}


@pytest.fixture(scope="module")
def settings() -> Iterator[Any]:
    threads = torch.get_num_threads()
    sys.path.insert(0, str(ROOT))
    yield importlib.import_module("benchmarks.settings")
    sys.path.remove(str(ROOT))
    torch.set_num_threads(threads)


def lines(settings: Any, **kinds: float) -> list[dict[str, Any]]:
    """One line for each setting, of which the automatic one is best by a factor of two."""
    return [
        LINE | {"kind": kind, "setting": name, "divergences": [value * (1 + (i > 0))] * 2}
        for kind, value in kinds.items()
        for i, name in enumerate(settings.SETTINGS)
    ]


def test_ratios_are_divergences_over_the_tolerance_of_their_line(settings: Any) -> None:
    assert settings.ratios_of(lines(settings, torus=4.0)[:1]) == [2.0, 2.0]


def test_only_kinds_with_all_settings_are_compared(settings: Any) -> None:
    known = lines(settings, torus=4.0, chua=8.0)
    found = settings.table(known[:-1])
    assert found == {"torus": dict.fromkeys(settings.SETTINGS, 4.0) | {"automatic": 2.0}}


def test_a_page_has_the_geometric_mean_and_what_broke_down(
    settings: Any, tmp_path: Path
) -> None:
    # Where a divergence is negative, a ratio of it has no meaning.
    known = lines(settings, torus=2.0, chua=8.0, lorenz96=-1.0)
    known[1]["broke"] = 1
    settings.page(known, tmp_path)
    table = (tmp_path / "settings_table.md").read_text().splitlines()
    assert table[-3].startswith("| geometric mean without lorenz96 |")
    assert table[-3].split("|")[2:4] == [" 2 ", " 4 "]
    assert table[-2].split("|")[2:4] == [" 1 ", " 2 "]
    assert table[-1].split("|")[2:4] == [" 0 of 6 ", " 1 of 6 "]
    assert (tmp_path / "settings.png").stat().st_size > 10_000


def test_what_is_there_is_left_out(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(settings, "draw", lambda *_: None)

    def cell(kind: str, setting: str, *_: Any) -> dict[str, Any]:
        asked.append((kind, setting))
        return LINE | {"kind": kind, "setting": setting, "divergences": [1.0, 1.0]}

    monkeypatch.setattr(settings, "cell", cell)
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(lines(settings, torus=1.0)[0]) + "\n")
    given = argparse.Namespace(
        out=path, kinds="torus", settings="automatic,sparse", seed=1, updates=10, members=2
    )
    settings.run(given)
    settings.run(given)
    assert asked == [("torus", "sparse")]


def test_rules_are_chosen_on_a_part_of_the_twelve(settings: Any) -> None:
    assert len(settings.KINDS) == 12
    assert set(settings.CHOSEN_ON) < set(settings.KINDS)
    assert len(settings.SETTINGS) == 7
