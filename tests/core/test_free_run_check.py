"""Free runs while training: what is kept, and what is said."""

import math
from typing import Any

import attrs
import pytest
import torch

import takens
from takens._training.best import Best
from takens._training.free_run_check import (
    Finding,
    FreeRunCheck,
    _where_most_is_known,  # pyright: ignore[reportPrivateUsage]
    metric_of,
)
from takens_schemes import GeneralisedTeacherForcing
from takens_systems import Lorenz63

METRIC = metric_of("state_space_divergence")


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate(Lorenz63(), dt=0.02, steps=4000, seed=0)


@pytest.mark.parametrize(
    ("factor", "exploded", "stopped"), [(1.5, 1.0, 0.0), (0.5, 0.0, 1.0), (-1.0, 0.0, 0.0)]
)
def test_runs_that_are_lost_are_told_apart(
    linear: Any, factor: float, exploded: float, stopped: float
) -> None:
    x = torch.randn(1, 4000, 1, generator=torch.Generator().manual_seed(0)).double()
    check = FreeRunCheck.on(x, linear(factor), 1.0, METRIC)
    assert check is not None
    assert check.floor is None  # the data hold no second segment of this length
    (found,) = check.evaluate([linear(factor)], 1.0)
    assert (found.exploded, found.stopped) == (exploded, stopped)
    assert (found.divergence is None) is bool(exploded + stopped)


def test_short_data_are_not_run_on(linear: Any) -> None:
    assert FreeRunCheck.on(torch.randn(1, 500, 1), linear(0.5), 1.0, METRIC) is None


def test_lost_runs_go_before_distances() -> None:
    near, far, lost = Finding(0.1, 0, 0), Finding(2.0, 0, 0), Finding(0.05, 0.25, 0)
    assert sorted([lost, far, near], key=lambda found: found.rank) == [near, far, lost]
    assert Finding(None, 0.5, 0.5).rank == (1.0, math.inf)
    sentence = Finding(None, 0.25, 0.5).sentence()
    assert sentence == (
        "25% of the free runs exploded and 50% of the free runs came to rest (collapsed)"
    )
    assert near.sentence() == ""


def test_of_those_that_scatter_as_true_runs_do_the_latest_is_kept() -> None:
    best = Best.none_yet(torch.zeros(1, 1))
    # On a record those of true runs reach from 0.31 to 0.78, and a wrong model's are beyond 1.
    for value, divergence in enumerate((0.31, 0.78, 1.2), start=1):
        best.consider(torch.full((1, 1), value), [Finding(divergence, 0, 0)])
    assert best.values.item() == 2.0


@attrs.frozen
class Wrecked:
    """A scheme that trains well until some update, and spoils the weights after it."""

    inner: GeneralisedTeacherForcing
    until: int

    def loss(
        self,
        model: takens.plugin.Model,
        windows: torch.Tensor,
        *,
        times: torch.Tensor,
        step: int,
    ) -> torch.Tensor:
        if step < self.until:
            return self.inner.loss(model, windows, times=times, step=step)
        return -torch.stack([weight.sum() for weight in model.parameters()]).sum()


def train(data: takens.TimeSeries, **options: Any) -> takens.Fit:
    return takens.fit(
        takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=6, hidden_dim=20),
        data,
        Wrecked(GeneralisedTeacherForcing(0.2), until=300),
        steps=400,
        window=30,
        schedule="constant",
        learning_rate=1e-2,
        check_every=100,
        device="cpu",
        **options,
    )


def test_the_best_weights_are_kept(data: takens.TimeSeries) -> None:
    fit = train(data)
    lost = {
        record["step"]: record["free_runs_lost"]
        for record in fit.history
        if "free_runs_lost" in record
    }
    assert list(lost) == [100, 200, 300, 400]
    assert lost[400] == 1.0
    assert min(lost[200], lost[300]) < 1.0
    free = takens.generate(fit.model, context=data.x[:10], steps=2000)
    assert free.diverged_at == (None,)
    last = train(data, keep="last")
    free = takens.generate(last.model, context=data.x[:10], steps=2000)
    assert free.diverged == 1.0


def test_what_went_wrong_is_said_in_words(data: takens.TimeSeries) -> None:
    fit = takens.fit(
        takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=3, hidden_dim=4),
        data,
        GeneralisedTeacherForcing(),
        steps=2,
        window=10,
        check_every=1,
        device="cpu",
    )
    assert len(fit.remarks) == 1
    assert fit.remarks[0].startswith("On the training data, ")
    assert "of the free runs" in fit.remarks[0]


@attrs.define
class Worsening:
    """A metric that finds every model ten times as bad as the one before it."""

    horizon: int | None = None
    asked: int = 0

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        self.asked += 1
        return takens.Score(value=10.0**self.asked)


def test_another_metric_can_choose_the_weights(data: takens.TimeSeries) -> None:
    metric = Worsening()
    options: dict[str, Any] = {"window": 30, "device": "cpu", "schedule": "constant"}
    scheme = GeneralisedTeacherForcing(0.2)

    def model() -> takens.plugin.Model:
        return takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=6, hidden_dim=20)

    fit = takens.fit(
        model(), data, scheme, steps=300, check_every=100, check_metric=metric, **options
    )
    first = takens.fit(model(), data, scheme, steps=100, check_every=0, **options)
    assert [r["divergence"] for r in fit.history if "divergence" in r] == [1e2, 1e3, 1e4]
    torch.testing.assert_close(fit.model.state_dict(), first.model.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("max_lyapunov", "check_metric compares free runs with data, and so does not Max"),
        (Worsening(horizon=3), "compares free runs"),
        ("spectrum_distanze", "Did you mean 'spectrum_distance'"),
        ({"name": "spectrum_distance", "sigmaa": 3}, "has no parameter 'sigmaa'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_choose_the_weights_is_refused(
    data: takens.TimeSeries, given: Any, sentence: str
) -> None:
    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=6, hidden_dim=20)
    with pytest.raises(takens.InputError, match=sentence):
        takens.fit(model, data, GeneralisedTeacherForcing(0.2), steps=2, check_metric=given)


@attrs.define(eq=False)
class Given:
    """A metric that remembers what it was given."""

    value: float | None = 0.5
    horizon: int | None = None
    given: list[tuple[torch.Tensor, torch.Tensor]] = attrs.field(
        factory=list[tuple[torch.Tensor, torch.Tensor]]
    )

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        if self.value is None:
            raise takens.errors.DataError("No.")
        self.given.append((reference.x[:, 0], generated.x[:, 0]))
        return takens.Score(value=self.value)


def ramp(*lengths: int) -> torch.Tensor:
    return torch.arange(1.0, sum(lengths) + 1).reshape(len(lengths), -1, 1).double()


@pytest.mark.parametrize(
    ("samples", "steps"),
    [(33 + 4 * 500 - 1, None), (33 + 4 * 500, 500), (33 + 4 * 500 + 3, 500), (30_000, 5_000)],
)
def test_runs_are_a_quarter_of_the_data_and_neither_short_nor_endless(
    linear: Any, samples: int, steps: int | None
) -> None:
    check = FreeRunCheck.on(ramp(samples), linear(1.0), 1.0, None)
    assert (check and check.steps) == steps
    if check is not None and steps is not None:
        # Four starts, the first and the last as far apart as the data allow.
        assert check.contexts.shape == (4, 33, 1)
        last = samples - 33
        firsts = [1 + int(last * share) for share in (0, 1 / 3, 2 / 3, 1)]
        assert check.contexts[:, 0, 0].tolist() == pytest.approx(firsts, abs=1)
        assert check.contexts[0, :, 0].tolist() == list(range(1, 34))
        assert len(check.reference) == 4 * steps
        assert check.reference.dt == 1.0


def test_the_floor_is_that_of_another_segment_of_the_data(linear: Any) -> None:
    samples = 33 + 4 * 500
    metric = Given()
    two = FreeRunCheck.on(ramp(samples, samples), linear(1.0), 0.5, metric)
    assert two is not None
    assert two.floor == 0.5
    (reference, other) = metric.given[0]
    assert (reference[0], other[0], len(other)) == (1.0, samples + 1.0, 2_000)
    long = Given()
    # The runs are no longer than 5,000 samples, and the data twice as long as four of them.
    one = FreeRunCheck.on(ramp(40_000), linear(1.0), 0.5, long)
    assert one is not None
    assert one.floor == 0.5
    assert (long.given[0][0][0], long.given[0][1][0]) == (1.0, 20_001.0)
    short = FreeRunCheck.on(ramp(39_999), linear(1.0), 0.5, Given())
    assert short is not None
    assert short.floor is None
    broken = FreeRunCheck.on(ramp(samples), linear(1.0), 0.5, Given(None))
    assert broken is not None
    assert broken.metric is None


def test_shares_are_of_all_runs_and_those_that_went_on_stand_for_them(linear: Any) -> None:
    x = torch.zeros(1, 3_033, 1).double()
    metric = Given()
    check = FreeRunCheck.on(x + 0.01, linear(1.0), 1.0, metric)
    assert check is not None
    # Runs that turn from x to -x: two of them stay within a twentieth of a deviation.
    size = torch.tensor([0.04, 0.06, 0.03, 2.0]).double()
    contexts = size[:, None, None].expand(-1, 33, 1)
    check = attrs.evolve(check, contexts=contexts)
    metric.given.clear()
    (found,) = check.evaluate([linear(-1.0)], 1.0)
    assert (found.exploded, found.stopped) == (0.0, 0.5)
    assert found.divergence == 0.5
    (_, generated) = metric.given[0]
    assert len(generated) == 4 * check.steps
    runs = generated.reshape(4, -1).abs()
    assert runs[:, 0].tolist() == pytest.approx([0.06, 2.0, 0.06, 2.0])
    both = attrs.evolve(check, contexts=torch.tensor([0.0, 1.0, 2.0, 3.0])[:, None, None])
    (lost,) = both.evaluate([linear(2.0)], 1.0)
    assert (lost.exploded, lost.stopped, lost.divergence) == (0.75, 0.25, None)


def test_only_the_second_half_of_a_run_tells_whether_it_stopped(linear: Any) -> None:
    x = torch.ones(1, 2_033, 1).double()
    check = FreeRunCheck.on(x, linear(1.0), 1.0, None)
    assert check is not None
    # Fading by one in fifty, runs vary by this over the second half, and a hundred times more
    # over all.
    second = float((0.98 ** torch.arange(251.0, 501)).double().std())
    for share, stopped in ((1.01, 0.0), (0.99, 1.0)):
        start = torch.full((4, 33, 1), share * 0.05 / second).double()
        (found,) = attrs.evolve(check, contexts=start).evaluate([linear(0.98)], 1.0)
        assert (found.stopped, found.divergence) == (stopped, None)


def test_a_run_goes_on_while_one_of_its_variables_does(linear: Any) -> None:
    x = torch.ones(1, 2_033, 2).double()
    # Two variables turn over: one large and one nearly still, in turn.
    contexts = torch.tensor([[0.01, 1.0], [1.0, 0.01], [0.01, 0.01], [1.0, 1.0]]).double()
    model = linear(-1.0)
    model.obs_dim = model.latent_dim = 2
    check = FreeRunCheck.on(x, model, 1.0, None)
    assert check is not None
    check = attrs.evolve(check, contexts=contexts[:, None].expand(-1, 33, 2))
    (found,) = check.evaluate([model], 1.0)
    assert (found.exploded, found.stopped) == (0.0, 0.25)


@pytest.mark.parametrize("seed", range(5))
def test_runs_on_data_with_gaps_start_nearby_where_the_least_is_missing(seed: int) -> None:
    draw, length = torch.Generator().manual_seed(seed), 33
    x = torch.rand(600, 2, generator=draw, dtype=torch.float64)
    # Gaps that come in stretches, so that places differ.
    lost = torch.rand(60, 2, generator=draw).repeat_interleave(10, 0) < 0.6
    x = x.masked_fill(lost, math.nan)
    places = torch.linspace(0, 600 - length, 4, dtype=torch.float64).long()
    counts = [int(x[p : p + length].isnan().sum()) for p in range(600 - length + 1)]
    reach = len(counts) // 8
    expected: list[int] = []
    for place in map(int, places):
        around = range(max(place - reach, 0), min(place + reach + 1, len(counts)))
        expected.append(min(around, key=lambda p: (counts[p], p)))
    assert _where_most_is_known(x, places, length).tolist() == expected
    assert len({counts[p] for p in expected}) > 1 or counts[expected[0]] == 0


def test_inputs_of_a_run_are_those_that_follow_its_start(linear: Any) -> None:
    samples, width = 33 + 4 * 500, 33 + 500
    drive = torch.stack((torch.arange(samples), -torch.arange(samples)), -1).double()[None]
    check = FreeRunCheck.on(ramp(samples), linear(1.0), 1.0, None, drive)
    assert check is not None
    assert check.drive is not None
    assert check.drive.shape == (4, width, 2)
    # The data count from 1, their inputs from 0.
    firsts = check.contexts[:, 0, 0] - 1
    assert check.drive[:, 0, 0].tolist() == firsts.tolist()
    assert firsts.tolist() == pytest.approx([0, 500, 1000, 1500], abs=1)
    assert firsts[-1] == samples - width
    expected = firsts[:, None] + torch.arange(width)
    assert torch.equal(check.drive, torch.stack((expected, -expected), -1))


def test_data_with_gaps_are_compared_where_all_is_known_by_what_ignores_order(
    linear: Any,
) -> None:
    samples = 33 + 4 * 500
    x = torch.cat((ramp(samples), -ramp(samples)), -1)
    x[0, 700:710, 1] = math.nan
    x[0, 5, 0] = math.nan
    check = FreeRunCheck.on(x, linear(1.0), 1.0, METRIC)
    assert check is None
    longer = torch.cat((x, torch.cat((ramp(11), -ramp(11)), -1)), 1)
    check = FreeRunCheck.on(longer, linear(1.0), 1.0, METRIC)
    assert check is not None
    assert check.metric is METRIC
    assert check.steps == 500
    known = longer[0][~longer[0].isnan().any(1)]
    assert torch.equal(check.reference.x, known[:2000])
    assert not check.contexts.isnan().any()
    # A spectrum asks for the order of samples.
    spectrum = metric_of("spectrum_distance")
    check = FreeRunCheck.on(longer, linear(1.0), 1.0, spectrum)
    assert check is not None
    assert check.metric is None
    assert check.floor is None
