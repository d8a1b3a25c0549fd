"""What ``metrics.json`` holds, and held before."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

import takens
from takens._run.scores_file import scores_table, to_text

OLD_EXPONENT: dict[str, Any] = {
    "value": 0.89,
    "unit": "1 / time unit",
    "error": 0.02,
    "reference": 0.9056,
    "floor": 0.01,
    "convention": "natural logarithm, per unit of time",
    "details": {
        "time": 200.0,
        "alive": 1.0,
        "error_from": "standard error over 32 starts",
        "floor_from": "two estimates for the true system",
        "true_estimate": 0.9,
        "true_estimate_error": 0.01,
        "members": [0.88, None, 0.9],
        "convergence_time": [1.0, 2.0],
        "convergence": [0.8, 0.89],
        "convergence_error": [None, 0.02],
    },
}
OLD_DISTANCE: dict[str, Any] = {
    "value": 9.0,
    "unit": "nats",
    "error": None,
    "reference": None,
    "floor": 0.2,
    "convention": "30 bins",
    "details": {
        "runs": 4,
        "diverged": 0.25,
        "diverged_at": [17],
        "surrogate_values": {"phase_randomised": 3.0, "autoregressive": None},
        "floor_values": [0.1, 0.2, 0.3],
        "values": [8.0, 9.0, 10.0],
    },
}
OLD_FORECAST: dict[str, Any] = {
    "value": 0.2,
    "unit": "standard deviations",
    "error": None,
    "reference": None,
    "floor": 0.1,
    "convention": "5 samples ahead",
    "details": {
        "steps": [5, 1],
        "rmse": [0.2, 0.1],
        "persistence": [1.0, 0.3],
        "linear": [0.8, 0.2],
    },
}
OLD_SILENCE: dict[str, Any] = {
    "value": None,
    "unit": "",
    "error": None,
    "reference": None,
    "floor": None,
    "convention": "",
    "details": {
        "reason": "no scaling region",
        "curve_time": [0.0, 0.1],
        "curve": [-1.0, 0.0],
        "reference_error": None,
        "reference_details": {
            "reason": "no scaling region either",
            "curve_time": [0.0, 0.1],
            "curve": [-2.0, 0.0],
            "scaling_region": [0.0, 0.1],
        },
    },
}
OLD: dict[str, Any] = {
    "max_lyapunov": OLD_EXPONENT,
    "state_space_divergence": OLD_DISTANCE,
    "prediction_error": OLD_FORECAST,
    "lyapunov_from_data": OLD_SILENCE,
    "gone_with_its_plugin": {**OLD_DISTANCE, "details": {}},
}


def written(folder: Path, table: object) -> Path:
    path = folder / "metrics.json"
    path.write_text(table if isinstance(table, str) else json.dumps(table))
    return path


def test_a_folder_of_before_is_read_into_the_fields_of_now(tmp_path: Path) -> None:
    written(tmp_path, OLD)
    scores = takens.read_scores(tmp_path)
    exponent = scores["max_lyapunov"]
    assert (exponent.value, exponent.error, exponent.reference) == (0.89, 0.02, 0.9056)
    assert exponent.error_from == "standard error over 32 starts"
    assert (exponent.truth, exponent.truth_error) == (0.9, 0.01)
    assert exponent.resolution == math.log1p(200) / 200
    assert exponent.members == (0.88, None, 0.9)
    assert exponent.curves["convergence"].error == (None, 0.02)
    distance = scores["state_space_divergence"]
    assert distance.runs == takens.plugin.Runs((17, None, None, None))
    assert distance.floors == (0.1, 0.2, 0.3)
    assert distance.baselines == {"phase_randomised": 3.0}
    assert distance.details["values"] == [8.0, 9.0, 10.0]
    baselines = scores["prediction_error"].baselines
    assert baselines == {"persistence": 1.0, "best_linear_forecast": 0.8}
    silence = scores["lyapunov_from_data"]
    assert (silence.reason, silence.reference_reason) == (
        "no scaling region",
        "no scaling region either",
    )
    assert silence.curves["separation"].straight is None
    assert silence.curves["reference_separation"].straight == (0.0, 0.1)


def test_a_folder_of_before_gets_a_verdict_on_what_it_holds(tmp_path: Path) -> None:
    found = takens.verdict(takens.read_scores(written(tmp_path, OLD)))
    assert {aspect: finding.right for aspect, finding in found.findings.items()} == {
        "stability": None,
        "exponents": None,
        "geometry": None,
        "prediction": None,
    }
    assert list(found.not_judged) == ["lyapunov_from_data", "gone_with_its_plugin"]


def test_what_is_written_is_read_to_the_bit(tmp_path: Path) -> None:
    written(tmp_path, OLD)
    scores = takens.read_scores(tmp_path)
    text = to_text(scores_table(scores))
    written(tmp_path, text)
    again = takens.read_scores(tmp_path)
    assert again == scores
    assert to_text(scores_table(again)) == text


def test_what_a_later_version_adds_is_left_out(tmp_path: Path) -> None:
    score = takens.Score(value=1.0, evidence=takens.plugin.Evidence("climate", "distance"))
    table = scores_table({"a:b": score})
    table["scores"]["a:b"]["power"] = 0.9
    assert takens.read_scores(written(tmp_path, table)) == {"a:b": score}


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"format": 3, "scores": {}}, "of format 3, and this takens reads 1 and 2"),
        ("{", "Cannot read"),
        ([1], "holds no scores as takens writes them"),
        ({"a": {"value": 1.0}}, "holds no scores as takens writes them"),
        ({"format": 2}, "holds no scores as takens writes them"),
        ({"format": 2, "scores": {"a": {"value": "much"}}}, "holds no scores"),
        ({"format": 2, "scores": {"a": {"value": 1, "runs": 3}}}, "holds no scores"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, table: object, sentence: str) -> None:
    with pytest.raises(takens.InputError, match=sentence):
        takens.read_scores(written(tmp_path, table))


def test_a_run_that_is_not_done_is_refused(tmp_path: Path) -> None:
    with pytest.raises(takens.InputError, match=r"There is no .*metrics\.json; give"):
        takens.read_scores(tmp_path)
