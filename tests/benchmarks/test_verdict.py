"""The calibration of the verdict: its subjects, its book-keeping, and how results are read."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

import takens

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("benchmarks")


@pytest.fixture(scope="module")
def benchmarks() -> Iterator[None]:
    threads = torch.get_num_threads()
    sys.path.insert(0, str(ROOT))
    yield
    sys.path.remove(str(ROOT))
    torch.set_num_threads(threads)


def load(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.verdict.{name}")


def case(name: str) -> Any:
    return load("systems").SYSTEMS[name]


def subject(system: str, name: str) -> Any:
    return load("subjects").subject(system, name)


def spoilt(system: str, name: str, length: int = 3_000) -> tuple[Any, Any]:
    truth = case(system).draw(length, 8, seed=0)
    return truth, subject(system, name).of(case(system), truth, seed=0).x


class TestSubjects:
    def test_each_system_has_its_subjects_once(self) -> None:
        subjects = load("subjects").SUBJECTS
        counts = {name: len({one.name for one in each}) for name, each in subjects.items()}
        assert counts.pop("lorenz63") == len(subjects["lorenz63"]) == 42
        assert set(counts.values()) == {9}, "the truth and eight others"

    @pytest.mark.parametrize("name", ["van_der_pol", "henon", "torus"])
    def test_records_are_independent(self, name: str) -> None:
        x = case(name).draw(2_000, 3, seed=1)
        away = (x[0] - x[1]).square().mean().sqrt() / x.std()
        assert away > 0.2, "two records of one phase"

    def test_moved_and_faster_systems_are_those_in_other_units(self) -> None:
        systems = load("systems")
        lorenz, x = takens.systems.create("lorenz63"), torch.tensor([[1.0, 2.0, 20.0]]).double()
        moved = systems.Moved(lorenz, (0.0, 1.0, 23.0), (0.3, 0.0, -0.2), 0.9)
        centre, shift = (torch.tensor(v).double() for v in (moved.centre, moved.shift))
        y = centre + 0.9 * (x - centre) + shift

        def end(system: Any, start: Any, dt: float) -> Any:
            return takens.simulate(system, dt=dt, steps=51, initial=start).x[:, -1]

        plain = end(lorenz, x, 0.01)
        there = centre + 0.9 * (plain - centre) + shift
        torch.testing.assert_close(end(moved, y, 0.01), there)
        torch.testing.assert_close(end(systems.Faster(lorenz, 0.5), x, 0.02), plain)

    def test_a_cycle_comes_back_exactly(self) -> None:
        _, x = spoilt("lorenz63", "cycle of 300 samples")
        assert torch.equal(x[:, 300:], x[:, :-300])
        assert float((x[:, 300] - x[:, 299]).norm(dim=-1).max()) < 5.0, "it jumps"

    def test_some_runs_rest_and_the_others_are_untouched(self) -> None:
        truth, x = spoilt("lorenz63", "2 of 8 runs rest, last 50 %")
        assert torch.equal(x[2:], truth[2:])
        assert torch.equal(x[:2, :1_500], truth[:2, :1_500])
        assert bool((x[:2, 1_500:] == x[:2, 1_500:1_501]).all())

    def test_a_trap_takes_a_tenth_of_the_box_and_nothing_of_the_attractor(self) -> None:
        lorenz = case("lorenz63")
        trapped = subject("lorenz63", "second attractor, 10 % of a box").of(lorenz, None, 0)
        x = lorenz.draw(10_000, 4, 0, trapped)
        mean, deviation = x.mean((0, 1)), x.std((0, 1))
        assert float(deviation[0]) == pytest.approx(7.92, rel=0.05)
        box = mean + 4 * deviation * (2 * torch.rand(500, 3, dtype=x.dtype) - 1)
        ends = takens.simulate(trapped, dt=0.01, steps=3_000, initial=box).x[:, -1]
        share = ((ends - torch.tensor([14.0, -16.0, 12.0])).norm(dim=-1) < 1).double().mean()
        assert 0.05 < float(share) < 0.2


class TestBookKeeping:
    def test_what_is_done_is_not_planned_again(self) -> None:
        plan = load("plan").Plan(("henon",), (10_000,), (0.0,), 2)
        works = plan.works()
        planned = [(work.record, len(work.subjects)) for work in works]
        assert planned == [(0, 1), (0, 8), (1, 1), (1, 8)]
        done = [work.key(name) for work in works[:3] for name in work.subjects]
        left = plan.works([*done, works[3].key("scales x 0.9")])
        assert [(work.record, len(work.subjects)) for work in left] == [(1, 7)]

    def test_all_cells_grow_together_and_the_truth_in_long_records_first(self) -> None:
        works = load("plan").Plan(("henon", "lorenz63")).works()
        assert {work.subjects for work in works[:4]} == {("truth",)}
        assert {(work.length, work.noise) for work in works[:4]} == {
            (50_000, 0.0),
            (50_000, 0.05),
        }
        third = next(i for i, work in enumerate(works) if work.record == 2)
        seen = {(w.system, w.length, w.noise, w.subjects == ("truth",)) for w in works[:third]}
        every = {(w.system, w.length, w.noise, w.subjects == ("truth",)) for w in works}
        assert {cell for cell in every if cell[3] or not cell[2]} <= seen

    def test_a_line_that_was_cut_is_left_out_and_cut_off(self, tmp_path: Path) -> None:
        results, file = load("results"), tmp_path / "some.jsonl"
        results.append(file, [judged(record=1), judged(record=2)])
        file.write_text(file.read_text() + '{"system": "hen')
        assert len(results.Results.read(file).judged) == 2
        results.repair(file)
        results.append(file, [judged(record=3)])
        found = results.Results.read(file).judged
        assert [one.record for one in found] == [1, 2, 3]
        assert found[0] == judged(record=1)


def judged(
    right: bool | None = True,
    *,
    subject: str = "truth",
    length: int = 10_000,
    noise: float = 0.0,
    record: int = 0,
    error: float = 0.1,
    aspect: str = "means",
    said: str = "",
    exponent: Any = None,
) -> Any:
    results = load("results")
    found = {aspect: results.Found(right, error, said)}
    return results.Judged("lorenz63", subject, length, noise, record, found, 1.0, exponent)


def met(*lines: Any, asked: str, effects: float | None = None) -> bool | None:
    """Return whether the demand whose words begin so is met by made-up results."""
    results = load("results")
    names = dict.fromkeys(line.subject for line in lines if line.subject != "truth")
    known = tuple(
        results.Effects("lorenz63", name, {"mean_shift": effects}, 0.9)
        for name in names
        if effects is not None
    )
    found = load("demands").demands(results.Results(lines, known))
    (one,) = (each for each in found if each.asked.startswith(asked))
    return one.met


def many(wrong: int, of: int, right: bool | None = False, **about: Any) -> list[Any]:
    rest = about.pop("rest", True)
    return [judged(right if i < wrong else rest, record=i, **about) for i in range(of)]


class TestDemands:
    @pytest.mark.parametrize(("wrong", "fine"), [(2, True), (3, False)])
    def test_the_truth_is_seldom_wrong(self, wrong: int, fine: bool) -> None:
        lines = many(wrong, 40)
        assert met(*lines, asked="truth, 10,000 samples, clean") is fine

    @pytest.mark.parametrize(("wrong", "fine"), [(6, True), (7, False)])
    def test_nor_in_any_cell(self, wrong: int, fine: bool) -> None:
        assert met(*many(wrong, 40), asked="truth, any system") is fine

    @pytest.mark.parametrize(
        ("undecided", "error", "fine"), [(8, 0.1, True), (9, 0.1, False), (40, 0.4, True)]
    )
    def test_long_records_decide_unless_their_error_is_large(
        self, undecided: int, error: float, fine: bool
    ) -> None:
        lines = many(undecided, 40, None, length=50_000, error=error)
        assert met(*lines, asked="truth, 50,000 samples, clean: no aspect") is fine

    @pytest.mark.parametrize(("right", "fine"), [(1, True), (2, False)])
    def test_what_is_off_does_not_pass(self, right: int, fine: bool) -> None:
        lines = many(right, 20, True, subject="rho 26", rest=None)
        asked = "off by 1.5 tolerances or more, 10,000 samples"
        assert met(*lines, asked=asked, effects=1.6) is fine

    @pytest.mark.parametrize(
        ("wrong", "noise", "fine"),
        [(18, 0.0, True), (17, 0.0, False), (16, 0.05, True), (15, 0.05, False)],
    )
    def test_and_is_caught_in_long_records(self, wrong: int, noise: float, fine: bool) -> None:
        lines = many(wrong, 20, False, subject="rho 26", rest=None, length=50_000, noise=noise)
        kind = "5 % noise" if noise else "clean"
        asked = f"off by 1.5 tolerances or more, 50,000 samples, {kind}"
        assert met(*lines, asked=asked, effects=1.6) is fine

    @pytest.mark.parametrize(("wrong", "fine"), [(1, True), (2, False)])
    def test_what_is_near_is_not_wrong(self, wrong: int, fine: bool) -> None:
        lines = many(wrong, 20, False, subject="rho 27.5")
        assert met(*lines, asked="off by less than half", effects=0.4) is fine

    def test_of_what_is_between_nothing_is_asked(self) -> None:
        lines = many(20, 20, False, subject="rho 27")
        assert met(*lines, asked="off by less than half", effects=1.0) is None

    @pytest.mark.parametrize(
        ("said", "fine"), [("2 of 8 runs come to rest", True), ("means 0.3", False)]
    )
    def test_rest_is_called_rest(self, said: str, fine: bool) -> None:
        lines = many(20, 20, False, subject="all runs rest, last 25 %", said=said)
        assert met(*lines, asked="rest, cycles") is True
        assert met(*lines, asked="and named") is fine

    @pytest.mark.parametrize(
        ("off", "right", "wrong"),
        [(0.02, 0.96, 0.0), (0.05, 0.05, 0.05), (0.074, 0.0, 0.87)],
    )
    def test_the_closed_form_at_the_main_jobs_error(
        self, off: float, right: float, wrong: float
    ) -> None:
        found = load("demands").closed_form(off * 0.9056, 0.0078, 0.05 * 0.9056)
        assert found[0] == pytest.approx(right, abs=0.02)
        assert found[2] == pytest.approx(wrong, abs=0.02)
        assert found[1] <= found[2]

    @pytest.mark.parametrize(("right", "fine"), [(1, True), (10, False)])
    def test_exponents_are_right_as_often_as_that_says(self, right: int, fine: bool) -> None:
        exponent = load("results").Exponent(0.9, 0.0078, 0.9056 / 1.05)
        lines = many(
            right, 20, True, subject="rho 30", rest=None, aspect="exponents", exponent=exponent
        )
        results = load("results")
        effects = results.Effects("lorenz63", "rho 30", {}, 0.9056)
        found = load("demands").demands(results.Results(tuple(lines), (effects,)))
        (one,) = (each for each in found if each.asked.startswith("exponents right"))
        assert one.met is fine

    @pytest.mark.parametrize(("decided", "fine"), [(8, True), (7, False)])
    def test_advice_is_good(self, decided: int, fine: bool) -> None:
        results = load("results")
        lines = tuple(
            results.Followed("henon", "truth", 2_000, 0.0, i, "means", "record 2", i < decided)
            for i in range(10)
        )
        found = load("demands").demands(results.Results(followed=lines))
        assert found[-1].met is fine


class TestSample:
    @pytest.mark.parametrize(
        ("wrong", "subject", "told"),
        [
            (8, "truth", ["truth: wrong in 8 of 40"]),
            (3, "truth", []),
            (40, "cycle of 3,000 samples", []),
        ],
    )
    def test_only_what_chance_does_not_explain_fails(
        self, wrong: int, subject: str, told: list[str]
    ) -> None:
        lines = tuple(many(wrong, 40, subject=subject))
        assert load("demands").clearly_unmet(load("results").Results(lines)) == told

    def test_what_passes_though_it_is_named_fails(self) -> None:
        lines = tuple(many(10, 20, True, subject="time reversed", rest=False))
        found = load("demands").clearly_unmet(load("results").Results(lines))
        assert found == ["named: right in 10 of 20"]

    def test_holds_what_there_is(self) -> None:
        works = load("__main__").SAMPLE.works()
        subjects = {name for work in works for name in work.subjects}
        assert subjects == set(load("__main__").SAMPLE.subjects)
        assert sum(len(work.subjects) for work in works) < 60, "minutes"


class TestCost:
    @pytest.mark.parametrize(
        ("name", "record", "asked"),
        [
            ("truth", 0, True),
            ("truth", 5, False),
            ("second attractor, 10 % of a box", 9, True),
            ("rho 26", 0, False),
            ("time reversed", 0, False),
        ],
    )
    def test_starts_from_a_box_are_made_where_they_tell_something(
        self, name: str, record: int, asked: bool
    ) -> None:
        work = load("plan").Work("lorenz63", 10_000, 0.0, record, (name,))
        metrics = load("work").metrics_for(subject("lorenz63", name), work)
        assert ("other_attractors" in metrics) is asked
        assert {"stability", "max_lyapunov"} < set(metrics)

    def test_a_command_is_kept_without_the_place_of_its_file(self) -> None:
        found = load("__main__")._command(["--records", "2", "--out", "/some/where", "--clean"])
        assert found == "python -m benchmarks.verdict --records 2 --clean"


class TestRemedies:
    @pytest.mark.parametrize(
        ("said", "asked"),
        [
            ("means 0.1; about a record 3.2 times as long would decide it", {"record": 3.2}),
            (
                "x; about 1,200 starts and a record 1.5 times as long would decide it",
                {"starts": 1_200.0, "record": 1.5},
            ),
            ("0 of 8 free runs diverged; about 149 of them would decide it", {"runs": 149.0}),
            ("y; about a record twice as long would decide it", {"record": 2.0}),
            ("w; about 1.7 times as many steps would decide it", {"steps": 1.7}),
            ("z; it is as far off as the tolerance itself", {}),
        ],
    )
    def test_are_read_from_the_sentence(self, said: str, asked: dict[str, float]) -> None:
        assert load("follow").remedies(said) == asked

    def test_only_what_tells_of_the_aspect_is_judged_again(self) -> None:
        metrics_of = load("follow").metrics_of
        assert metrics_of("means") == ["mean_shift"]
        assert metrics_of("exponents") == ["max_lyapunov"]


class TestWhole:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(load("work"), "LONG", 20_000)
        monkeypatch.setattr(load("work"), "STEPS", 5_000)

    def test_effects_are_those_that_were_made(self) -> None:
        sizes = load("work").effects("henon", "means + 0.3 sd").sizes
        assert sizes["mean_shift"] == pytest.approx(2.0, abs=0.1)
        assert max(value for name, value in sizes.items() if name != "mean_shift") < 0.3

    def test_a_cell_is_judged_once_and_shown(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        main, results, out = load("__main__").main, load("results"), tmp_path / "some.jsonl"
        monkeypatch.setattr(load("plan"), "SHORTEST", 2_000)
        arguments = ["--out", str(out), "--systems", "van_der_pol", "--lengths", "2000"]
        arguments += ["--records", "1", "--subjects", "truth", "scales x 0.9", "--clean"]
        arguments += ["--workers", "1"]
        assert main(arguments) == 0
        assert "3 of 3: van_der_pol" in capsys.readouterr().out
        found = results.Results.read(out)
        assert [one.subject for one in found.judged] == ["truth", "scales x 0.9"]
        assert found.judged[0].right is not False
        assert found.judged[1].right is False
        assert main(arguments) == 0
        assert "judged in" not in capsys.readouterr().out
        assert len(out.read_text().splitlines()) == 2 + 2 + 1, "two commands, two, effects"
        main(["--out", str(out), "--page", str(tmp_path)])
        page = tmp_path.joinpath("verdict.md").read_text()
        assert "| van_der_pol | 2,000 | 0 % |" in page
        assert "| scales x 0.9 | 2 scale ratio | to be noticed |" in page
        assert tmp_path.joinpath("verdict.png").stat().st_size > 10_000
