"""The study of truncation errors finds what is known."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "truncation_errors.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("truncation_errors", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STUDY = load()


@pytest.fixture(scope="module")
def found() -> list[Any]:
    return STUDY.measure_all()


def ends(orders: list[float]) -> tuple[float, float]:
    return round(min(orders), 2), round(max(orders), 2)


def test_orders_on_predators_and_prey_are_the_known_ones(found: list[Any]) -> None:
    euler, rk4 = (
        next(e for e in found if (e.problem, e.method) == ("Lotka-Volterra", method))
        for method in ("euler", "rk4")
    )
    assert euler.h == (0.2, 0.1, 0.05, 0.025, 0.0125)
    assert ends(euler.total_orders) == (0.93, 1.23)
    assert ends(euler.local_orders) == (1.94, 1.99)
    assert ends(rk4.total_orders) == (3.96, 3.99)
    assert ends(rk4.local_orders) == (4.86, 4.98)


def test_the_invariant_grows_with_euler_and_stays_with_rk4() -> None:
    kept = STUDY.invariants()
    assert round(kept["start"], 3) == 2.307
    assert round(kept["euler"], 3) == 4.250
    assert round(kept["rk4"], 5) == 2.30685


def test_every_fixed_method_has_its_order_on_both_problems(found: list[Any]) -> None:
    assert len(found) == 2 * len(STUDY.METHODS) == 20
    for errors in found:
        # The orders of the pairs are measured where their errors are far from rounding.
        if errors.method in STUDY.FIXED:
            about = f"{errors.method} on {errors.problem}"
            assert errors.local_orders[-1] == pytest.approx(errors.order + 1, abs=0.1), about
            assert errors.total_orders[-1] == pytest.approx(errors.order, abs=0.1), about


def test_the_table_and_the_figure_hold_all_of_it(found: list[Any], tmp_path: Path) -> None:
    table = STUDY.table(found)
    assert [table.count(f"\n| {p.name} |") for p in STUDY.PROBLEMS] == [10, 10]
    assert "| 1.94 to 1.99 |" in table
    assert "4.250 at t = 12 by euler, and 2.30685 by rk4" in table
    figure = STUDY.draw(found)
    figure.savefig(tmp_path / "figure.png")
    assert [len(axes.lines) for axes in figure.axes] == [10] * 4
