"""The table of known answers is right."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "known_answers.py"
QUICK = (
    "linear map",
    "linear flow",
    "cat map",
    "skew baker map",
    "logistic map, r = 3.2",
    "towel map",
    "limit cycle",
    "torus",
    "Lorenz 63, rho = 20",
)


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("known_answers", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STUDY = load()
CASES = {case.name: case for case in STUDY.CASES}


@pytest.mark.parametrize("name", QUICK)
def test_quick_answers(name: str) -> None:
    found = STUDY.measure(CASES[name], starts=16)
    assert found.agrees
    assert found.checks_failed == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES.keys() - set(QUICK)))
def test_answers(name: str) -> None:
    found = STUDY.measure(CASES[name], seed=1)
    assert found.agrees
    assert found.checks_failed == ()
    if found.case.dimension is not None:
        assert found.dimension == pytest.approx(found.case.dimension, rel=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "truth", "starts", "steps"), STUDY.REPEATED)
def test_standard_errors_by_repetition(
    name: str, truth: float, starts: int, steps: int
) -> None:
    found = STUDY.repeat(name, CASES[name], truth, times=200, starts=starts, steps=steps)
    # The standard error of this root mean square is 0.05, and more with one orbit.
    assert 0.8 < found.spread < 1.25
    assert found.within(3) > 0.97


def test_a_wrong_answer_is_no_agreement() -> None:
    import attrs

    wrong = attrs.evolve(CASES["cat map"], known=(1.0, -1.0))
    assert not STUDY.measure(wrong, starts=8).agrees


def test_both_tables_are_written() -> None:
    found = STUDY.measure(CASES["limit cycle"], starts=8)
    text = STUDY.tables([found], [STUDY.Repetition("nothing", 0.0, (0.5, -2.0))])
    assert "| limit cycle | 0, -2 | 0, -2 | 0, 0 | 1 | yes | closed form |" in text
    assert "| nothing | 2 | 1.46 | 50 % | 100 % | 100 % |" in text
