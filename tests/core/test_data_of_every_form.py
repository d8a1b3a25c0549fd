"""What takes a series takes recordings, arrays, frames and lists."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

import takens
from takens import Recordings, TimeSeries

X = np.random.default_rng(0).normal(size=(120, 2)).cumsum(0)
SERIES = TimeSeries(np.arange(120), X)
MODEL = {"name": "shallow_rnn", "latent_dim": 2, "hidden_dim": 6}
SETTINGS: dict[str, Any] = {"steps": 3, "window": 12, "batch": 4, "check_every": 0}
FORMS: dict[str, Any] = {
    "numpy": X,
    "torch": torch.from_numpy(X),
    "lists": X.tolist(),
    "pandas": pd.DataFrame(X, columns=["x1", "x2"]),
    "polars": pl.DataFrame(X, schema=["x1", "x2"]),
    "recordings": Recordings.of(X),
}


def fit(
    data: Any, model: Any = MODEL, scheme: Any = "generalised_teacher_forcing"
) -> takens.Fit:
    return takens.fit(model, data, scheme, **SETTINGS)


@pytest.fixture(scope="module")
def usual() -> takens.Fit:
    return fit(SERIES)


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_train_the_same_model(form: str, usual: takens.Fit) -> None:
    found = fit(FORMS[form])
    assert found.history[-1]["loss"] == usual.history[-1]["loss"]


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_start_a_run_and_are_judged_against(form: str, usual: takens.Fit) -> None:
    given = FORMS[form]
    free = takens.generate(usual.model, context=given, steps=5)
    assert torch.equal(free.x, takens.generate(usual.model, context=SERIES, steps=5).x)
    scores = takens.evaluate(usual.model, given, ["mean_shift"], runs=1)
    again = takens.evaluate(usual.model, SERIES, ["mean_shift"], runs=1)
    assert scores["mean_shift"].value == again["mean_shift"].value
    if form != "lists":
        record = takens.evaluate(given, SERIES, ["mean_shift"])
        assert record["mean_shift"].value is not None


def test_windows_come_from_all_recordings_of_unequal_length() -> None:
    from takens._training.windows import Windows

    records = [torch.arange(n, dtype=torch.float64)[:, None] + 100 * n for n in (5, 3, 7)]
    windows = Windows(records, 4, [torch.arange(float(len(x))) for x in records], None)
    assert windows.count == 2 + 4
    found = windows.at(torch.arange(6))[..., 0]
    starts = [500, 501, 700, 701, 702, 703]
    assert found.tolist() == [[s, s + 1, s + 2, s + 3] for s in starts]
    assert windows.at(torch.tensor([[1], [5]])).shape == (2, 1, 4, 1)


def test_recordings_of_unequal_length_are_learned_from() -> None:
    both = Recordings([X[:70], X[70:]])
    found = fit(both)
    assert found.model.mean.tolist() == pytest.approx(X.mean(0).tolist())
    short = fit(Recordings([X, X[:5]]))
    assert "1 of 2 recordings or stretches are shorter than a window of 12" in short.remarks[0]


class FromOneToTheNext:
    """A scheme that knows nothing of gaps."""

    def loss(self, model: Any, windows: Any, *, times: Any, step: int) -> Any:
        z = model(model.encode(windows[..., :-1, None, :]))
        return (model.observe(z) - windows[..., 1:, :]).square().mean()


def test_gaps_are_left_out_of_training_and_told() -> None:
    x = X.copy()
    x[40, 0] = np.nan
    found = fit(x, scheme=FromOneToTheNext())
    assert found.model.mean.tolist() == pytest.approx(np.delete(x, 40, 0).mean(0).tolist())
    assert "2 stretches between them, of 40 to 79 samples" in found.remarks[0]
    assert "0.0083 of the samples" in found.remarks[0]
    scores = takens.evaluate(found.model, Recordings.of(x), ["mean_shift"], runs=1, context=8)
    assert scores["mean_shift"].value is not None


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (
            lambda: fit(Recordings([X[:70], X[70:]]), "echo_state_network", "closed_form"),
            "cut them",
        ),
        (lambda: fit(X[:9]), "training.window"),
        (lambda: fit("my.csv"), "read"),
        (
            lambda: takens.generate(
                fit(X).model, context=np.where(np.eye(120, 2) > 0, np.nan, X), steps=5
            ),
            "without gaps",
        ),
    ],
    ids=["direct", "short", "text", "gaps"],
)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(work: Any, words: str) -> None:
    with pytest.raises(takens.InputError, match=words):
        work()


@pytest.mark.parametrize(
    "clock", ["t", "time", "Time", "t [s]", "Time (s)", "date", "Timestamp"]
)
def test_a_column_that_is_called_so_holds_the_times_wherever_data_come_from(
    clock: str, tmp_path: Path
) -> None:
    columns: dict[str, Any] = {"u": X[:, 0], clock: 0.5 * np.arange(120)}
    frame = pl.DataFrame(columns)
    frame.write_csv(tmp_path / "a.csv")
    frame.write_parquet(tmp_path / "a.parquet")
    found = [
        takens.read_recordings(tmp_path / "a.csv"),
        takens.read_recordings(tmp_path / "a.parquet"),
        *(Recordings.of(data) for data in (frame, frame.to_pandas(), columns)),
    ]
    for each in found:
        assert each.columns == ("u",)
        assert each.dt == 0.5
    assert takens.read_recordings(tmp_path / "a.csv", columns=["u"]).dt == 0.5


def test_a_temperature_is_no_time(tmp_path: Path) -> None:
    frame = pl.DataFrame({"T": X[:, 0], "day": X[:, 1]})
    frame.write_csv(tmp_path / "a.csv")
    with pytest.raises(takens.errors.DataError, match="or give the sampling interval dt"):
        takens.read_recordings(tmp_path / "a.csv")
    assert Recordings.of(frame).columns == ("T", "day")
    assert takens.read_recordings(tmp_path / "a.csv", dt=1).columns == ("T", "day")


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_are_embedded(form: str) -> None:
    found = takens.embed(FORMS[form], delay=3, dimension=2)
    expected = takens.embed(SERIES, delay=3, dimension=2)
    assert torch.equal(found.series.x.squeeze(0), expected.series.x)
