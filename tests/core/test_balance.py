"""Several recordings: how much each counts, and scores of each."""

from typing import Any

import numpy as np
import pytest
import torch

import takens
from takens import Recordings
from takens._training.balance import owner_of, shares_of
from takens._training.windows import WindowDraws, Windows

X = np.random.default_rng(0).normal(size=(600, 2)).cumsum(0)
THREE = Recordings([X[:400], X[400:500], X[500:]], ["A", "B", "C"], ["one", "two", "two"])
MODEL = {"name": "shallow_rnn", "latent_dim": 2, "hidden_dim": 6}
SETTINGS: dict[str, Any] = {"steps": 3, "window": 12, "batch": 4, "check_every": 0}


def counted(shares: Any, *, bootstrap: bool = False, gaps: bool = False) -> list[float]:
    """Return the share of windows that come from each of three records."""
    records = [torch.full((n, 1), float(i)) for i, n in enumerate((400, 100, 100))]
    if gaps:
        records[0][torch.rand(400, generator=torch.Generator().manual_seed(0)) < 0.5] = (
            torch.nan
        )
    clocks = [torch.arange(float(len(x))) for x in records]
    windows = Windows(records, 12, clocks, 1.0, shares=shares)
    draws = WindowDraws(windows, [1], bootstrap=bootstrap)
    found = windows.at(draws(4000)[0])[:, 0, 0]
    return [float((found == i).double().mean()) for i in range(3)]


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("bootstrap", [False, True])
def test_equal_shares_are_equal_whatever_the_length(gaps: bool, bootstrap: bool) -> None:
    # A sample of the data of one's own has not all of each.
    loose = 0.2 if bootstrap else 0.03
    shares = counted((1.0, 1.0, 1.0), bootstrap=bootstrap, gaps=gaps)
    assert shares == pytest.approx([1 / 3] * 3, abs=loose)


def test_shares_are_those_that_are_given() -> None:
    assert counted((1.0, 3.0, 0.0)) == pytest.approx([0.25, 0.75, 0], abs=0.03)
    assert counted(None) == pytest.approx([389 / 567, 89 / 567, 89 / 567], abs=0.03)
    with pytest.raises(takens.InputError, match="the weight 0"):
        counted((0.0, 0.0, 0.0))


def test_a_recording_counts_for_itself_else_for_its_group() -> None:
    assert shares_of(THREE, {"two": 2.0, "C": 0.5}) == (1.0, 2.0, 0.5)
    assert shares_of(THREE, "equal") == (1.0, 1.0, 1.0)
    assert shares_of(THREE, "length") is None


def test_stretches_share_what_their_recording_counts_for() -> None:
    x = X[:400].copy()
    x[100] = np.nan
    cut = Recordings([x, X[400:]], ["A", "B"], ["one", "two"]).stretches()
    assert [owner_of(name, ("A", "B")) for name in cut.names] == [0, 0, 1]
    assert cut.groups == ("one", "one", "two")


@pytest.mark.parametrize(
    ("balance", "words"),
    [
        (
            {"D": 1.0},
            r"names 'D', which is no recording or group\. There are A, B, C, one, two",
        ),
        ({"A": -1.0}, "a weight is a number from 0; 'A' has -1.0"),
        ("fair", "'length', 'equal' or a table"),
    ],
)
def test_what_makes_no_sense_is_refused(balance: Any, words: str) -> None:
    with pytest.raises(takens.InputError, match=words):
        takens.fit(MODEL, THREE, "teacher_forcing", balance=balance, **SETTINGS)


def test_a_configuration_has_a_balance() -> None:
    from takens._run.reading import to_toml

    given = takens.Training(balance={"A": 2.0})
    data = takens.Data(file="x.csv")
    configuration = takens.Configuration(data=data, training=given)
    assert "[training.balance]\nA = 2.0" in to_toml(configuration)


def test_every_recording_has_its_scores_and_all_have_theirs() -> None:
    model = takens.fit(MODEL, THREE, "teacher_forcing", balance="equal", **SETTINGS).model
    scores = takens.evaluate(model, THREE, ["mean_shift"], runs=1, context=4, each=True)
    assert list(scores.recordings) == ["A", "B", "C"]
    alone = takens.evaluate(model, THREE["B"], ["mean_shift"], runs=1, context=4)
    assert scores.recordings["B"]["mean_shift"].value == alone["mean_shift"].value
    values = [each["mean_shift"].value for each in scores.recordings.values()]
    pooled = scores["mean_shift"]
    assert pooled.value == np.median(np.array(values, dtype=float))
    assert pooled.members == tuple(values)
    assert pooled.error_unit == "recordings"
    assert repr(scores).splitlines()[-1].startswith("all")


def test_a_recording_that_is_too_short_is_left_out_with_the_reason() -> None:
    model = takens.fit(MODEL, THREE, "teacher_forcing", **SETTINGS).model
    data = Recordings([X, X[:6]], ["long", "short"])
    scores = takens.evaluate(model, data, ["mean_shift"], runs=1, context=4, each=True)
    assert list(scores.recordings) == ["long"]
    assert "short" in scores.left_out
    with pytest.raises(takens.InputError, match="No recording can be judged by; of 'short'"):
        takens.evaluate(model, data[["short"]], ["mean_shift"], context=4, each=True)
