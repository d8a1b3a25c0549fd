"""Names and paths where components are expected, and keywords that are misspelt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import takens
from takens_models import ShallowRNN
from takens_schemes import GeneralisedTeacherForcing
from takens_systems import Henon

SMALL: dict[str, Any] = {"steps": 3, "batch": 2, "window": 10, "device": "cpu"}


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate("henon", steps=400)


def test_a_system_by_name_is_the_one_with_its_defaults(data: takens.TimeSeries) -> None:
    assert torch.equal(data.x, takens.simulate(Henon(), steps=400).x)
    with pytest.raises(takens.errors.ComponentError, match="Did you mean 'henon'"):
        takens.simulate("hennon", steps=10)


def test_a_model_by_name_takes_dimension_and_seed(data: takens.TimeSeries) -> None:
    by_name = takens.fit("shallow_rnn", data, "generalised_teacher_forcing", seed=5, **SMALL)
    model = ShallowRNN(obs_dim=2, seed=5)
    made = takens.fit(model, data, GeneralisedTeacherForcing(), seed=5, **SMALL)
    for one, other in zip(by_name.model.parameters(), made.model.parameters(), strict=True):
        assert torch.equal(one, other)
    two = takens.fit("shallow_rnn", data, scheme="teacher_forcing", members=2, **SMALL)
    assert len(two.members) == 2


def test_a_stored_model_runs_and_is_judged_by_its_path(
    data: takens.TimeSeries, tmp_path: Path
) -> None:
    fit = takens.fit("shallow_rnn", data, "teacher_forcing", folder=tmp_path, **SMALL)
    free = takens.generate(tmp_path, context=data.x[:5], steps=20)
    same = takens.generate(str(tmp_path / "checkpoint.pt"), context=data.x[:5], steps=20)
    assert torch.equal(free.x, same.x)
    judged = takens.evaluate(tmp_path, data, "spectrum_distance", runs=2)
    made = takens.evaluate(fit.model, data, ["spectrum_distance"], runs=2)
    assert judged["spectrum_distance"].value == made["spectrum_distance"].value


def test_a_system_by_name_is_judged_and_is_the_truth(data: takens.TimeSeries) -> None:
    (score,) = takens.evaluate("henon", None, "max_lyapunov", starts=2).values()
    assert score.value == pytest.approx(0.419, abs=0.02)
    (score,) = takens.evaluate("henon", data, "max_lyapunov", truth="henon", runs=2).values()
    assert score.reference == pytest.approx(0.419, abs=0.001)
    with pytest.raises(takens.errors.UnknownComponentError, match="Did you mean 'henon'"):
        takens.evaluate("hennon", data)
    with pytest.raises(takens.errors.CheckpointError, match=r"There is no checkpoint lost\.pt"):
        takens.evaluate("lost.pt", data)


@pytest.mark.parametrize(
    ("function", "given", "sentence"),
    [
        (takens.fit, "epoch", "fit has no argument 'epoch'. Did you mean 'epochs'"),
        (takens.fit, "batch_size", "Did you mean 'batch'?"),
        (takens.fit, "lr", "Did you mean 'learning_rate'?"),
        (takens.fit, "sede", "Did you mean 'seed'?"),
        (takens.simulate, "x0", "Did you mean 'initial'?"),
        (takens.simulate, "solver", "Did you mean 'integrator'?"),
        (takens.simulate, "step_size", "Did you mean 'dt'?"),
        (takens.generate, "x0", "Did you mean 'context'?"),
        (
            takens.generate,
            "colour",
            "It takes model, context, steps, dt, keep_every, with_start, inputs, draw.",
        ),
        (takens.evaluate, "ground_truth", "Did you mean 'truth'?"),
    ],
)
def test_a_misspelt_keyword_gets_the_nearest(
    function: Callable[..., Any], given: str, sentence: str
) -> None:
    with pytest.raises(takens.InputError) as caught:
        function(None, **{given: 1})
    assert sentence in str(caught.value)


def test_a_word_from_elsewhere_is_known_in_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text("[data]\nfile = 'a.csv'\n[training]\nlr = 0.1\n")
    with pytest.raises(takens.errors.ConfigurationError, match="Did you mean 'learning_rate'"):
        takens.run(file, tmp_path / "out")
    with pytest.raises(takens.errors.ComponentError, match="Did you mean 'hidden_dim'"):
        takens.create("model", "shallow_rnn", obs_dim=2, hidden_size=3)


def test_a_file_is_read_as_a_run_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,u,v\n0,1,2\n1,3,5\n2,4,4\n")
    series = takens.read(path, time="t", columns=("v",))
    assert series.columns == ("v",)
    assert series.x[:, 0].tolist() == [2.0, 5.0, 4.0]
    assert torch.equal(takens.read(str(path), time="t", format="csv").t, series.t)
    with pytest.raises(takens.InputError, match="Did you mean 'columns'"):
        takens.read(path, colums=["u"])  # pyright: ignore[reportCallIssue]
