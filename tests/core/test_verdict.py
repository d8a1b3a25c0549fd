"""The verdict follows from the scores."""

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pytest
import torch

import takens
from takens._judging.compare import compare_scores  # pyright: ignore[reportPrivateUsage]
from takens._judging.surrogates import surrogates  # pyright: ignore[reportPrivateUsage]
from takens._judging.verdict import (  # pyright: ignore[reportPrivateUsage]
    Verdict,
    verdict,
)

EXPONENTS = takens.plugin.Evidence("exponents", "estimate")


def distance(
    value: float | None, floors: list[float], linear: float | None, aspect: str = "geometry"
) -> takens.Score:
    gone = value is None
    return takens.Score(
        value=value,
        reason="all 8 free runs diverged" if gone else "",
        floor=float(np.median(floors)),
        floors=floors,
        baselines={} if linear is None else {"phase_randomised": linear},
        runs=takens.plugin.Runs([7 if gone else None] * 8),
        evidence=takens.plugin.Evidence(aspect, "distance"),
    )


def right(score: takens.Score) -> Mapping[str, bool | None]:
    return {a: f.right for a, f in verdict({"one": score}).findings.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.05, True), (0.11, True), (0.3, True), (0.6, False), (3.5, False), (9.0, False)],
)
def test_a_distance_is_right_near_its_floor(value: float, expected: bool) -> None:
    score = distance(value, [0.08, 0.09, 0.1], linear=3.0, aspect="climate")
    assert right(score)["climate"] is expected


def test_where_surrogates_are_as_near_only_the_floor_counts() -> None:
    for value, expected in ((0.1, True), (0.13, False)):
        score = distance(value, [0.08, 0.09, 0.1], linear=0.09)
        assert right(score)["geometry"] is expected


def test_one_pair_does_not_tell_how_much_pairs_differ() -> None:
    for value, expected in ((0.19, True), (0.21, False)):
        score = distance(value, [0.1], linear=0.3)
        assert right(score)["geometry"] is expected


def test_the_distance_of_a_score_with_a_reference_is_from_that() -> None:
    score = attrs.evolve(
        distance(1.8, [2.1, 2.0, 2.2], linear=None), reference=2.1, reference_error=0.01
    )
    assert right(score)["geometry"] is False
    assert "one 1.8, where 2.1 is right" in verdict({"one": score}).lines()[1]
    assert right(attrs.evolve(score, value=2.2))["geometry"] is True
    # Its own error, and that of the reference, are room for it.
    assert right(attrs.evolve(score, error=0.15))["geometry"] is True


def test_diverged_runs_are_wrong_and_named() -> None:
    found = verdict({"one": distance(None, [0.1], 3.0)})
    assert found.right is False
    assert "8 of 8 free runs diverged" in found.findings["stability"].sentence
    assert "all 8 free runs diverged" in found.findings["geometry"].sentence
    assert found.sentence == "The reconstruction is wrong: stability and geometry."


@pytest.mark.parametrize(
    ("value", "error", "reference", "expected"),
    [
        (0.90, 0.01, 0.9056, True),
        (0.85, 0.01, 0.9056, True),
        (0.70, 0.01, 0.9056, False),
        (0.70, 0.15, 0.9056, True),
        (-13.3, 8.4, 0.9056, None),
        (1.8, 0.5, 0.9056, None),
        (4.0, 0.5, 0.9056, False),
        (-0.05, 0.01, 0.9056, False),
        (0.0, 0.001, 0.0, True),
        (0.1, 0.001, 0.0, False),
    ],
)
def test_an_estimate_is_right_within_its_error(
    value: float, error: float, reference: float, expected: bool | None
) -> None:
    score = takens.Score(value=value, error=error, reference=reference, evidence=EXPONENTS)
    assert right(score) == {"exponents": expected}


def test_without_a_known_value_an_estimate_is_not_judged() -> None:
    score = takens.Score(value=0.9, error=0.1, evidence=EXPONENTS)
    assert right(score) == {}
    assert verdict({"one": score}).not_judged == {"one": "no true value is known"}
    assert verdict({}).right is None
    score = attrs.evolve(score, truth=0.9, truth_error=0.01)
    assert right(score) == {"exponents": True}


def test_what_cannot_be_told_is_neither_right_nor_wrong() -> None:
    vague = takens.Score(value=2.0, error=2.0, reference=0.9, evidence=EXPONENTS)
    good = distance(0.1, [0.1], 3.0)
    found = verdict({"max_lyapunov": vague, "state_space_divergence": good})
    assert found.right is None
    assert found.sentence == (
        "The reconstruction is undecided in exponents, and right in stability and geometry."
    )
    assert found.findings["exponents"].sentence == (
        "Exponents: undecided, max_lyapunov 2, where 0.9 is known to be right, with an "
        "error of 2."
    )
    bad = distance(2.0, [0.1], 3.0)
    mixed = verdict({"max_lyapunov": vague, "state_space_divergence": bad})
    assert mixed.right is False
    assert "wrong in geometry, undecided in exponents, and right in" in mixed.sentence
    alone = verdict({"max_lyapunov": vague})
    assert alone.sentence == (
        "The reconstruction is undecided in all that was judged: exponents."
    )


def test_estimates_that_cannot_be_told_from_zero_agree() -> None:
    score = takens.Score(
        value=0.00002,
        error=0.0002,
        truth=0.0025,
        truth_error=0.0002,
        resolution=0.0069,
        evidence=EXPONENTS,
    )
    assert right(score) == {"exponents": True}
    sentence = verdict({"max_lyapunov": score}).findings["exponents"].sentence
    assert "neither can be told from zero, below 0.0069" in sentence
    assert right(attrs.evolve(score, value=0.02)) == {"exponents": False}


def test_no_value_in_either_record_agrees() -> None:
    why = "no scaling region"
    score = takens.Score(
        value=None, reason=why, reference_reason=why, evidence=EXPONENTS, metric="a:b"
    )
    assert right(score) == {"exponents": True}
    only_model = takens.Score(value=0.9, reference_reason=why, evidence=EXPONENTS)
    assert verdict({"one": only_model}).not_judged == {"one": why}
    only_data = takens.Score(value=None, reason=why, reference=0.9, evidence=EXPONENTS)
    assert right(only_data) == {"exponents": False}


@pytest.mark.parametrize(
    ("value", "floor", "expected"),
    [
        (0.1, 0.05, True),
        (0.4, 0.05, True),
        (0.6, 0.05, False),
        (0.6, 0.7, True),
        (1.2, 2.0, False),
    ],
)
def test_a_forecast_is_twice_as_good_as_simple_ones(
    value: float, floor: float, expected: bool
) -> None:
    score = takens.Score(
        value=value,
        floor=floor,
        baselines={"persistence": 1.1, "best_linear_forecast": 0.9},
        evidence=takens.plugin.Evidence("prediction", "forecast"),
    )
    assert right(score) == {"prediction": expected}
    assert "where best linear forecast has 0.9" in verdict({"a": score}).lines()[0]


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
        ("estimate", "no true value is known"),
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
    score = distance(0.1, [0.1], None)
    curve = takens.plugin.Curve(x=range(500), y=[math.nan] * 500)
    score = attrs.evolve(score, curves={"long": curve}, details={"many": [0] * 999})
    assert repr(score) == (
        "Score\n  value: 0.1\n  floor: 0.1\n  floors: 0.1\n"
        "  runs: Runs(diverged_at=None, None, None, None, None, None, None, None)\n"
        "  evidence: Evidence(aspect=geometry, by=distance, kind=distances, tolerance=0.1)\n"
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


def judged(run: takens.TimeSeries) -> Verdict:
    """Return the verdict on a record as if a model had generated it."""
    from takens._dynamics.free_run import FreeRun  # pyright: ignore[reportPrivateUsage]
    from takens._judging.free_runs import (  # pyright: ignore[reportPrivateUsage]
        compare_free_runs,
    )
    from takens._judging.judge import complete  # pyright: ignore[reportPrivateUsage]
    from takens._judging.segments import Segments  # pyright: ignore[reportPrivateUsage]

    truth = lorenz(40_000, seed=1)
    segments = Segments.of(*truth.halves())
    runs = torch.stack((run.x, run.x))
    free = FreeRun(takens.TimeSeries(run.t, runs), (None, None))
    made = linear(segments.reference)
    scores = {
        name: complete(
            compare_free_runs(metric, segments, free, made), name, metric, None, None
        )
        for name in SERIES_METRICS
        if isinstance(metric := takens.create("metric", name), takens.plugin.SeriesMetric)
    }
    return verdict(scores)


def test_the_truth_is_right() -> None:
    found = judged(lorenz(seed=2))
    assert found.right, found.sentence


@pytest.mark.parametrize("kind", ["phase_randomised", "autoregressive"])
def test_linear_surrogates_of_chaotic_data_are_rejected(kind: str) -> None:
    found = judged(linear(lorenz(seed=3))[kind])
    assert found.findings["geometry"].right is False
    assert found.findings["spectrum"].right is False


def test_another_system_is_rejected() -> None:
    other = takens.simulate(
        takens.systems.create("lorenz63", rho=45.0), dt=0.02, steps=20_000, seed=2
    )
    assert judged(other).findings["geometry"].right is False


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
