"""The exit code of ``takens judge`` for every outcome."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

import takens
from takens._dynamics.free_run import FreeRun  # pyright: ignore[reportPrivateUsage]
from takens._judging.judgement import Judgement  # pyright: ignore[reportPrivateUsage]
from takens.cli.exit_codes import decisive_aspects, exit_code


def estimate(value: float | None, aspect: str, reference: float | None = 1.0) -> takens.Score:
    return takens.Score(
        value=value,
        error=None if value is None else 0.02,
        reference=reference,
        evidence=takens.plugin.Evidence(aspect, "estimate"),
    )


# Right at a tolerance of 5 %, wrong, undecided; without a known value, and of nothing.
SCORES = {
    "right": estimate(1.0, "a"),
    "wrong": estimate(2.0, "b"),
    "open": estimate(1.05, "c"),
    "open_without_value": estimate(None, "d"),
    "unknown": estimate(1.0, "e", reference=None),
    "unknown_beside": estimate(1.0, "a", reference=None),
    "mute": takens.Score(value=1.0),
    "failed": takens.Score(value=None, reason="It broke."),
    "shown": takens.Score(value=1.0, evidence=takens.plugin.Evidence("f")),
}


def judgement(names: Sequence[str]) -> Judgement:
    x = takens.TimeSeries([0.0, 1.0], torch.zeros(2, 1))
    return Judgement({name: SCORES[name] for name in names}, x, FreeRun(x, (None,)))


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("right", 0),
        ("wrong", 1),
        ("open", 3),
        ("open_without_value", 3),
        ("right wrong", 1),
        ("right open", 3),
        ("open wrong", 1),
        ("right open wrong", 1),
        # Where nothing was judged, nothing is right.
        ("", 3),
        ("unknown", 3),
        ("mute", 3),
        ("failed", 3),
        ("shown", 3),
        ("unknown mute failed shown", 3),
        # Nor where a part of what was asked for was not, unless another judged its aspect.
        ("right unknown", 3),
        ("right mute", 3),
        ("right failed", 3),
        ("right shown", 3),
        ("right unknown_beside", 0),
        ("wrong unknown", 1),
    ],
)
def test_every_outcome_has_its_code(names: str, code: int) -> None:
    found = judgement(names.split())
    assert exit_code(found, None, names.split()) == code


def test_metrics_that_were_not_asked_for_need_not_be_judged() -> None:
    found = judgement(["right", "unknown"])
    assert exit_code(found, None, ["right"]) == 0
    assert exit_code(judgement(["unknown"]), None, []) == 3


@pytest.mark.parametrize(
    ("decisive", "code"),
    [
        ("a", 0),
        ("b", 1),
        ("c", 3),
        ("e", 3),
        ("a c", 3),
        ("c b", 1),
        ("a e", 3),
        ("stability", 3),
    ],
)
def test_only_the_aspects_that_are_named_decide(decisive: str, code: int) -> None:
    names = ["right", "wrong", "open", "unknown", "mute"]
    assert exit_code(judgement(names), decisive.split(), names) == code


def test_the_aspects_of_metrics_can_be_named() -> None:
    def made(*names: str) -> dict[str, Any]:
        return {name: takens.metrics.get(name) for name in names}

    free, ahead = made("state_space_divergence"), made("prediction_error")
    assert decisive_aspects(None, free) is None
    assert decisive_aspects(" stability , geometry", free) == ["stability", "geometry"]
    assert decisive_aspects("prediction", ahead) == ["prediction"]
    # Only free runs tell whether they stay finite.
    with pytest.raises(takens.InputError, match="'stability', of which no metric speaks"):
        decisive_aspects("stability", ahead)
    with pytest.raises(takens.InputError, match="speak of stability, geometry; choose others"):
        decisive_aspects("prediction", free)
