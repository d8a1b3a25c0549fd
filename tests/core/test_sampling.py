"""Systems that say how they are sampled, and what metrics get of them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

import takens
from takens.cli import main

SUBSTEPS = {"name": "rk4", "substeps": 20}


@attrs.frozen
class Plain:
    """A stiff field, whose second variable follows the first at a rate of 50."""

    rate: float = 50.0
    dim = 2
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        u, v = x.unbind(-1)
        radius = u * u + v * v
        return torch.stack((u - radius * u - v, self.rate * (u - v)), -1)

    def initial(self) -> tuple[float, ...]:
        return (0.5, 0.4)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


@attrs.frozen
class Stiff(Plain):
    dt = 0.1
    integrator: Any = attrs.field(factory=SUBSTEPS.copy)

    def facts(self) -> takens.plugin.Facts:
        found = {
            "max_lyapunov": takens.plugin.Fact(-1.5, error=0.25),
            "metrics:box_dimension": 0.5,
        }
        return takens.plugin.Facts(values=found)


class Offering:
    @takens.plugin.hookimpl
    def takens_components(self) -> Iterator[takens.plugin.ComponentSpec]:
        yield takens.plugin.ComponentSpec(
            kind="system", name="stiff", target=f"{__name__}:Stiff"
        )


@pytest.fixture
def stiff() -> Iterator[None]:
    with takens.register(Offering(), name="sampling"):
        yield


def test_a_system_names_its_step_and_its_integrator() -> None:
    expected = takens.simulate(
        Plain(), dt=0.1, steps=50, integrator=takens.integrators.get(SUBSTEPS)
    )
    for choice in (
        SUBSTEPS,
        takens.plugin.Component.of(SUBSTEPS),
        takens.integrators.get(SUBSTEPS),
    ):
        found = takens.simulate(Stiff(integrator=choice), steps=50)
        torch.testing.assert_close(found.x, expected.x, rtol=0, atol=0)
        assert found.dt == pytest.approx(0.1)
    # What the user says goes before.
    other = takens.simulate(Stiff(), dt=0.05, steps=50, integrator="rk4")
    plain = takens.simulate(Plain(), dt=0.05, steps=50)
    torch.testing.assert_close(other.x, plain.x, rtol=0, atol=0)
    with pytest.raises(takens.TakensError, match="no longer finite"):
        takens.simulate(Plain(), dt=0.1, steps=50)


class StepLength:
    """A metric that asks where one step leads, by which interval."""

    def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
        moved = float((step(x0) - x0).norm(dim=-1).mean())
        return takens.Score(value=moved, error=0.0, details={"dt": dt})


@pytest.mark.parametrize("choice", [SUBSTEPS, "dopri5"], ids=str)
def test_a_system_is_judged_by_its_own_step(choice: Any) -> None:
    (found,) = takens.evaluate(Stiff(integrator=choice), metrics=[StepLength()]).values()
    assert found.details["dt"] == 0.1
    start = takens.simulate(Stiff(), steps=2, trajectories=32).x[:, 1]
    after = takens.simulate(Plain(), dt=0.001, steps=101, initial=start, integrator="rk4").x[
        :, -1
    ]
    expected = float((after - start).norm(dim=-1).mean())
    # By a step of 0.1 of the default integrator it would be hundreds.
    assert found.value == pytest.approx(expected, rel=1e-3)
    (other,) = takens.evaluate(Stiff(), metrics=[StepLength()], dt=0.01).values()
    assert other.details["dt"] == 0.01


def test_facts_by_the_names_of_metrics_are_references(stiff: None) -> None:
    (score,) = takens.evaluate(Stiff(), metrics=["max_lyapunov"]).values()
    assert (score.reference, score.reference_error) == (-1.5, 0.25)
    (told,) = takens.evaluate(
        Stiff(), metrics=["max_lyapunov"], references={"max_lyapunov": 3.0}
    ).values()
    assert told.reference == 3.0
    facts = Stiff().facts()
    assert facts.of("metrics:box_dimension") == takens.plugin.Fact(0.5)
    assert facts.of("other:box_dimension") is None
    assert facts.of("other:max_lyapunov") == takens.plugin.Fact(-1.5, error=0.25)
    assert hash(facts) is not None


def test_a_run_samples_a_system_as_it_says(tmp_path: Path, stiff: None) -> None:
    text = """
    figures = []
    scheme = "teacher_forcing"
    data = {system = "stiff", steps = 200}
    model = {name = "shallow_plrnn", latent_dim = 2, hidden_dim = 4}
    training = {steps = 2, batch = 2, window = 20}
    judge = {metrics = ["prediction_error"], runs = 2, starts = 2}
    """
    (tmp_path / "job.toml").write_text(text)
    done = takens.run(tmp_path / "job.toml", tmp_path / "run")
    stored = tomllib.loads((done.folder / "config.toml").read_text())["data"]
    assert stored["dt"] == 0.1
    assert stored["integrator"]["name"] == "integrators:rk4"
    assert stored["integrator"]["substeps"] == 20
    series = takens.simulate(Stiff(), steps=8400)
    torch.testing.assert_close(done.results.training.x, series.x[:200], rtol=0, atol=0)


def test_the_command_samples_a_system_as_it_says(tmp_path: Path, stiff: None) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["simulate", "stiff", "--steps", "50", "--out", str(tmp_path / "x.npz")])
    assert stop.value.code == 0
    found = takens.read(tmp_path / "x.npz")
    torch.testing.assert_close(found.x, takens.simulate(Stiff(), steps=50).x, rtol=0, atol=0)
