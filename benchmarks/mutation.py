"""Whether tests notice mistakes in what decides: mutants of it, drawn by a seed.

    python -m benchmarks.mutation --out DIR [--count 150] [--seed 0]

A mutant is one operator, number, name of a function, condition or constant changed. Each runs
the tests of its file in a copy of this process, which has everything loaded already, and is
killed where one of them fails or takes too long. Nothing on the disk is changed. Mutants that
behave as the original are in `EQUIVALENT`, each with its reason. Prints every survivor and
writes mutants.json, from which a run that was stopped goes on, and a table.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import gc
import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
_CORE: Final = "core/takens/_judging"
_METRICS: Final = "plugins/takens_metrics"
_COUNTED: Final = "tests/coverage/test_decisions.py::test_"
_VERDICT: Final = "tests/core/test_verdict.py"
_JUDGE: Final = "tests/core/test_judge.py"
_ASKED: Final = "tests/judging/test_questions.py"
_BESIDE: Final = "tests/judging/test_what_runs_are_read_against.py"
_RUNS: Final = "tests/judging/test_free_runs.py"
_EVALUATED: Final = "tests/core/test_evaluate.py"
_CHECKED: Final = "tests/core/test_free_run_check.py"
# What simulates or trains for seconds, and holds the same as quicker ones.
_SLOW: Final = (
    f"{_EVALUATED}::test_members_judged_side_by_side_get_the_scores_of_one_by_one",
    f"{_VERDICT}::test_linear_surrogates_of_chaotic_data_are_rejected",
    f"{_VERDICT}::test_another_system_is_rejected",
    f"{_VERDICT}::test_the_truth_is_never_wrong",
    f"{_VERDICT}::test_surrogates_keep_spectra_and_spread",
    f"{_CHECKED}::test_the_best_weights_are_kept",
    f"{_CHECKED}::test_another_metric_can_choose_the_weights",
)


def _counted(*names: str) -> tuple[str, ...]:
    return tuple(_COUNTED + name for name in names)


# What decides, and the tests that hold it, the quickest first.
FILES: Final[Mapping[str, Sequence[str]]] = {
    f"{_CORE}/equivalence.py": (
        _ASKED,
        *_counted(
            "chances_are_those_of_students_law",
            "shares_are_held_at_every_true_share",
            "all_true_hypotheses_together_are_rejected_as_often_as_the_level_says",
            "joined_errors_of_unlike_size",
        ),
        _VERDICT,
    ),
    f"{_CORE}/questions.py": (_ASKED, _VERDICT),
    f"{_CORE}/remedies.py": (_ASKED, _VERDICT),
    f"{_CORE}/verdict.py": (_ASKED, _VERDICT),
    f"{_CORE}/ensembles.py": (
        _RUNS,
        *_counted(
            "an_ensemble_has_that_error_and_all_its_values",
            "the_error_of_a_median_over_members",
        ),
        _VERDICT,
    ),
    f"{_CORE}/criteria.py": (_ASKED, _VERDICT),
    f"{_CORE}/floors.py": (_BESIDE, _VERDICT),
    f"{_CORE}/baselines.py": (_BESIDE, _EVALUATED),
    f"{_CORE}/stationarity.py": (_BESIDE, _JUDGE),
    f"{_CORE}/noise.py": (_BESIDE, _JUDGE),
    f"{_CORE}/spoils.py": (_BESIDE, _JUDGE),
    f"{_CORE}/spoilt_copies.py": (_BESIDE, _JUDGE),
    f"{_CORE}/free_runs.py": (_RUNS, _EVALUATED, _JUDGE),
    f"{_CORE}/records.py": (_RUNS, _JUDGE),
    f"{_CORE}/measure.py": (_RUNS, _EVALUATED),
    f"{_CORE}/completion.py": (_RUNS, _EVALUATED),
    "core/takens/_training/free_run_check.py": (_CHECKED,),
    "core/takens/cli/exit_codes.py": ("tests/judging/test_exit_codes.py",),
    f"{_METRICS}/effects/block_errors.py": (
        "tests/metrics/test_effects.py::test_the_jackknife_of_a_mean_is_its_standard_error",
        *_counted("how_records_are_cut", "errors_of_effects_over_blocks"),
    ),
    f"{_METRICS}/forecasts/block_errors.py": _counted(
        "errors_of_forecasts_over_blocks_of_starts"
    ),
    f"{_METRICS}/lyapunov/exponent_errors.py": _counted(
        "segments_need_records_and_say_what_they_are",
        "the_jackknife_of_a_mean_is_its_standard_error",
        "errors_of_exponents_over_starts",
        "errors_of_exponents_over_segments",
    ),
    f"{_METRICS}/from_data/scaling_region.py": _counted(
        "a_straight_part_is_found_where_it_is",
        "slopes_are_those_of_all_parts_that_are_long_and_rise_enough",
    ),
    f"{_METRICS}/from_data/data_exponent.py": _counted(
        "resampled_segments_give_the_error_of_a_slope"
    ),
    "plugins/takens_schemes/schedules.py": _counted("learning_rates_follow_their_schedules"),
}
_LONGEST: Final = 1_200.0
# Mutants that cannot be told from the original, by file, line of source and change.
EQUIVALENT: Final[Mapping[tuple[str, str, str], str]] = {
    (
        f"{_CORE}/records.py",
        "_AT_ONCE: Final = 250",
        "250 -> 251",
    ): "how many runs are made at a time changes none of them",
    (
        f"{_CORE}/questions.py",
        "return 0.0 if score.evidence is None else criteria.of(score.evidence)",
        "0.0 -> 1.0",
    ): "only scores that say what they are evidence for are asked",
    (
        "core/takens/_training/free_run_check.py",
        "spread = x[:, self.steps // 2 :].std(1).amax(-1)",
        "no minus",
    ): "of two dimensions the second is the last",
    (
        f"{_CORE}/stationarity.py",
        "scaled = (x / x.std(0).clamp(min=1e-300)).numpy()",
        "1e-300 -> 2e-300",
    ): "no number that is measured lies between the two",
    (
        f"{_CORE}/verdict.py",
        "right, about = False, [test for test, is_ in zip(tests, wrong, strict=True) if is_]",
        "True -> False",
    ): "there is one outcome for each test",
    **{
        (
            f"{_CORE}/noise.py",
            "if found[-1] == least and found[-1] < _FALLING * found[-5] "
            "and least > _LITTLE * whole:",
            change,
        ): "sums of squares that are equal to the last bit do not occur"
        for change in ("Lt -> LtE", "Gt -> GtE")
    },
    **{
        (file, source, "1 -> 2"): "numpy takes any negative length for what is left over"
        for file, source in (
            (
                f"{_METRICS}/lyapunov/exponent_errors.py",
                "rates = rates.reshape(-1, logs.shape[2])",
            ),
            (
                f"{_METRICS}/forecasts/block_errors.py",
                "sizes = np.array([len(part) for part in parts])"
                ".reshape(-1, *[1] * (sums.ndim - 1))",
            ),
        )
    },
    (
        f"{_CORE}/ensembles.py",
        "return Scores({name: over_members([scores[name] for scores in each]) "
        "for name in each[0]})",
        "0 -> 1",
    ): "all members are scored by the same metrics, and there are two of them at least",
    (
        f"{_CORE}/free_runs.py",
        "for x, at in zip(noisy.x[1:], scored, strict=True)",
        "True -> False",
    ): "there is a time for each run that is shown",
    (
        f"{_CORE}/verdict.py",
        "[is_ for (one, _), is_ in zip(asked, wrong, strict=True) if one == aspect],",
        "True -> False",
    ): "there is an answer for each test",
    (
        f"{_CORE}/verdict.py",
        "trials = one.trials and max(one.trials, score.trials or 0)",
        "0 -> 1",
    ): "where there are trials of a copy, there is at least one",
}

_COMPARED: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COMPUTED: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_NAMED: Final[Mapping[str, str]] = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "sum": "max",
    "mean": "sum",
    "abs": "float",
    "argmin": "argmax",
    "argmax": "argmin",
    "amin": "amax",
    "amax": "amin",
}


class Mutant(NamedTuple):
    """One change of a file: which of its places, in the order of a walk, and what became."""

    file: str
    place: int
    line: int
    source: str
    change: str


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Walk over what can be changed, with a word for the change."""
    for node in _decided(tree):
        match node:
            case ast.Compare(ops=[op]) if type(op) in _COMPARED:
                yield node, f"{type(op).__name__} -> {_COMPARED[type(op)].__name__}"
            case ast.BinOp(op=op) if type(op) in _COMPUTED:
                yield node, f"{type(op).__name__} -> {_COMPUTED[type(op)].__name__}"
            case ast.BoolOp(op=op):
                yield node, "And -> Or" if isinstance(op, ast.And) else "Or -> And"
            case ast.UnaryOp(op=ast.Not()):
                yield node, "no not"
            case ast.UnaryOp(op=ast.USub()):
                yield node, "no minus"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _NAMED:
                yield node, f"{name} -> {_NAMED[name]}"
            case ast.IfExp() | ast.If():
                yield node, "condition turned"
            case ast.Constant(value=bool() | int() | float()):
                yield node, f"{node.value} -> {_other(node.value)}"
            case ast.Continue():
                yield node, "continue -> break"
            case _:
                pass


def _decided(node: ast.AST) -> Iterator[ast.AST]:
    """Walk over a tree but for sentences, annotations and what is raised."""
    match node:
        case ast.JoinedStr() | ast.Raise() | ast.arg():
            return
        case ast.FunctionDef() | ast.ClassDef():
            below: Iterable[ast.AST] = node.body
        case ast.AnnAssign():
            below = [node.value] if node.value is not None else []
        case _:
            yield node
            below = ast.iter_child_nodes(node)
    for child in below:
        yield from _decided(child)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else 2 * value + (value == 0)


def mutated(tree: ast.Module, place: int) -> ast.Module:
    """Return a copy of the tree with one place changed."""
    tree = copy.deepcopy(tree)
    node: Any = next(node for i, (node, _) in enumerate(places(tree)) if i == place)
    match node:
        case ast.Compare():
            node.ops = [_COMPARED[type(node.ops[0])]()]
        case ast.BinOp():
            node.op = _COMPUTED[type(node.op)]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            _replace(tree, node, node.operand)
        case ast.Call(func=ast.Name() as name):
            name.id = _NAMED[name.id]
        case ast.Call(func=ast.Attribute() as name):
            name.attr = _NAMED[name.attr]
        case ast.IfExp() | ast.If():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Constant():
            node.value = _other(node.value)
        case _:
            _replace(tree, node, ast.Break())
    return ast.fix_missing_locations(tree)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if each is old else each for each in value]


def drawn(count: int, seed: int) -> list[Mutant]:
    """Draw mutants of all files alike."""
    found: list[Mutant] = []
    for file in FILES:
        text = _text(file)
        lines = text.splitlines()
        for i, (node, change) in enumerate(places(ast.parse(text))):
            line: int = getattr(node, "lineno", 1)
            found.append(Mutant(file, i, line, lines[line - 1].strip(), change))
    print(f"{len(found)} places in {len(FILES)} files")
    return random.Random(seed).sample(found, min(count, len(found)))


def _name(file: str) -> str:
    return file.partition("/")[2].removesuffix(".py").replace("/", ".")


@functools.cache
def _text(file: str) -> str:
    # Read once: the file may be edited while mutants of it are tried.
    return (ROOT / file).read_text()


def survives(mutant: Mutant | None, tests: Sequence[str], timeout: float) -> bool | None:
    """Run tests on a mutant in a child process; None where they took too long."""
    # Memory that is looked through for what is garbage would have to be copied.
    gc.freeze()
    child = os.fork()
    if not child:
        gc.disable()
        os.setpgrp()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os._exit(_run(mutant, tests))
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run(mutant: Mutant | None, tests: Sequence[str]) -> int:
    if mutant is not None:
        path = str(ROOT / mutant.file)
        code = compile(mutated(ast.parse(_text(mutant.file)), mutant.place), path, "exec")
        _put(code, _modules()[path])
    return _pytest("-x", *(f"--deselect={name}" for name in _SLOW), *tests)


def _modules() -> Mapping[str, ModuleType]:
    """Return our modules by their files."""
    known = ("takens", "tests.")
    return {
        os.path.realpath(module.__file__ or ""): module
        for name, module in sys.modules.items()
        if name.startswith(known)
    }


def _put(code: Any, module: ModuleType) -> None:
    """Run the code of a module once more, and give what is new to all who have the old."""
    before = dict(vars(module))
    exec(code, vars(module))
    changed = {name: old for name, old in before.items() if vars(module)[name] is not old}
    # Numbers and texts may be the same objects without having to do with each other.
    made = {id(old): vars(module)[name] for name, old in changed.items() if not _plain(old)}
    for other in _modules().values():
        for name, value in list(vars(other).items()):
            if id(value) in made:
                setattr(other, name, made[id(value)])
            elif _plain(value) and changed.get(name) is value:
                setattr(other, name, vars(module)[name])


def _plain(value: object) -> bool:
    return isinstance(value, (int, float, str, tuple, type(None)))


def _pytest(*arguments: str) -> int:
    import pytest

    usual = ("-q", "--tb=no", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib")
    return int(pytest.main([*usual, "-m", "not slow", *arguments]))


def _known(file: Path) -> Mapping[Mutant, Mapping[str, Any]]:
    """Return what became of mutants before; survivors are tried again."""
    stored = json.loads(file.read_text()) if file.is_file() else []
    return {
        Mutant(*(each.pop(name) for name in Mutant._fields)): each
        for each in stored
        if each["lived"] is False
    }


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """Return how many mutants of each file were killed, and every survivor, in Markdown."""
    by_file: dict[str, list[Mapping[str, Any]]] = {}
    for result in sorted(results, key=lambda result: (result["file"], result["line"])):
        by_file.setdefault(result["file"], []).append(result)
    rows = ["| file | mutants | killed | equivalent |", "|---|---|---|---|"]
    rows += [_row(f"`{file}`", each) for file, each in by_file.items()]
    rows += [_row("all", results), ""]
    rows += [
        f"- `{result['file']}`, {result['change']} in `{result['source']}`"
        for each in by_file.values()
        for result in each
        if result["lived"]
    ]
    return "\n".join(rows) + "\n"


def _row(name: str, results: Sequence[Mapping[str, Any]]) -> str:
    equal = sum(bool(result["equivalent"]) for result in results)
    killed = sum(result["lived"] is not True for result in results) - equal
    return f"| {name} | {len(results)} | {killed} | {equal} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.chdir(ROOT)
    # None of the tests needs any of the many plugins that are installed.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Imported once, by what begins as a copy of this process.
    for file in FILES:
        importlib.import_module(_name(file))
    every = list(dict.fromkeys(test for tests in FILES.values() for test in tests))
    _pytest("--collect-only", "-qq", *every)

    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    if survives(None, every, _LONGEST) is not True:
        sys.exit("The tests fail as they are.")
    longest = 60 + 5 * (time.monotonic() - began)
    results: list[dict[str, Any]] = []
    known = _known(options.out / "mutants.json")
    for i, mutant in enumerate(drawn(options.count, options.seed)):
        if mutant in known:
            results.append({**mutant._asdict(), **known[mutant]})
            continue
        key = (mutant.file, mutant.source, mutant.change)
        why = EQUIVALENT.get(key, "")
        lived = False if why else survives(mutant, FILES[mutant.file], longest)
        results.append({**mutant._asdict(), "lived": lived, "equivalent": why})
        if lived:
            print(
                f"{i}: {mutant.file}:{mutant.line}: {mutant.change}: {mutant.source}",
                flush=True,
            )
        (options.out / "mutants.json").write_text(json.dumps(results, indent=1))
    text = table(results)
    (options.out / "mutants.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
