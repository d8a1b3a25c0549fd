"""Sparse equations among the candidates of a reconstruction."""

from __future__ import annotations

from pathlib import Path

import pytest

import takens

BOTH = ["linear_prediction", "sparse_equations"]


def test_the_equations_of_a_map_are_found_and_right(tmp_path: Path) -> None:
    series = takens.simulate("henon", dt=1, steps=3_000, seed=0)
    made = takens.reconstruct(
        series,
        tmp_path / "henon",
        budget="20s",
        recipe=["linear_prediction", "sparse_equations"],
    )
    assert made.chosen == "sparse_equations"
    assert made.run.results.scores["max_lyapunov"].value == pytest.approx(0.419, rel=0.02)
    named = {name: finding.right for name, finding in made.verdict.findings.items()}
    assert named.pop("other attractors") is None
    assert False not in named.values()
    assert sum(map(bool, named.values())) >= 6


def test_many_variables_are_refused_and_flows_told_from_maps() -> None:
    recipe = takens.create("recipe", "sparse_equations")
    wide = takens.simulate("lorenz96", dt=0.05, steps=600, seed=0)
    refused = recipe.propose(takens.examine(wide, surrogates=0))
    assert "too many candidate terms" in refused.reason
    flow = takens.simulate("lorenz63", dt=0.02, steps=1_000, seed=0)
    proposed = recipe.propose(takens.examine(flow, surrogates=0))
    assert proposed.settings["model"] == {"name": "sindy", "degree": 3}
