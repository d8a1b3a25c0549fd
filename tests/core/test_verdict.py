"""The verdict follows from the scores."""

import math
import re
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pytest
import torch
from scipy import stats

import takens
from takens._judging.compare import compare_scores  # pyright: ignore[reportPrivateUsage]
from takens._judging.criteria import Criteria  # pyright: ignore[reportPrivateUsage]
from takens._judging.equivalence import EquivalenceTest
from takens._judging.surrogates import surrogates  # pyright: ignore[reportPrivateUsage]
from takens._judging.verdict import (  # pyright: ignore[reportPrivateUsage]
    Verdict,
    _margin,  # pyright: ignore[reportPrivateUsage]
    verdict,
)

EXPONENTS = takens.plugin.Evidence("exponents", "estimate", "exponents")


def distance(
    value: float | None,
    floors: list[float],
    linear: float | None,
    aspect: str = "geometry",
    error: float = 0.01,
) -> takens.Score:
    gone = value is None
    return takens.Score(
        value=value,
        reason="all 8 free runs diverged" if gone else "",
        error=None if gone else error,
        error_over=8,
        error_unit="free runs",
        floor=float(np.median(floors)),
        floors=floors,
        floor_error=error,
        floor_over=5,
        baselines={} if linear is None else {"phase_randomised": linear},
        runs=takens.plugin.Runs([7 if gone else None] * 150),
        evidence=takens.plugin.Evidence(aspect, "distance"),
    )


def estimate(value: float, error: float | None = 0.0078, **more: Any) -> takens.Score:
    fields: dict[str, Any] = {"reference": 0.9056, "error_over": 32, "error_unit": "starts"}
    return takens.Score(value=value, error=error, evidence=EXPONENTS, **(fields | more))


def right(score: takens.Score, criteria: Criteria | None = None) -> Mapping[str, bool | None]:
    return {a: f.right for a, f in verdict({"one": score}, criteria).findings.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.05, True), (0.3, True), (0.38, None), (0.42, None), (0.5, False), (9.0, False)],
)
def test_a_distance_is_right_a_tenth_of_the_way_to_a_baseline(
    value: float, expected: bool | None
) -> None:
    score = distance(value, [0.08, 0.09, 0.1], linear=3.09, aspect="climate")
    assert right(score)["climate"] is expected


def test_the_interval_of_a_distance_is_that_of_runs_and_floors() -> None:
    found = verdict({"one": distance(0.4, [0.1], linear=1.1)}).findings["geometry"]
    # 0.3 of the way; Welch: both errors alike, 1 + 2 / (1/7 + 1/4) ... degrees of freedom.
    error, freedom = math.hypot(0.01, 0.01), 4 / (1 / 7 + 1 / 4)
    wide = float(stats.t.ppf(0.95, freedom)) * error
    assert found.interval == pytest.approx((0.3 - wide, 0.3 + wide), abs=1e-12)
    assert found.tolerance == 0.1
    assert found.level == 0.05
    assert f"(90 %: {0.3 - wide:.2g} to {0.3 + wide:.2g}), tolerance 0.1" in found.sentence


def test_distances_like_standard_deviations_are_compared_by_their_squares() -> None:
    squared = takens.plugin.Evidence("geometry", "distance", squared=True)
    score = attrs.evolve(distance(0.4, [0.3], linear=1.0), evidence=squared)
    found = verdict({"one": score}).findings["geometry"]
    # (0.16 - 0.09) / (1 - 0.09), with errors of 2 x 0.4 x 0.01 and 2 x 0.3 x 0.01.
    own, of_floor = 0.008 / 0.91, 0.006 / 0.91
    error = math.hypot(own, of_floor)
    freedom = error**4 / (own**4 / 7 + of_floor**4 / 4)
    wide = float(stats.t.ppf(0.95, freedom)) * error
    assert found.interval == pytest.approx((0.07 / 0.91 - wide, 0.07 / 0.91 + wide))
    assert ", by squares (90 %" in found.sentence


def test_a_baseline_that_is_as_near_tells_nothing() -> None:
    for linear in (0.09, 0.11, None):
        found = verdict({"one": distance(0.1, [0.08, 0.09, 0.1], linear)})
        assert found.findings["geometry"].right is None
        assert "cannot be told from the truth by it" in found.findings["geometry"].sentence


def test_a_floor_that_is_not_trusted_decides_nothing() -> None:
    score = attrs.evolve(distance(0.1, [0.1], 3.0), floor_doubt="the record is not stationary")
    assert right(score)["geometry"] is None
    assert "the record is not stationary" in verdict({"one": score}).lines()[1]


def test_the_distance_of_a_score_with_a_reference_is_from_that() -> None:
    score = attrs.evolve(distance(1.8, [2.1, 2.0, 2.2], linear=0.1), reference=2.1)
    assert right(score)["geometry"] is False
    assert "one 1.8 at a floor of 2.1, where 2.1 is right" in verdict({"one": score}).lines()[1]
    assert right(attrs.evolve(score, value=2.2))["geometry"] is True


def test_diverged_runs_are_wrong_and_named() -> None:
    found = verdict({"one": distance(None, [0.1], 3.0)})
    assert found.right is False
    assert "150 of 150 free runs diverged" in found.findings["stability"].sentence
    assert "all 8 free runs diverged" in found.findings["geometry"].sentence
    assert found.sentence == (
        "The reconstruction is wrong in stability, and undecided in geometry."
    )


@pytest.mark.parametrize(
    ("diverged", "count", "expected"),
    [
        (0, 150, True),
        (0, 8, None),
        (1, 150, None),
        (1, 8, None),
        (8, 150, False),
        (3, 8, False),
    ],
)
def test_shares_are_counted(diverged: int, count: int, expected: bool | None) -> None:
    runs = takens.plugin.Runs([5] * diverged + [None] * (count - diverged))
    score = attrs.evolve(distance(0.1, [0.1], 3.0), runs=runs)
    assert right(score)["stability"] is expected
    share = takens.Score(
        value=diverged / count,
        trials=count,
        remark="come to rest",
        evidence=takens.plugin.Evidence("rest", "share"),
    )
    assert right(share) == {"rest": expected}
    finding = verdict({"one": share}).findings["rest"]
    assert f"{diverged} of {count} free runs come to rest" in finding.sentence
    test = stats.binomtest(diverged, count)
    exact = test.proportion_ci(0.9, method="exact")
    assert finding.interval == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_a_share_is_that_of_the_truth() -> None:
    share = takens.Score(
        value=0.14, trials=2000, evidence=takens.plugin.Evidence("rest", "share")
    )
    assert right(share) == {"rest": False}
    assert right(attrs.evolve(share, reference=0.14)) == {"rest": True}


@pytest.mark.parametrize(
    ("value", "error", "reference", "expected"),
    [
        (0.90, 0.0078, 0.9056, True),
        (0.87, 0.0078, 0.9056, None),
        (0.839, 0.0078, 0.9056, False),
        (0.70, 0.15, 0.9056, None),
        (0.55, 0.20, 0.906, None),
        (-13.3, 8.4, 0.9056, None),
        (4.0, 0.5, 0.9056, False),
        (-0.9056, 0.01, 0.9056, False),
    ],
)
def test_an_estimate_is_right_where_its_interval_is_within_the_tolerance(
    value: float, error: float, reference: float, expected: bool | None
) -> None:
    assert right(estimate(value, error, reference=reference)) == {"exponents": expected}


def test_the_sentence_of_an_estimate_has_its_interval_and_its_tolerance() -> None:
    found = verdict({"max_lyapunov": estimate(0.8386, 0.0078)}).findings["exponents"]
    assert found.sentence == (
        "Exponents: wrong, max_lyapunov 0.839 for 0.906, 7.4 % low (90 %: 5.9 to 8.9), "
        "tolerance 5 %, over 32 starts."
    )


@pytest.mark.parametrize(
    ("off", "shares"),
    [(0.02, (0.96, 0.04, 0.0)), (0.05, (0.05, 0.9, 0.05)), (0.074, (0.0, 0.13, 0.87))],
)
def test_answers_come_as_often_as_the_closed_form_says(
    off: float, shares: tuple[float, float, float]
) -> None:
    random = np.random.default_rng(0)
    answers = [
        right(estimate(0.9056 * (1 - off) + 0.0078 * float(z)))["exponents"]
        for z in random.standard_normal(2_000)
    ]
    found = [answers.count(outcome) / len(answers) for outcome in (True, None, False)]
    assert found == pytest.approx(shares, abs=0.025)


def test_what_is_smaller_than_a_rate_can_be_told_has_a_scale() -> None:
    # Per mean period of 6.6 time units.
    score = estimate(0.004, 0.0001, reference=0.0, scale=1 / 6.6)
    assert right(score) == {"exponents": True}
    assert right(attrs.evolve(score, value=0.02)) == {"exponents": False}
    blurred = attrs.evolve(score, resolution=0.0069, scale=0.1)
    assert right(blurred) == {"exponents": None}
    assert "tells nothing below 0.0069" in verdict({"one": blurred}).lines()[0]


def test_without_a_known_value_an_estimate_is_not_judged() -> None:
    score = estimate(0.9, reference=None)
    assert right(score) == {}
    assert verdict({"one": score}).not_judged == {
        "one": "no true value is known: give it (judge.reference), or judge by what data alone "
        "tell"
    }
    assert verdict({}).right is None
    score = attrs.evolve(score, truth=0.9, truth_error=0.001, truth_over=32)
    assert right(score) == {"exponents": True}


def test_without_an_error_nothing_is_told() -> None:
    found = verdict({"one": estimate(0.9056, None)}).findings["exponents"]
    assert found.right is None
    assert "no error is known; give more starts" in found.sentence


def test_every_part_of_a_score_is_tested() -> None:
    part = takens.plugin.Part
    parts = {
        "x": part(value=0.0, error=0.02, reference_error=0.02),
        "z": part(value=0.3, error=0.02, reference_error=0.02),
    }
    score = takens.Score(
        value=0.3,
        error=0.02,
        error_over=150,
        error_unit="free runs",
        reference=0.0,
        reference_error=0.02,
        reference_over=6,
        scale=1.0,
        parts=parts,
        evidence=takens.plugin.Evidence("means", "estimate", "means", 0.15),
    )
    found = verdict({"mean_shift": score}).findings["means"]
    assert found.right is False
    assert found.sentence.startswith("Means: wrong, mean_shift of z 0.3 for 0 (90 %: ")
    assert "mean_shift of x" not in found.sentence
    assert len(found.tests) == 2
    assert right(attrs.evolve(score, parts=parts | {"z": parts["x"]})) == {"means": True}
    loose = Criteria(tolerance={"means": 0.9})
    assert right(score, loose) == {"means": True}


def test_a_true_subject_is_called_wrong_no_more_often_than_the_level_says() -> None:
    random = np.random.default_rng(1)
    evidence = [takens.plugin.Evidence(str(i), "estimate") for i in range(8)]
    wrong = 0
    for _ in range(1_000):
        # At the very edge of the tolerance, where a false answer is likeliest.
        scores = {
            str(i): attrs.evolve(
                estimate(1.05 + 0.01 * float(random.standard_normal()), 0.01),
                reference=1.0,
                error_over=None,
                evidence=one,
            )
            for i, one in enumerate(evidence)
        }
        wrong += verdict(scores).right is False
    assert 0.03 <= wrong / 1_000 <= 0.065


def test_what_is_undecided_says_what_would_decide_it() -> None:
    members = estimate(0.88, 0.02, error_over=5, error_unit="members")
    sentence = verdict({"one": members}).findings["exponents"].sentence
    (many,) = re.findall(r"about (\d+) members would decide it", sentence)
    random = np.random.default_rng(2)
    decided = 0
    for _ in range(200):
        values = 0.88 + 0.02 * math.sqrt(5) * random.standard_normal(int(many))
        error = float(values.std(ddof=1)) / math.sqrt(int(many))
        again = estimate(float(values.mean()), error, error_over=int(many))
        decided += right(again)["exponents"] is not None
    assert decided >= 160
    longer = attrs.evolve(distance(0.38, [0.09], linear=3.09))
    assert "a record" in verdict({"one": longer}).findings["geometry"].sentence
    runs = takens.plugin.Runs([None] * 8)
    few = verdict({"one": attrs.evolve(longer, runs=runs)}).findings["stability"].sentence
    assert few.endswith("about 150 of them would decide it.")


def test_a_record_as_long_as_is_asked_for_decides() -> None:
    random = np.random.default_rng(3)

    def drawn(spread: float) -> takens.Score:
        # Six records, and each of them becomes longer: their number stays what it is.
        values = 1 + spread * math.sqrt(6) * random.standard_normal((6, 3))
        part = [
            takens.plugin.Part(value=float(v.mean()), error=float(v.std(ddof=1)) / math.sqrt(6))
            for v in values.T
        ]
        return estimate(
            part[0].value,
            part[0].error,
            reference=1.0,
            scale=1.0,
            error_over=6,
            error_unit="blocks of time",
            parts={"x": part[0], "y": part[1], "z": part[2]},
        )

    tried = decided = 0
    for spread in (0.02, 0.04, 0.08):
        for _ in range(200):
            finding = verdict({"one": drawn(spread)}).findings["exponents"]
            times = re.findall(r"a record ([\d.]+) times as long", finding.sentence)
            if finding.right is None and times:
                tried += 1
                again = right(drawn(spread / math.sqrt(max(map(float, times)))))
                decided += again["exponents"] is not None
    assert tried > 300
    assert decided >= 0.8 * tried


def test_an_orbit_that_is_too_short_says_how_long_it_should_be() -> None:
    found = verdict({"one": estimate(0.9, resolution=0.05)}).findings["exponents"]
    assert found.right is None
    assert "about 1.7 times as many steps would decide it" in found.sentence
    # Growth by shear, over ten times as long as tangents had to align.
    shear = [math.log1p(time) / time for time in (10.0, 1.7 * 10.0)]
    assert shear[1] < 0.05 * 0.9056 / 0.05 * shear[0]


def test_the_verdict_says_what_it_would_have_noticed() -> None:
    good = distance(0.1, [0.1], 3.0)
    spoilt = {"means off by 0.3 sd": distance(2.0, [0.1], 3.0), "time x 0.95": good}
    found = verdict({"one": attrs.evolve(good, spoilt=spoilt)})
    assert found.findings["geometry"].power == "Would notice means off by 0.3 sd."
    assert "nothing here would notice time x 0.95" in found.lines()[-1]
    blind = verdict({"one": attrs.evolve(good, spoilt={"time x 0.95": good})})
    assert blind.findings["geometry"].power == "Would notice none of the spoilt copies."


def test_a_single_copy_at_rest_counts_as_all_runs_of_a_model_would() -> None:
    def share(value: float, trials: int) -> takens.Score:
        evidence = takens.plugin.Evidence("stability", "share")
        return takens.Score(value=value, trials=trials, reference=0.0, evidence=evidence)

    copies = {"rest for the last quarter": share(1.0, 1), "time reversed": share(0.0, 1)}
    found = verdict({"one": attrs.evolve(share(0.0, 150), spoilt=copies)})
    power = found.findings["stability"].power
    assert power == "Would notice rest for the last quarter."


def test_one_model_does_not_tell_how_trainings_differ() -> None:
    score = estimate(0.9)
    assert verdict({"one": score}).notes == ()
    assert "training.members" in verdict({"one": attrs.evolve(score, members=[0.9])}).notes[0]
    assert verdict({"one": attrs.evolve(score, members=[0.9, 0.9])}).notes == ()


@pytest.mark.parametrize("tolerance", [0.0, 1.0, -0.1, math.nan])
def test_a_tolerance_is_between_0_and_1(tolerance: float) -> None:
    with pytest.raises(takens.InputError, match=r"judge\.tolerance\.means is between 0 and 1"):
        Criteria(tolerance={"means": tolerance})
    with pytest.raises(takens.InputError, match=r"judge\.level is between 0 and 0\.5"):
        Criteria(level=tolerance)
    with pytest.raises(takens.InputError, match="A tolerance is between 0 and 1"):
        takens.plugin.Evidence("means", "estimate", "means", tolerance)


def test_what_cannot_be_told_is_neither_right_nor_wrong() -> None:
    vague = estimate(2.0, 2.0)
    good = distance(0.1, [0.1], 3.0)
    found = verdict({"max_lyapunov": vague, "state_space_divergence": good})
    assert found.right is None
    assert found.sentence == (
        "The reconstruction is undecided in exponents, and right in stability and geometry."
    )
    bad = distance(2.0, [0.1], 3.0)
    mixed = verdict({"max_lyapunov": vague, "state_space_divergence": bad})
    assert mixed.right is False
    assert "wrong in geometry, undecided in exponents, and right in" in mixed.sentence
    alone = verdict({"max_lyapunov": vague})
    assert alone.sentence == (
        "The reconstruction is undecided in all that was judged: exponents."
    )


def test_no_value_in_the_data_leaves_a_model_unjudged() -> None:
    why = "no scaling region"
    score = takens.Score(
        value=None, reason=why, reference_reason=why, evidence=EXPONENTS, metric="a:b"
    )
    assert verdict({"one": score}).not_judged == {"one": why}
    only_model = takens.Score(value=0.9, reference_reason=why, evidence=EXPONENTS)
    assert verdict({"one": only_model}).not_judged == {"one": why}
    only_data = takens.Score(value=None, reason=why, reference=0.9, evidence=EXPONENTS)
    assert right(only_data) == {"exponents": None}


@pytest.mark.parametrize(
    ("value", "floor", "expected"),
    [
        (0.1, 0.05, True),
        (0.4, 0.05, True),
        (0.45, 0.05, None),
        (0.6, 0.05, False),
        (0.6, 0.7, True),
    ],
)
def test_a_forecast_is_twice_as_good_as_simple_ones(
    value: float, floor: float, expected: bool | None
) -> None:
    score = takens.Score(
        value=value,
        error=0.01,
        error_over=20,
        floor=floor,
        baselines={"persistence": 1.1, "best_linear_forecast": 0.9},
        evidence=takens.plugin.Evidence("prediction", "forecast"),
    )
    assert right(score) == {"prediction": expected}
    assert "where best linear forecast has 0.9" in verdict({"a": score}).lines()[0]


def test_what_the_truth_itself_cannot_be_forecast_tells_nothing() -> None:
    score = takens.Score(
        value=1.41,
        error=0.01,
        error_over=20,
        floor=1.42,
        baselines={"best_linear_forecast": 1.0},
        evidence=takens.plugin.Evidence("prediction", "forecast"),
    )
    found = verdict({"one": score})
    assert found.not_judged["one"].startswith("so far ahead the truth is not forecast either")
    assert right(attrs.evolve(score, value=0.3)) == {"prediction": True}


def test_a_perfect_simple_forecast_need_not_be_beaten() -> None:
    score = takens.Score(
        value=1e-13,
        error=1e-14,
        error_over=20,
        floor=0.02,
        baselines={"best_linear_forecast": 1e-13, "persistence": 1.0},
        evidence=takens.plugin.Evidence("prediction", "forecast"),
    )
    assert right(score) == {"prediction": True}


def test_diverging_where_the_truth_does_is_right() -> None:
    runs = takens.plugin.Runs([5] * 6 + [None] * 144, expected=0.04)
    score = attrs.evolve(distance(0.1, [0.1], 3.0), runs=runs)
    assert right(score)["stability"] is not False
    assert "where 4 % of the truth's do" in verdict({"one": score}).lines()[0]
    alone = attrs.evolve(score, runs=takens.plugin.Runs([5] * 12 + [None] * 138))
    assert right(alone)["stability"] is False


def test_all_scores_of_an_aspect_must_be_right_and_all_aspects_of_a_verdict() -> None:
    good, bad = distance(0.1, [0.1], 3.0), distance(2.0, [0.1], 3.0)
    found = verdict({"state_space_divergence": good, "sliced_wasserstein": bad})
    assert found.findings["geometry"].right is False
    assert "sliced_wasserstein 2" in found.findings["geometry"].sentence
    spectrum = takens.plugin.Evidence("spectrum", "distance")
    mixed = verdict({"a": good, "b": attrs.evolve(bad, evidence=spectrum)})
    assert mixed.right is False
    assert mixed.sentence == (
        "The reconstruction is wrong in spectrum, and right in stability and geometry."
    )
    whole = verdict({"a": good, "b": attrs.evolve(good, evidence=spectrum)})
    assert whole.right is True
    assert whole.sentence.endswith("judged: stability, geometry and spectrum.")


def test_names_decide_nothing() -> None:
    unknown = takens.Score(value=99.0, floor=0.1, baselines={"a": 1.0}, reference=0.5)
    for name in takens.metrics.names():
        found = verdict({name: unknown})
        assert found.findings == {}
        assert found.not_judged == {name: "it does not say what it is evidence for"}
        assert found.sentence.endswith(f"is right. Not judged: {name}.")


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("distance", "there is no floor to compare it with"),
        (
            "estimate",
            "no true value is known: give it (judge.reference), or judge by what data alone "
            "tell",
        ),
        ("forecast", "there are no simple forecasts beside it"),
        (None, "it is shown beside others and decides nothing"),
    ],
)
def test_what_lacks_something_to_be_judged_by_is_named(by: Any, why: str) -> None:
    score = takens.Score(value=1.0, evidence=takens.plugin.Evidence("climate", by))
    found = verdict({"good": distance(0.1, [0.1], 3.0), "other:one": score})
    assert found.right is True
    assert found.not_judged == {"other:one": why}
    assert found.sentence.endswith("stability and geometry. Not judged: other:one.")
    assert found.lines()[-1] == f"Not judged: other:one: {why}."


def test_a_score_that_failed_is_not_judged_and_says_why() -> None:
    failed = takens.Score(value=None, reason="KeyError: 'x'.")
    assert verdict({"one": failed}).not_judged == {"one": "KeyError: 'x'"}


def test_evidence_is_checked() -> None:
    with pytest.raises(takens.InputError, match=r"got 'distanc'\. Did you mean 'distance'"):
        takens.plugin.Evidence("geometry", "distanc")
    with pytest.raises(takens.InputError, match="names an aspect"):
        takens.plugin.Evidence(" ")


def test_the_closed_list_of_aspects_is_still_there() -> None:
    with pytest.warns(DeprecationWarning, match="words, as in"):
        aspect: Any = getattr(takens, "Aspect")  # noqa: B009
    found = verdict({"one": distance(0.1, [0.1], 3.0)})
    assert found.findings[aspect.GEOMETRY].right is True


def test_what_was_in_the_details_of_a_score_still_counts() -> None:
    with pytest.warns(DeprecationWarning, match="is Score\\(reason"):
        score = takens.Score(value=None, details={"reason": "gone"})
    assert score.reason == "gone"


def test_a_score_shows_what_it_holds_in_few_words() -> None:
    score = attrs.evolve(
        distance(0.1, [0.1], None),
        error=None,
        error_over=None,
        error_unit="",
        floor_error=None,
        floor_over=None,
        runs=None,
    )
    curve = takens.plugin.Curve(x=range(500), y=[math.nan] * 500)
    score = attrs.evolve(score, curves={"long": curve}, details={"many": [0] * 999})
    assert repr(score) == (
        "Score\n  value: 0.1\n  floor: 0.1\n  floors: 0.1\n"
        "  evidence: Evidence(aspect=geometry, by=distance, kind=distances, tolerance=0.1, "
        "squared=False)\n"
        "  curves: long\n  details: many"
    )
    assert score.curves["long"].y[0] is None


# Surrogates, and whole judgements with them.


def lorenz(steps: int = 20_000, seed: int = 0) -> takens.TimeSeries:
    return takens.simulate(takens.systems.create("lorenz63"), dt=0.02, steps=steps, seed=seed)


def linear(series: takens.TimeSeries) -> Mapping[str, takens.TimeSeries]:
    return surrogates(series)


def test_surrogates_keep_spectra_and_spread() -> None:
    series = lorenz()
    made = linear(series)
    assert set(made) == {"phase_randomised", "autoregressive"}
    x, y = series.x.numpy(), made["phase_randomised"].x.numpy()
    assert np.abs(np.fft.rfft(y, axis=0)) == pytest.approx(
        np.abs(np.fft.rfft(x, axis=0)), rel=1e-6, abs=1e-6
    )
    assert np.corrcoef(x.T) == pytest.approx(np.corrcoef(y.T), abs=1e-6)
    z = made["autoregressive"].x.numpy()
    assert z.std(0) == pytest.approx(x.std(0), rel=0.25)
    # Lorenz' third variable oscillates; a linear process has its autocorrelation, too.
    for lag in (5, 20):
        ours, theirs = (np.corrcoef(s[:-lag, 2], s[lag:, 2])[0, 1] for s in (x, z))
        assert theirs == pytest.approx(ours, abs=0.2)


def test_surrogates_of_linear_data_are_like_them() -> None:
    noise = np.random.default_rng(0).normal(size=(5_000, 2))
    x = np.zeros_like(noise)
    for i in range(1, len(x)):
        x[i] = 0.9 * x[i - 1] + noise[i]
    series = takens.TimeSeries(torch.arange(5_000), torch.tensor(x))
    for made in linear(series).values():
        assert made.x.std(0).numpy() == pytest.approx(x.std(0), rel=0.15)


SERIES_METRICS = (
    "state_space_divergence",
    "sliced_wasserstein",
    "mutual_information_distance",
)


def judged(runs: takens.TimeSeries) -> Verdict:
    """Return the verdict on records as if a model had generated them."""
    truth = takens.simulate("lorenz63", dt=0.02, steps=10_000, trajectories=6, seed=1)
    first, rest = (attrs.evolve(truth, x=x) for x in (truth.x[0], truth.x[1:]))
    metrics = tuple(
        name
        for name in SERIES_METRICS
        if isinstance(takens.create("metric", name), takens.plugin.SeriesMetric)
    )
    return takens.judge(runs, first, metrics, second=rest, power=False).verdict


def records(rho: float = 28.0) -> takens.TimeSeries:
    system = takens.systems.create("lorenz63", rho=rho)
    return takens.simulate(system, dt=0.02, steps=10_000, trajectories=8, seed=2)


def test_the_truth_is_never_wrong() -> None:
    found = judged(records())
    assert found.right is not False, found.sentence
    assert found.findings["spectrum"].right, found.sentence


@pytest.mark.parametrize("kind", ["phase_randomised", "autoregressive"])
def test_linear_surrogates_of_chaotic_data_are_rejected(kind: str) -> None:
    true = records()
    made = [surrogates(attrs.evolve(true, x=x), i)[kind].x for i, x in enumerate(true.x)]
    found = judged(attrs.evolve(true, x=torch.stack(made)))
    assert found.findings["geometry"].right is False


def test_another_system_is_rejected() -> None:
    assert judged(records(rho=45.0)).findings["geometry"].right is False


# Comparing scores.


def test_scores_of_one_convention_are_compared() -> None:
    one = takens.Score(value=1.0, unit="nats", error=0.3, convention="bins")
    two = takens.Score(value=2.0, unit="nats", error=0.4, convention="bins")
    found = compare_scores(two, one)
    assert (found.difference, found.error, found.unit) == (1.0, 0.5, "nats")
    assert found.standard_errors == 2.0
    plain = takens.Score(value=2.0, unit="nats", convention="bins")
    assert compare_scores(plain, one).error is None
    assert compare_scores(plain, one).standard_errors is None


def test_scores_of_two_conventions_are_not_compared() -> None:
    one = takens.Score(value=1.0, unit="nats", convention="30 bins")
    for other in (
        takens.Score(value=1.0, unit="nats", convention="10 bins"),
        takens.Score(value=1.0, unit="bits", convention="30 bins"),
    ):
        with pytest.raises(
            takens.InputError, match="cannot be compared: one is 30 bins in nats"
        ):
            compare_scores(one, other)
    none = takens.Score(value=None, unit="nats", convention="30 bins", reason="gone")
    with pytest.raises(takens.InputError, match="without a value cannot be compared: gone"):
        compare_scores(one, none)


@pytest.mark.parametrize(
    ("interval", "bounds", "margin"),
    [
        ((0.9, 1.1), (0.5, 1.5), 0.4),
        ((0.4, 1.1), (0.5, 1.5), -0.1),
        ((0.0, 0.01), (None, 0.02), 0.5),
        ((0.0, 0.03), (None, 0.02), -0.5),
        ((2.0, 3.0), (1.0, None), 1.0),
    ],
)
def test_margins_are_in_widths_of_the_bounds(
    interval: tuple[float, float], bounds: tuple[float | None, float | None], margin: float
) -> None:
    test = EquivalenceTest(
        name="x", value=1.0, interval=interval, bounds=bounds, tolerance=0.1, p=1.0, sentence=""
    )
    assert _margin(test) == pytest.approx(margin)
