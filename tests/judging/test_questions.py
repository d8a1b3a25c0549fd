"""What a score is asked: sentence, interval, bounds, chance and remedy of each kind."""

import math
import re
from typing import Any

import attrs
import pytest
from scipy import stats

import takens
from takens._judging.criteria import Criteria  # pyright: ignore[reportPrivateUsage]
from takens._judging.equivalence import EquivalenceTest  # pyright: ignore[reportPrivateUsage]
from takens._judging.questions import (  # pyright: ignore[reportPrivateUsage]
    Unjudged,
    finite_runs,
    questions,
)
from takens._judging.remedies import (  # pyright: ignore[reportPrivateUsage]
    more_data,
    more_trials,
)
from takens._judging.verdict import verdict  # pyright: ignore[reportPrivateUsage]

CRITERIA = Criteria()
Z = float(stats.norm.ppf(0.95))


def asked(score: takens.Score, criteria: Criteria = CRITERIA) -> EquivalenceTest:
    found = questions("one", score, criteria)
    assert not isinstance(found, Unjudged), found
    (test,) = found
    return test


def unjudged(score: takens.Score) -> Unjudged:
    found = questions("one", score, CRITERIA)
    assert isinstance(found, Unjudged)
    return found


def score(by: str, value: float | None, **more: Any) -> takens.Score:
    return takens.Score(value=value, evidence=takens.plugin.Evidence("a", by), **more)


def test_a_share_is_told_with_its_exact_interval() -> None:
    found = asked(score("share", 0.1, trials=40, error_unit="starts", reference=0.05))
    low, high = stats.binomtest(4, 40).proportion_ci(0.9, method="exact")
    assert found.interval == pytest.approx((low, high))
    assert found.bounds == (None, pytest.approx(0.07))
    assert (found.value, found.tolerance) == (0.1, 0.02)
    assert found.p == pytest.approx(stats.binom.sf(3, 40, 0.07))
    assert found.sentence == (
        f"4 of 40 starts by one, where 5 % of the truth's do (90 %: {100 * low:.2g} % to "
        f"{100 * high:.2g} %), tolerance 2 %"
    )
    all_may = asked(score("share", 1.0, trials=8, reference=0.99, remark="stop"))
    assert all_may.bounds == (None, 1.0)
    assert all_may.sentence.startswith("8 of 8 free runs stop, where 99 % of the truth's do")
    assert all_may.sentence.endswith("(90 %: 69 % to 100 %), tolerance 2 %")
    none = asked(score("share", 0.0, trials=1_500))
    assert none.sentence.startswith("0 of 1,500 free runs by one (90 %: 0 % to 0.2 %)")
    assert none.within
    for lacking in ({"trials": None}, {"trials": 0}):
        assert unjudged(score("share", 0.1, **lacking)) == Unjudged("it has no value", True)
    gone = score("share", None, trials=9, reason="It broke.")
    assert unjudged(gone) == Unjudged("It broke", True)


def test_free_runs_are_to_stay_finite_as_the_truth_does() -> None:
    runs = takens.plugin.Runs([3, None, None, None], expected=0.25)
    found = finite_runs(runs, Criteria(tolerance={"shares": 0.1}, level=0.1))
    low, high = stats.binomtest(1, 4).proportion_ci(0.8, method="exact")
    assert (found.name, found.value, found.tolerance) == ("free runs", 0.25, 0.1)
    assert found.bounds == (None, 0.35)
    assert found.interval == pytest.approx((low, high))
    assert found.sentence == (
        f"1 of 4 free runs diverged, where 25 % of the truth's do (80 %: {100 * low:.2g} % to "
        f"{100 * high:.2g} %), tolerance 10 %"
    )
    plain = finite_runs(takens.plugin.Runs([3, None]), CRITERIA)
    assert plain.sentence.startswith("1 of 2 free runs diverged (90 %")


def distance(**more: Any) -> takens.Score:
    fields: dict[str, Any] = {
        "value": 0.4,
        "error": 0.03,
        "error_over": 6,
        "error_unit": "free runs",
        "floor": 0.1,
        "floor_error": 0.04,
        "floor_over": 5,
        "baselines": {"farther_one": 2.0, "near_one": 1.1},
    }
    return score("distance", **(fields | more))


def test_a_distance_is_told_in_parts_of_the_way_to_the_nearest_baseline() -> None:
    found = asked(distance())
    error, freedom = 0.05, 0.05**4 / (0.03**4 / 5 + 0.04**4 / 4)
    wide = float(stats.t.ppf(0.95, freedom)) * error
    assert found.value == pytest.approx(0.3)
    assert found.interval == pytest.approx((0.3 - wide, 0.3 + wide))
    assert (found.bounds, found.tolerance) == ((None, 0.1), 0.1)
    assert found.p == pytest.approx(stats.t.sf(0.2 / error, freedom))
    assert found.sentence == (
        f"one 0.4 at a floor of 0.1, 0.3 of the way to near one (90 %: {0.3 - wide:.2g} to "
        f"{0.3 + wide:.2g}), tolerance 0.1, over 6 free runs"
    )
    single = asked(distance(error_over=1, remark="seen", error_unit=""))
    assert single.sentence.endswith("tolerance 0.1, over 1 value: seen")
    assert asked(distance(error_over=None)).sentence.endswith("tolerance 0.1")


def test_a_distance_from_what_is_right_is_measured_from_there() -> None:
    found = asked(distance(value=-1.5, floor=2.2, floors=(2.2,), reference=2.0))
    # Distances are 3.5 and 0.2, the nearest baseline beyond twice the floor's is 0.9 away.
    share = 3.3 / 0.7
    assert found.value == pytest.approx(share)
    assert found.sentence.startswith(
        "one -1.5 at a floor of 2.2, where 2 is right, 4.7 of the way to near one"
    )
    near = asked(distance(floor_error=None))
    wide = float(stats.t.ppf(0.95, 5)) * 0.03
    assert near.interval == pytest.approx((0.3 - wide, 0.3 + wide))


def test_what_a_distance_lacks_is_said() -> None:
    assert unjudged(distance(floor=None)) == Unjudged("there is no floor to compare it with")
    because = distance(floor=None, reason="Gone.")
    assert unjudged(because) == Unjudged("Gone")
    for reason, told in (("", "no reason was given"), ("It broke.", "It broke")):
        found = unjudged(distance(value=None, error=None, reason=reason))
        assert found == Unjudged(f"one has no value ({told})", True)
    doubted = unjudged(distance(floor_doubt="it drifts"))
    assert doubted == Unjudged("one 0.4 at a floor of 0.1: it drifts", True)
    one = "one 0.4 at a floor of 0.1"
    alone = unjudged(distance(error=None))
    assert alone == Unjudged(f"{one}: no error is known, as of one run; give more runs", True)
    # Beyond twice one floor, or three errors of three of them.
    for baselines, which in (({}, "no baseline"), ({"a_b": 0.2, "c": 0.1}, "a b, c")):
        told = f"{one}: {which} cannot be told from the truth by it"
        assert unjudged(distance(baselines=baselines)) == Unjudged(told, True)
    assert asked(distance(baselines={"a": 0.2 + 1e-9})).value > 1
    floors = (0.05, 0.1, 0.15)
    beyond = 0.1 + 3 * math.sqrt(math.pi / 2) * float(stats.sem(floors))
    above = asked(distance(floors=floors, baselines={"a": beyond + 1e-9}))
    assert above.value == pytest.approx(0.3 / (beyond - 0.1), rel=1e-6)
    assert unjudged(distance(floors=floors, baselines={"a": beyond - 1e-9})).undecided


def estimate(**more: Any) -> takens.Score:
    fields: dict[str, Any] = {
        "value": 1.9,
        "error": 0.03,
        "error_over": 6,
        "error_unit": "starts",
        "reference": 2.0,
        "reference_error": 0.04,
        "reference_over": 5,
    }
    return score("estimate", **(fields | more))


def test_an_estimate_is_told_in_per_cent_of_what_is_right() -> None:
    found = asked(estimate())
    error, freedom = 0.05, 0.05**4 / (0.03**4 / 5 + 0.04**4 / 4)
    wide = float(stats.t.ppf(0.95, freedom)) * error
    assert found.interval == pytest.approx((1.9 - wide, 1.9 + wide))
    assert found.bounds == pytest.approx((1.9, 2.1))
    assert found.tolerance == 0.05
    assert found.p == pytest.approx(0.5)
    told = f"(90 %: {5 - 50 * wide:.2g} to {5 + 50 * wide:.2g}), tolerance 5 %, over 6 starts"
    assert found.sentence == f"one 1.9 for 2, 5 % low {told}"
    assert asked(estimate(value=2.1)).sentence == f"one 2.1 for 2, 5 % high {told}"
    assert asked(estimate(value=-2.1, reference=-2.0)).sentence.startswith(
        "one -2.1 for -2, 5 % high"
    )
    assert asked(estimate(value=-2.1, reference=-2.0)).bounds == pytest.approx((-2.1, -1.9))
    assert asked(estimate(value=2.3)).p == pytest.approx(stats.t.sf(0.2 / error, freedom))
    assert asked(estimate(error_over=1)).sentence.endswith("over 1 start")


def test_an_estimate_of_its_own_scale_is_told_by_that() -> None:
    found = asked(estimate(value=0.3, reference=0.0, scale=4.0, reference_error=None))
    wide = float(stats.t.ppf(0.95, 5)) * 0.03
    assert found.bounds == pytest.approx((-0.2, 0.2))
    assert found.sentence == (
        f"one 0.3 for 0 (90 %: {0.3 - wide:.3g} to {0.3 + wide:.3g}), tolerance 0.2, over 6 "
        "starts"
    )
    scaled = asked(estimate(scale=4.0))
    assert ", tolerance 0.2, over" in scaled.sentence
    # What is to be zero, without a scale, has no per cent.
    assert "tolerance 0, over" in asked(estimate(reference=0.0)).sentence


def test_the_truths_own_estimate_stands_in_for_a_known_value() -> None:
    own = {"truth": 2.0, "truth_error": 0.04, "truth_over": 5}
    known = {"reference": None, "reference_error": None, "reference_over": None}
    assert asked(estimate(**known, **own)) == asked(estimate())
    ours = estimate(truth=9.0, truth_error=9.0, truth_over=2)
    assert asked(ours) == asked(estimate())
    for reason, why, told in (
        ("It broke.", "", "It broke"),
        ("", "Too short.", "Too short"),
        ("It broke.", "Too short.", "It broke"),
    ):
        lacking = estimate(**known, reason=reason, reference_reason=why)
        assert unjudged(lacking) == Unjudged(told)


def test_what_an_estimate_lacks_is_said() -> None:
    found = unjudged(estimate(value=None, error=None, reason="It broke."))
    assert found == Unjudged("one has no value (It broke)", True)
    told = "one 1.9 for 2: no error is known; give more starts, runs or members"
    assert unjudged(estimate(error=None)) == Unjudged(told, True)
    part = takens.plugin.Part
    parts = {"x": part(value=1.9, error=0.1), "y": part(value=1.9)}
    assert unjudged(estimate(parts=parts)) == Unjudged(told, True)
    blurred = unjudged(estimate(resolution=0.2))
    assert blurred == Unjudged(
        "one 1.9 for 2: so short an orbit tells nothing below 0.2, and the tolerance is 0.1; "
        "about 3 times as many steps would decide it",
        True,
    )
    assert unjudged(estimate(resolution=0.1)).undecided
    assert asked(estimate(resolution=0.0999)).value == 1.9


def forecast(**more: Any) -> takens.Score:
    fields: dict[str, Any] = {
        "value": 0.4,
        "error": 0.03,
        "error_over": 20,
        "error_unit": "blocks of starts",
        "floor": 0.1,
        "baselines": {"persistence": 1.1, "best_linear": 0.9},
    }
    return score("forecast", **(fields | more))


def test_a_forecast_is_told_beside_the_best_simple_one() -> None:
    found = asked(forecast())
    wide = float(stats.t.ppf(0.95, 19)) * 0.03
    assert found.interval == pytest.approx((0.4 - wide, 0.4 + wide))
    assert (found.bounds, found.tolerance, found.value) == ((None, 0.45), 0.5, 0.4)
    assert found.p == pytest.approx(stats.t.cdf(0.05 / 0.03, 19))
    assert found.sentence == (
        f"one 0.4, where best linear has 0.9 and the floor is 0.1 (90 %: {0.4 - wide:.3g} to "
        f"{0.4 + wide:.3g}), at most 0.45 is right, over 20 blocks of starts"
    )
    bare = asked(forecast(floor=None))
    assert bare.sentence.startswith("one 0.4, where best linear has 0.9 (90 %")
    # No better than analogues need it be, nor than a hundredth of the worst simple one.
    assert asked(forecast(floor=0.7)).bounds == (None, 0.7)
    assert asked(forecast(floor=0.95)).bounds == (None, 0.9)
    perfect = forecast(baselines={"a": 1e-9, "b": 2.0}, value=0.01, error=1e-4)
    assert asked(perfect).bounds == (None, 0.02)


def test_what_a_forecast_lacks_is_said() -> None:
    none = unjudged(forecast(baselines={}))
    assert none == Unjudged("there are no simple forecasts beside it")
    gone = unjudged(forecast(value=None, error=None, reason="All diverged."))
    assert gone == Unjudged("one has no value (All diverged)", True)
    alone = unjudged(forecast(error=None))
    told = "one 0.4, where best linear has 0.9 and the floor is 0.1"
    assert alone == Unjudged(f"{told}: no error is known; give more data", True)
    # Nor do analogues forecast it; what is surely better is right all the same.
    far = unjudged(forecast(floor=0.9, value=0.9))
    assert far.reason.startswith("so far ahead the truth is not forecast either: one 0.9")
    assert not far.undecided
    assert asked(forecast(floor=0.9, value=0.5)).within
    assert asked(forecast(floor=0.9, value=0.9, error=0.0)).within
    assert asked(forecast(floor=0.89, value=0.95)).bounds == (None, 0.89)


def test_what_says_nothing_is_not_asked() -> None:
    silent = takens.Score(value=1.0)
    assert unjudged(silent) == Unjudged("it does not say what it is evidence for")
    assert unjudged(attrs.evolve(silent, reason="It broke.")) == Unjudged("It broke")
    shown = attrs.evolve(silent, evidence=takens.plugin.Evidence("a"))
    assert unjudged(shown) == Unjudged("it is shown beside others and decides nothing")


def test_an_interval_on_its_bounds_is_within_them() -> None:
    about: dict[str, Any] = {"name": "", "value": 0, "tolerance": 0, "p": 1, "sentence": ""}
    for bounds, within in (
        ((0.0, 1.0), True),
        ((None, 1.0), True),
        ((0.0, None), True),
        ((1e-9, 1.0), False),
        ((0.0, 1 - 1e-9), False),
        ((None, 1 - 1e-9), False),
    ):
        test = EquivalenceTest(interval=(0.0, 1.0), bounds=bounds, **about)
        assert test.within is within


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_finding_hangs_on_the_test_that_is_nearest_to_its_bounds(sign: float) -> None:
    def named(value: float, by: str = "estimate", **more: Any) -> takens.Score:
        about: dict[str, Any] = {"error": 0.01, "reference": 0.0, "scale": 10.0}
        return score(by, value, **(about | more))

    # Within 0.5 on both sides: by 0.4, 0.1 and 0.3 of it.
    three = {"a": named(0.1), "b": named(sign * 0.4), "c": named(-0.2)}
    found = verdict(three).findings["a"]
    assert found.right is True
    assert found.interval == pytest.approx((sign * 0.4 - Z * 0.01, sign * 0.4 + Z * 0.01))
    assert re.findall(r"\b[abc] -?0\.", found.sentence)[0].startswith("b")
    assert found.sentence.endswith("; and 1 more.")
    # Widths of bounds are what margins are measured in.
    wide = named(sign * 4.0, scale=100.0)
    again = verdict({"wide": wide, "near": named(0.42)}).findings["a"]
    assert again.interval == pytest.approx((0.42 - Z * 0.01, 0.42 + Z * 0.01))
    nearer = verdict({"wide": named(sign * 4.9, scale=100.0), "near": named(0.42)})
    assert nearer.findings["a"].interval == pytest.approx(
        (sign * 4.9 - Z * 0.01, sign * 4.9 + Z * 0.01)
    )
    # Of what is open the one that asks for most is told first, though nearer to its bound.
    members: dict[str, Any] = {"error_over": 10, "error_unit": "members"}
    close, far = named(0.49, error=0.02, **members), named(0.3, error=0.2, **members)
    open_ = verdict({"far": far, "close": close}).findings["a"]
    assert open_.sentence.startswith("A: undecided, close 0.49")
    vague = verdict({"sure": named(0.1), "vague": named(sign * 0.45, error=0.1)})
    assert vague.findings["a"].right is None
    assert "sure" not in vague.findings["a"].sentence
    off = {"a": named(sign * 0.8), "b": named(0.1), "c": named(sign * 2.0)}
    wrong = verdict(off).findings["a"]
    assert wrong.right is False
    assert wrong.interval is not None
    assert sum(wrong.interval) / 2 == pytest.approx(sign * 2.0)
    assert "b 0.1" not in wrong.sentence


def test_a_copy_is_noticed_at_the_level_of_all_tests_together() -> None:
    # 1.8 errors beyond the bound: a chance of 3.6 %, against 5 % over one or over four.
    copy = score("estimate", 0.68, error=0.1, reference=0.0, scale=10.0)
    good = attrs.evolve(copy, value=0.0, spoilt={"copy": copy})
    alone = verdict({"a": good}).findings["a"]
    assert alone.power == "Would notice copy."
    many = verdict({"a": good} | {str(i): attrs.evolve(good, spoilt={}) for i in range(3)})
    assert many.findings["a"].power == "Would notice none of the spoilt copies."
    clear = attrs.evolve(good, spoilt={"copy": attrs.evolve(copy, value=9.0)})
    other = attrs.evolve(good, evidence=takens.plugin.Evidence("b", "estimate"), spoilt={})
    both = verdict({"other": other, "a": clear})
    assert both.findings["a"].power == "Would notice copy."
    assert both.findings["b"].power == ""


def test_tolerances_are_of_kinds_that_metrics_ask_for() -> None:
    def made(kind: str) -> Any:
        evidence = takens.plugin.Evidence("a", "estimate", kind, 0.1)
        return type("Made", (), {"evidence": evidence, "compare_records": None})()

    asked_for: dict[str, Any] = {"one": made("means"), "two": made("scales"), "mute": object()}
    for kind in ("means", "scales", "shares"):
        Criteria(tolerance={kind: 0.2}).check(asked_for)
    with pytest.raises(takens.InputError, match="ask for means, scales, shares"):
        Criteria(tolerance={"means": 0.2, "mean": 0.2}).check(asked_for)
    nothing: Any = {"mute": object(), "empty": made("")}
    with pytest.raises(takens.InputError, match=r"those chosen ask for shares\."):
        Criteria(tolerance={"": 0.2}).check(nothing)
    criteria = Criteria(tolerance={"means": 0.2, "shares": 0.3})
    assert criteria.of(asked_for["one"].evidence) == 0.2
    assert criteria.of(asked_for["two"].evidence) == 0.1
    assert (criteria.of_shares, CRITERIA.of_shares) == (0.3, 0.02)
    for level in (0.0, 0.5, math.nan):
        with pytest.raises(takens.InputError, match=r"judge\.level is between 0 and 0\.5"):
            Criteria(level=level)
    assert Criteria(level=0.499).level == 0.499
    for tolerance in (0.0, 1.0):
        with pytest.raises(takens.InputError, match=r"means is between 0 and 1; got"):
            Criteria(tolerance={"means": tolerance})
    assert Criteria(tolerance={"means": 0.999}).tolerance == {"means": 0.999}


def test_trials_that_decide_follow_from_the_normal_law() -> None:
    # 0 of 8 for a bound of 2 %: of 149 none must be, since 0.98 ** 149 < 0.05.
    none = more_trials(0, 8, 0.02, CRITERIA)
    assert none.words == "about 150 of them would decide it"
    assert none.times == pytest.approx(149 / 8)
    some = more_trials(5, 50, 0.02, CRITERIA)
    needed = (Z + 1.5) ** 2 * 0.1 * 0.9 / 0.08**2
    assert some.times == pytest.approx(needed / 50)
    assert some.words == f"about {math.ceil(needed / 10) * 10:.0f} of them would decide it"
    # Where it should be decided already, one more is asked for; and none where it is at it.
    assert more_trials(50, 100, 0.02, CRITERIA).times == pytest.approx(1.01)
    at = more_trials(1, 50, 0.02, CRITERIA)
    assert (at.words, at.times) == ("its share is that of the tolerance itself", math.inf)
    assert more_trials(101, 5_050, 0.02 * (1 - 1e-3), CRITERIA).times == math.inf
    # Of few trials none failed, and the bound is far: at least half a trial's share.
    assert more_trials(0, 4, 0.5, CRITERIA).words == "about 5 of them would decide it"


def wanted(gap: float, over: float | None = None) -> float:
    quantile = Z if over is None else float(stats.t.ppf(0.95, over - 1))
    return gap / (quantile + 1.5)


def remedy(
    unit: str,
    gap: float,
    own: float,
    truth: float,
    over: float | None = None,
    count: int | None = 10,
) -> tuple[str, float]:
    about = takens.Score(value=1.0, error=own, error_over=count, error_unit=unit)
    found = more_data(about, gap, own, truth, over, CRITERIA)
    return found.words, found.times


def test_members_and_records_that_decide_follow_from_their_errors() -> None:
    # All of the error is the members': as many times more as its square is too large.
    words, times = remedy("members", 1.0, 1.0, 0.0)
    assert times == pytest.approx(1 / wanted(1.0) ** 2)
    assert words == "about 99 members would decide it"
    assert remedy("members", 1.0, 1.0, 0.0, over=10)[1] == pytest.approx(
        1 / wanted(1.0, 10) ** 2
    )
    # What seems to be at the bound is taken to be 0.6 errors off.
    assert remedy("starts", 0.0, 1.0, 0.0)[1] == pytest.approx(1 / wanted(0.6) ** 2)
    # Errors over blocks of time, and of the truth, fall with the record together.
    words, times = remedy("blocks of time", 1.0, 0.6, 0.8)
    assert times == pytest.approx(1 / wanted(1.0) ** 2)
    assert words == f"about a record {times:.1f} times as long would decide it"
    words, times = remedy("members", 1.0, 0.0, 1.0)
    assert times == pytest.approx(1 / wanted(1.0) ** 2)
    assert words == f"about a record {times:.1f} times as long would decide it"


def test_both_errors_share_what_is_allowed() -> None:
    want = wanted(1.0)
    words, times = remedy("members", 1.0, 0.8, 0.4)
    # Neither gets more than half of the variance that is allowed.
    assert times == pytest.approx(0.64 / (want**2 / 2))
    longer = 0.16 / (want**2 / 2)
    assert words == (
        f"about {math.ceil(times) * 10} members and a record {longer:.1f} times as long would "
        "decide it"
    )
    # A small error of the truth leaves most of it to the members.
    small = remedy("members", 1.0, 1.0, want / 2)
    assert small[1] == pytest.approx(1 / (0.75 * want**2))
    assert "record" not in small[0]
    few = remedy("members", 1.0, want / 2, 1.0)
    assert few[1] == pytest.approx(1 / (0.75 * want**2))
    assert few[0].startswith("about a record")
    assert remedy("members", 9.0, 1.0, 1.0) == (
        "about a record twice as long would decide it",
        1.0,
    )
    # Without knowing of how many the error is, no number of them can be named.
    assert "members" not in remedy("members", 1.0, 1.0, 0.0, count=None)[0]
    # At least one more member, and a tenth more of a record.
    one_more = remedy("members", 1.0, want * 1.001, 0.0)[0]
    assert one_more == "about 11 members would decide it"
    again = remedy("", 1.0, 0.0, want * 1.001)
    assert again == ("about a record 1.1 times as long would decide it", 1.1)
    assert (
        remedy("", 1.0, 0.0, want * 4)[0] == "about a record 16 times as long would decide it"
    )
