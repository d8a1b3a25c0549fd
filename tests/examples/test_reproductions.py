"""The parts of the reproductions are right, and a short run of each comes to an end."""

import importlib
import math
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
import torch
from torch import nn

import takens

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def examples() -> Iterator[None]:
    sys.path.insert(0, str(ROOT))
    yield
    sys.path.remove(str(ROOT))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"examples.reproductions.{name}")


@pytest.mark.usefixtures("examples")
class TestPage:
    def test_a_section_is_a_table_with_its_notes(self) -> None:
        section = load("section").Section("Title", ("a", "b"), (("1", "2"),), ("Note.",))
        assert section.markdown() == "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nNote.\n"

    def test_a_row_of_another_width_is_refused(self) -> None:
        with pytest.raises(ValueError, match="has 1 cells for 2 columns"):
            load("section").Section("Title", ("a", "b"), (("1",),))

    @pytest.mark.parametrize(
        ("value", "error", "text"),
        [
            (27.99986, 1.02e-4, "27.99986 ± 0.00010"),
            (0.53653, 0.05826, "0.537 ± 0.058"),
            (123.4, 17.0, "123 ± 17"),
            (1.5, 0.0, "1.5"),
        ],
    )
    def test_numbers_are_written_to_the_second_digit_of_their_error(
        self, value: float, error: float, text: str
    ) -> None:
        assert load("section").plus_minus(value, error) == text

    def test_every_name_of_the_command_has_a_table_on_the_page(self) -> None:
        page = (ROOT / "docs" / "results.md").read_text()
        for name in load("__main__").NAMES:
            assert callable(load(name).reproduce)
            assert f"images/reproductions_{name}.md" in page


@pytest.mark.usefixtures("examples")
class TestParameters:
    def test_least_squares_finds_the_oscillator_within_three_errors(self) -> None:
        study = load("parameter_fits")
        case = study.CASES[0]
        fit = study.by_least_squares(case, study.simulated(case, 0))
        assert study.within(case, fit.details, errors=3.0) == [True]
        assert fit.details["standard_errors"]["mu"] < 1e-3

    def test_what_is_further_off_is_not_within(self) -> None:
        study = load("parameter_fits")
        details = {"parameters": {"mu": 0.31}, "standard_errors": {"mu": 0.004}}
        assert study.within(study.CASES[0], details) == [False]
        assert study.within(study.CASES[0], details, errors=3.0) == [True]

    def test_noise_is_what_the_case_says(self) -> None:
        study = load("parameter_fits")
        case = study.CASES[1]
        noisy = study.simulated(case, 0)
        system = takens.create("system", case.system, **case.truth)
        fit = study.by_least_squares(case, noisy)
        scale = fit.model.scale.square().mean().sqrt()
        assert float(fit.details["residual"] * scale) == pytest.approx(case.noise, rel=0.1)
        assert system.dim == noisy.dim

    def test_lynx_and_hare_agree_with_the_literature(self) -> None:
        study = load("hudson_bay")
        fit = study.fitted()
        found = fit.details["parameters"].values()
        errors = fit.details["standard_errors"].values()
        for value, error, known in zip(found, errors, study.PUBLISHED, strict=True):
            assert abs(value - known) < error

    def test_the_logarithmic_field_rests_where_lotka_and_volterra_say(self) -> None:
        study = load("hudson_bay")
        field = study.LogarithmicField(study.measured()).double()
        alpha, beta, gamma, delta = study.GUESS
        rest = torch.tensor([math.log(gamma / delta), math.log(alpha / beta)]).double()
        z = (rest - field.mean) / field.scale
        assert field(torch.tensor(0.0), z).abs().max() < 1e-6


@pytest.mark.usefixtures("examples")
class TestNeuralODE:
    def test_the_network_has_the_widths_of_the_course(self) -> None:
        study = load("neural_ode_van_der_pol")
        model = study.untrained(study.TAUGHT, 0)
        shapes = [tuple(p.shape) for p in model.field.parameters() if p.ndim == 2]
        assert shapes == [(8, 2), (16, 8), (32, 16), (2, 32)]
        again, other = study.untrained(study.TAUGHT, 0), study.untrained(study.TAUGHT, 1)
        x = torch.ones(1, 2)
        assert bool((model(torch.tensor(0.0), x) == again(torch.tensor(0.0), x)).all())
        assert bool((model(torch.tensor(0.0), x) != other(torch.tensor(0.0), x)).any())

    def test_the_data_are_what_the_page_says(self) -> None:
        study = load("neural_ode_van_der_pol")
        data = study.measured()
        assert data.x.shape == (30, 100, 2)
        assert float(data.t[-1]) == pytest.approx(30.0)
        off = data.x - study.true_run(study.starts(30, 0), 100).x
        assert float(off.std()) == pytest.approx(study.NOISE, rel=0.05)

    def test_the_true_field_has_no_error(self) -> None:
        study = load("neural_ode_van_der_pol")
        data = study.measured()

        class TrueField(nn.Module):
            def forward(self, t: torch.Tensor, z: torch.Tensor, /) -> torch.Tensor:
                system: Any = takens.systems.create("van_der_pol", mu=study.MU)
                x = data.x.flatten(0, 1)
                return system(t, z * x.std(0) + x.mean(0)) / x.std(0)

        model = study.untrained(study.TAUGHT, 0)
        model.field = TrueField()
        trained = takens.TrainedModel.for_series(model.double(), data)
        errors = study.Errors.of(trained)
        assert max(errors.inside, errors.beyond, errors.unseen) < 1e-2

    def test_a_plateau_ends_where_the_loss_stays_low(self) -> None:
        study = load("neural_ode_van_der_pol")
        history = tuple(
            {"step": step, "member_loss": [early, late, None]}
            for step, early, late in ((10, 0.9, 0.9), (20, 0.1, 0.1), (30, 0.1, 0.5))
        )
        found = takens.Fit((), history, 0.0, None)  # pyright: ignore[reportArgumentType]
        assert study.plateau(found) == pytest.approx([1 / 3, 1.0, 1.0])


@pytest.mark.usefixtures("examples")
class TestClassification:
    def test_circles_have_their_radii_and_both_classes(self) -> None:
        points = load("classification").circles(400, noise=0.0)
        radii = points.x.norm(dim=-1)
        torch.testing.assert_close(radii, torch.where(points.y == 0, 1.0, 0.5))
        assert int(points.y.sum()) == 200

    def test_moons_interleave(self) -> None:
        points = load("classification").half_moons(400, noise=0.0)
        upper, lower = points.x[points.y == 0], points.x[points.y == 1]
        torch.testing.assert_close(upper.norm(dim=-1), torch.ones(200))
        torch.testing.assert_close(
            (lower - torch.tensor([1.0, 0.5])).norm(dim=-1), torch.ones(200)
        )
        assert float(upper[:, 1].min()) >= 0
        assert float(lower[:, 1].max()) <= 0.5

    def test_parts_do_not_overlap_and_make_up_the_whole(self) -> None:
        points = load("classification").circles(50, noise=0.1)
        parts = [points.part(0, 0.8), points.part(0.8, 0.9), points.part(0.9, 1)]
        torch.testing.assert_close(torch.cat([part.x for part in parts]), points.x)

    def test_an_even_guess_costs_the_logarithm_of_two(self) -> None:
        study = load("classification")
        layer = study.MOONS.make(0)
        points = study.Points(torch.zeros(10, 2), torch.arange(10) % 2)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.zero_()
        assert study.judged(layer, points.x, points.y) == pytest.approx((0.5, math.log(2)))


@pytest.mark.usefixtures("examples")
class TestExercise:
    def test_delays_are_the_past_of_one_variable(self) -> None:
        study = load("exercise_sheet")
        x = study.embedded(torch.arange(100.0), 3)
        assert x.shape == (70, 3)
        torch.testing.assert_close(x[5], torch.tensor([5.0, 20.0, 35.0]))

    def test_the_product_overflows_where_the_exponent_says(self) -> None:
        study = load("exercise_sheet")
        model = takens.models.create(
            "shallow_plrnn", obs_dim=1, latent_dim=2, hidden_dim=2, initial_state="zeros"
        )
        # An unstable linear map that stays at rest: its exponent is log 1.1.
        with torch.no_grad():
            for name, parameter in cast(nn.Module, model).named_parameters():
                parameter.copy_(torch.tensor([1.1, 0.5]) if name == "A" else 0 * parameter)
        found = study.naive_and_orthonormal(model, torch.zeros(1, 1), 1000)
        exponent = math.log(1.1) / study.DT
        assert found.orthonormal == pytest.approx(exponent, rel=1e-4)
        assert found.found[0] == pytest.approx(exponent, rel=1e-4)
        assert found.overflow == pytest.approx(88.72 / math.log(1.1), abs=1)


@pytest.mark.usefixtures("examples")
class TestPapers:
    @pytest.mark.parametrize(
        "path",
        sorted((ROOT / "examples" / "reproductions").glob("*.toml")),
        ids=lambda p: p.stem,
    )
    def test_every_job_can_be_made(self, path: Path) -> None:
        content: dict[str, Any] = tomllib.loads(path.read_text())
        for kind, registry in (("model", takens.models), ("scheme", takens.schemes)):
            if kind not in content:
                continue
            table = dict(content[kind])
            name = table.pop("name")
            more = {"obs_dim": 3} if kind == "model" else {}
            registry.create(name, **more, **table)
        takens.Training(**content["training"])
        for metric in content["judge"]["metrics"]:
            table = {"name": metric} if isinstance(metric, str) else dict(metric)
            takens.create("metric", table.pop("name"), **table)

    def test_a_job_is_the_file_with_the_seeds_of_the_page(self) -> None:
        study = load("papers")
        paper = next(paper for paper in study.PAPERS if "adaptive" in paper.file)
        job = study.job(paper)
        assert job["training"]["members"] == paper.seeds == 10
        assert job["training"]["steps"] == paper.steps == 20_000
        assert len(job["judge"]["metrics"]) == 3

    def test_what_is_lost_is_counted(self) -> None:
        found = load("papers").distribution([1.0, 2.0, 3.0, None, math.nan])
        assert found == "**2.000** (1.000, 1.500 to 2.500, 3.000); 2 lost"


@pytest.mark.slow
@pytest.mark.usefixtures("examples")
class TestShortRuns:
    def test_moons_are_told_apart(self) -> None:
        study = load("classification")
        found = study.train(study.MOONS, 0, epochs=150)
        assert found.accuracy >= 0.98
        assert found.curve("loss")[-1] < 0.05 < found.curve("loss")[0]
        assert min(found.curve("evaluations")) >= 7

    def test_the_camera_takes_as_many_frames_as_asked(self) -> None:
        study = load("recurrent_blog")
        fit, camera = study.trained(study.lorenz(0), updates=40, seeds=2, frames=10)
        assert [step for step, _ in camera.frames] == list(range(4, 44, 4))
        assert fit.history[-1]["loss"] < fit.history[0]["loss"]
        assert float((camera.frames[0][1] - camera.frames[-1][1]).abs().max()) > 0

    def test_the_exercise_learns(self) -> None:
        study = load("exercise_sheet")
        fit = study.trained(study.CASES[1], members=2, steps=60, check_every=0)
        assert len(fit.members) == 2
        assert fit.history[-1]["loss"] < 0.7 * fit.history[0]["loss"]

    def test_the_second_trajectory_fit_moves_towards_the_truth(self) -> None:
        study = load("parameter_fits")
        case = study.CASES[0]
        fit = study.by_gradients(case, study.simulated(case, 0), 0)
        assert abs(study.learned(fit)["mu"] - 0.3) < 0.05

    def test_windows_leave_the_plateau_at_once(self) -> None:
        study = load("neural_ode_van_der_pol")
        fit = study.trained(study.WINDOWS, study.measured(), seeds=2, updates=400)
        assert max(study.plateau(fit)) < 0.2
        for member in fit.members:
            assert study.Errors.of(member).inside < 1.5


class TestAsTaught:
    def test_the_data_are_the_tutorials(self) -> None:
        taught = load("as_taught")
        case = taught.CASES[1]
        data = taught.data_of(case, 0)
        assert data.t.tolist() == pytest.approx([0.1 * i for i in range(100)])
        assert data.x.shape == (10, 100, 2)
        assert float((data.x[:, 0] - 2.5).std()) == pytest.approx(0.1, rel=0.5)
        again = takens.simulate(
            takens.create("system", case.system, **case.truth),
            times=data.t, initial=data.x[:, 0], integrator="dopri5",
        )  # fmt: skip
        off = (data.x - again.x)[:, 1:]
        assert float(off.std()) == pytest.approx(0.1, rel=0.1)

    def test_an_epoch_is_a_pass_in_batches_of_five(self) -> None:
        taught = load("as_taught")
        fit = taught.fitted(taught.CASES[0], 0, epochs=3)
        assert [record["step"] for record in fit.history] == [2, 4, 6]
        assert taught.losses(taught.CASES[0], fit)[0] == pytest.approx(
            2 * fit.history[0]["epoch_loss"]
        )
