"""The verdict follows from the scores."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

import takens
from takens._judging.compare import compare_scores  # pyright: ignore[reportPrivateUsage]
from takens._judging.surrogates import surrogates  # pyright: ignore[reportPrivateUsage]
from takens._judging.verdict import (  # pyright: ignore[reportPrivateUsage]
    Aspect,
    Verdict,
    verdict,
)


def distance(value: float | None, floors: list[float], linear: float | None) -> takens.Score:
    details: dict[str, Any] = {
        "floor_values": floors,
        "surrogate_values": {"phase_randomised": linear, "autoregressive": None},
        "runs": 8,
        "diverged": 0.0,
        "diverged_at": [],
    }
    if value is None:
        details |= {
            "diverged": 1.0,
            "diverged_at": [7] * 8,
            "reason": "all 8 free runs diverged",
        }
    return takens.Score(value=value, floor=float(np.median(floors)), details=details)


def right(name: str, score: takens.Score) -> Mapping[Aspect, bool | None]:
    return {a: f.right for a, f in verdict({name: score}).findings.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.05, True), (0.11, True), (0.3, True), (0.6, False), (3.5, False), (9.0, False)],
)
def test_a_distance_is_right_near_its_floor(value: float, expected: bool) -> None:
    score = distance(value, [0.08, 0.09, 0.1], linear=3.0)
    assert right("state_space_divergence", score)[Aspect.GEOMETRY] is expected
    assert right("spectrum_distance", score)[Aspect.SPECTRUM] is expected


def test_where_surrogates_are_as_near_only_the_floor_counts() -> None:
    for value, expected in ((0.1, True), (0.13, False)):
        score = distance(value, [0.08, 0.09, 0.1], linear=0.09)
        assert right("spectrum_distance", score)[Aspect.SPECTRUM] is expected


def test_one_pair_does_not_tell_how_much_pairs_differ() -> None:
    for value, expected in ((0.19, True), (0.21, False)):
        score = distance(value, [0.1], linear=0.3)
        assert right("spectrum_distance", score)[Aspect.SPECTRUM] is expected


def test_diverged_runs_are_wrong_and_named() -> None:
    found = verdict({"state_space_divergence": distance(None, [0.1], 3.0)})
    assert found.right is False
    assert "8 of 8 free runs diverged" in found.findings[Aspect.STABILITY].sentence
    assert "all 8 free runs diverged" in found.findings[Aspect.GEOMETRY].sentence
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
def test_an_exponent_is_right_within_its_error(
    value: float, error: float, reference: float, expected: bool | None
) -> None:
    score = takens.Score(value=value, error=error, reference=reference)
    assert right("max_lyapunov", score) == {Aspect.EXPONENTS: expected}


def test_without_a_known_exponent_nothing_is_said() -> None:
    assert right("max_lyapunov", takens.Score(value=0.9, error=0.1)) == {}
    assert verdict({}).right is None
    estimate = {"true_estimate": 0.9, "true_estimate_error": 0.01}
    score = takens.Score(value=0.9, error=0.1, details=estimate)
    assert right("max_lyapunov", score) == {Aspect.EXPONENTS: True}


def test_what_cannot_be_told_is_neither_right_nor_wrong() -> None:
    vague = takens.Score(value=2.0, error=2.0, reference=0.9)
    good = distance(0.1, [0.1], 3.0)
    found = verdict({"max_lyapunov": vague, "state_space_divergence": good})
    assert found.right is None
    assert found.sentence == (
        "The reconstruction is undecided in exponents, and right in stability and geometry."
    )
    assert found.findings[Aspect.EXPONENTS].sentence == (
        "Exponents are undecided: max_lyapunov 2, where 0.9 is known to be right, with an "
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


def test_exponents_that_a_time_cannot_tell_from_zero_agree() -> None:
    details = {"time": 1000.0, "true_estimate": 0.0025, "true_estimate_error": 0.0002}
    score = takens.Score(value=0.00002, error=0.0002, details=details)
    assert right("max_lyapunov", score) == {Aspect.EXPONENTS: True}
    sentence = verdict({"max_lyapunov": score}).findings[Aspect.EXPONENTS].sentence
    assert "neither can be told from zero in a time of 1000" in sentence
    growing = takens.Score(value=0.02, error=0.0002, details=details)
    assert right("max_lyapunov", growing) == {Aspect.EXPONENTS: False}


def test_no_growth_in_either_record_agrees() -> None:
    details = {"reason": "no scaling region", "reference_details": {}}
    score = takens.Score(value=None, details=details)
    assert right("lyapunov_from_data", score) == {Aspect.EXPONENTS: True}
    only_data = takens.Score(value=None, reference=0.9, details=details)
    assert right("lyapunov_from_data", only_data) == {Aspect.EXPONENTS: False}


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
    details = {"persistence": [0.2, 1.1], "linear": [0.1, 0.9]}
    score = takens.Score(value=value, floor=floor, details=details)
    assert right("prediction_error", score) == {Aspect.PREDICTION: expected}


def test_all_scores_of_an_aspect_must_be_right_and_all_aspects_of_a_verdict() -> None:
    good, bad = distance(0.1, [0.1], 3.0), distance(2.0, [0.1], 3.0)
    found = verdict({"state_space_divergence": good, "sliced_wasserstein": bad})
    assert found.findings[Aspect.GEOMETRY].right is False
    assert "sliced_wasserstein 2" in found.findings[Aspect.GEOMETRY].sentence
    mixed = verdict({"state_space_divergence": good, "spectrum_distance": bad})
    assert mixed.right is False
    assert mixed.sentence == (
        "The reconstruction is wrong in spectrum, and right in stability and geometry."
    )
    whole = verdict({"state_space_divergence": good, "spectrum_distance": good})
    assert whole.right is True
    assert whole.sentence.endswith("judged: stability, geometry and spectrum.")


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
    """Give the verdict on a record as if a model had generated it."""
    from takens._dynamics.free_run import FreeRun  # pyright: ignore[reportPrivateUsage]
    from takens._judging.free_runs import (  # pyright: ignore[reportPrivateUsage]
        compare_free_runs,
    )
    from takens._judging.stretches import Stretches  # pyright: ignore[reportPrivateUsage]

    truth = lorenz(40_000, seed=1)
    stretches = Stretches.of(*truth.halves())
    runs = torch.stack((run.x, run.x))
    free = FreeRun(takens.TimeSeries(run.t, runs), (None, None))
    made = linear(stretches.reference)
    scores = {
        name: compare_free_runs(takens.metrics.create(name), stretches, free, made)  # pyright: ignore[reportArgumentType]
        for name in SERIES_METRICS
    }
    return verdict(scores)


def test_the_truth_is_right() -> None:
    found = judged(lorenz(seed=2))
    assert found.right, found.sentence


@pytest.mark.parametrize("kind", ["phase_randomised", "autoregressive"])
def test_linear_surrogates_of_chaotic_data_are_rejected(kind: str) -> None:
    found = judged(linear(lorenz(seed=3))[kind])
    assert found.findings[Aspect.GEOMETRY].right is False
    assert found.findings[Aspect.SPECTRUM].right is False


def test_another_system_is_rejected() -> None:
    other = takens.simulate(
        takens.systems.create("lorenz63", rho=45.0), dt=0.02, steps=20_000, seed=2
    )
    assert judged(other).findings[Aspect.GEOMETRY].right is False


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
    none = takens.Score(
        value=None, unit="nats", convention="30 bins", details={"reason": "gone"}
    )
    with pytest.raises(takens.InputError, match="without a value cannot be compared: gone"):
        compare_scores(one, none)
