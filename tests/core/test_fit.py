import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

import takens
from takens_schemes import SparseTeacherForcing
from takens_systems import Lorenz63

SHORT: dict[str, Any] = {"steps": 30, "batch": 4, "window": 20, "log_every": 5}


@pytest.fixture(scope="module")
def data() -> takens.TimeSeries:
    return takens.simulate(Lorenz63(), dt=0.01, steps=1500, noise=0.05, seed=0)


def changed(**changes: Any) -> dict[str, Any]:
    return SHORT | changes


def make(seed: int = 0) -> takens.plugin.Model:
    return takens.models.create(
        "shallow_plrnn", obs_dim=3, latent_dim=5, hidden_dim=10, seed=seed
    )


def weights(fit: takens.Fit) -> dict[str, Any]:
    return fit.model.state_dict()


def test_training_lowers_the_loss(data: takens.TimeSeries) -> None:
    fit = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **changed(steps=200))
    assert fit.history[-1]["loss"] < 0.3 * fit.history[0]["loss"]
    assert [record["step"] for record in fit.history] == list(range(5, 201, 5))


def test_the_seed_decides(data: takens.TimeSeries) -> None:
    def train(seed: int) -> dict[str, Any]:
        return weights(
            takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", seed=seed, **SHORT)
        )

    one, same, other = train(1), train(1), train(2)
    torch.testing.assert_close(one, same, rtol=0, atol=0)
    assert not torch.equal(one["model.W1"], other["model.W1"])


def test_the_units_of_the_data_do_not_matter(data: takens.TimeSeries) -> None:
    moved = attrs.evolve(data, x=data.x * 1000.0 + 5e4)
    one = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
    two = takens.fit(make(), moved, SparseTeacherForcing(5), device="cpu", **SHORT)
    torch.testing.assert_close(
        one.history[-1]["loss"], two.history[-1]["loss"], rtol=1e-3, atol=0
    )
    free = takens.generate(two.model, context=moved.x[:1], steps=10)
    assert float((free.x[0] - moved.x[1]).abs().max()) < 5000


@pytest.mark.parametrize("schedule", ["constant", "cosine", "exponential"])
def test_the_learning_rate_follows_its_schedule(data: takens.TimeSeries, schedule: str) -> None:
    fit = takens.fit(
        make(),
        data,
        SparseTeacherForcing(5),
        device="cpu",
        schedule=schedule,
        learning_rate=1e-2,
        final_learning_rate=1e-4,
        **SHORT,
    )
    rates = [record["learning_rate"] for record in fit.history]
    middle = {"constant": 1e-2, "cosine": 0.5 * (1e-2 + 1e-4), "exponential": 1e-3}[schedule]
    # The record of step 15 was made with the rate of the fifteenth update, counted from 0.
    assert rates[2] == pytest.approx(middle, rel=0.25)
    assert rates == sorted(rates, reverse=True)


def test_gradients_are_clipped(data: takens.TimeSeries) -> None:
    # With a clip far below the gradient, plain steps of Adam do not tell; the norm logged is
    # that before clipping, and the weights differ from those without.
    free = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
    short = takens.fit(
        make(), data, SparseTeacherForcing(5), device="cpu", gradient_clip=1e-3, **SHORT
    )
    assert free.history[0]["gradient_norm"] > 1e-2
    assert not torch.equal(weights(free)["model.W1"], weights(short)["model.W1"])


@attrs.frozen
class Noisy:
    """Draws the noise of its windows by the generator that it is given."""

    noise: float = 0.3

    def loss(
        self,
        model: takens.plugin.Model,
        windows: torch.Tensor,
        *,
        times: torch.Tensor,
        step: int,
        generator: torch.Generator,
    ) -> torch.Tensor:
        drawn = torch.randn(windows.shape, generator=generator).to(windows)
        noisy = windows + self.noise * drawn
        return SparseTeacherForcing(5).loss(model, noisy, times=times, step=step)


def test_the_noise_of_a_scheme_follows_from_the_seed_of_the_fit(
    data: takens.TimeSeries,
) -> None:
    def train(seed: int, noise: float = 0.3, **options: Any) -> list[dict[str, Any]]:
        fit = takens.fit(
            make(), data, Noisy(noise), device="cpu", seed=seed, **changed(**options)
        )
        return [member.state_dict() for member in fit.members]

    before = torch.get_rng_state()
    (alone,), (again,), (other,) = train(1), train(1), train(2)
    torch.testing.assert_close(alone, again, rtol=0, atol=0)
    assert not torch.equal(alone["model.W1"], other["model.W1"])
    assert torch.equal(torch.get_rng_state(), before)
    # Noise that is drawn does not change the windows.
    (silent,) = train(1, noise=0.0)
    plain = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", seed=1, **changed())
    torch.testing.assert_close(silent, weights(plain), rtol=0, atol=0)
    # Members that are trained one after the other draw as they would have drawn alone.
    both = train(1, members=2)
    torch.testing.assert_close(both[0], alone, rtol=0, atol=0)
    second = takens.fit(make(1), data, Noisy(), device="cpu", seed=2, **changed())
    torch.testing.assert_close(both[1], weights(second), rtol=0, atol=0)


@pytest.mark.parametrize("scheme", [SparseTeacherForcing(5), Noisy()], ids=["plain", "noisy"])
def test_a_resumed_training_ends_like_an_uninterrupted_one(
    data: takens.TimeSeries, tmp_path: Path, scheme: Any
) -> None:
    class InterruptedRun(Exception):  # noqa: N818
        pass

    @attrs.frozen
    class Stopping:
        inner: Any
        at: int

        def loss(
            self,
            model: takens.plugin.Model,
            windows: torch.Tensor,
            *,
            times: torch.Tensor,
            step: int,
            generator: torch.Generator,
        ) -> torch.Tensor:
            if step == self.at:
                raise InterruptedRun
            inner = takens.plugin.loss_function(self.inner)
            return inner(model, windows, times=times, step=step, generator=generator)

        def __repr__(self) -> str:
            return repr(self.inner)

    options = changed(checkpoint_every=10)
    whole = takens.fit(
        make(), data, scheme, device="cpu", folder=_folder(tmp_path / "whole"), **options
    )
    folder = _folder(tmp_path / "parts")
    with pytest.raises(InterruptedRun):
        takens.fit(make(), data, Stopping(scheme, 17), device="cpu", folder=folder, **options)
    resumed = takens.fit(
        make(), data, scheme, device="cpu", folder=folder, resume=True, **options
    )
    torch.testing.assert_close(weights(whole), weights(resumed), rtol=0, atol=0)
    lines = (folder / "history.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    assert steps == [5, 10, 15, 20, 25, 30]


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_resume_of_another_training_is_refused(
    data: takens.TimeSeries, tmp_path: Path
) -> None:
    scheme = SparseTeacherForcing(5)
    takens.fit(make(), data, scheme, device="cpu", folder=tmp_path, **SHORT)

    def again(scheme: SparseTeacherForcing = scheme, **changes: Any) -> None:
        takens.fit(
            make(),
            data,
            scheme,
            device="cpu",
            folder=tmp_path,
            resume=True,
            **changed(**changes),
        )

    with pytest.raises(takens.errors.CheckpointError, match=r"training.batch was 4 and is 5"):
        again(batch=5)
    with pytest.raises(takens.errors.CheckpointError, match="scheme was"):
        again(SparseTeacherForcing(6))


def test_a_finished_training_goes_on_with_other_settings(
    data: takens.TimeSeries, tmp_path: Path
) -> None:
    scheme = SparseTeacherForcing(5)

    def train(**changes: Any) -> takens.Fit:
        options = changed(keep="last", **changes)
        return takens.fit(
            make(), data, scheme, device="cpu", folder=tmp_path, resume=True, **options
        )

    first = takens.fit(
        make(), data, scheme, device="cpu", folder=tmp_path, **changed(keep="last")
    )
    steps = int(first.history[-1]["step"])
    more: dict[str, Any] = {
        "steps": steps + 7,
        "learning_rate": 1e-3,
        "final_learning_rate": 1e-4,
        "schedule": "constant",
        "log_every": 1,
        "checkpoint_every": 3,
        "check_every": 0,
        "gradient_clip": 1.0,
    }
    again = train(**more)
    assert [record["step"] for record in again.history][-7:] == list(
        range(steps + 1, steps + 8)
    )
    assert {record["learning_rate"] for record in again.history[-7:]} == {1e-3}
    # An update at next to no rate changes next to nothing: it went on from the last weights.
    still = train(**more | {"steps": steps + 8, "learning_rate": 1e-12})
    torch.testing.assert_close(weights(still), weights(again), rtol=0, atol=1e-8)
    torch.testing.assert_close(still.model.mean, first.model.mean, rtol=0, atol=0)
    with pytest.raises(takens.errors.CheckpointError, match=f"made {steps + 8} updates and"):
        train(**more)
    with pytest.raises(takens.errors.CheckpointError, match=r"training.optimiser was"):
        train(**more | {"steps": steps + 9, "optimiser": "sgd"})
    with pytest.raises(takens.errors.CheckpointError, match=r"training.learning_rate was"):
        train(**more | {"steps": steps + 9, "learning_rate": [1e-3]})


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.99])
def test_a_checkpoint_that_was_cut_short_is_refused(
    data: takens.TimeSeries, tmp_path: Path, keep: float
) -> None:
    takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", folder=tmp_path, **SHORT)
    path = tmp_path / "checkpoint.pt"
    content = path.read_bytes()
    path.write_bytes(content[: int(keep if keep > 1 else keep * len(content))])
    with pytest.raises(takens.errors.CheckpointError, match="no readable checkpoint"):
        takens.load_model(path)


def test_a_checkpoint_of_a_newer_format_is_refused(
    data: takens.TimeSeries, tmp_path: Path
) -> None:
    takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", folder=tmp_path, **SHORT)
    path = tmp_path / "checkpoint.pt"
    content = torch.load(path, weights_only=True)
    torch.save(content | {"format": 99}, path)
    with pytest.raises(takens.errors.CheckpointError, match="has checkpoint format 99"):
        takens.load_model(path)


def test_no_code_in_a_checkpoint_is_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "owned",))

    torch.save({"format": 1, "name": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(takens.errors.CheckpointError):
        takens.load_model(tmp_path / "evil.pt")
    assert not (tmp_path / "owned").exists()


def test_a_saved_model_is_the_same_again(data: takens.TimeSeries, tmp_path: Path) -> None:
    fit = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
    takens.save_model(fit.model, tmp_path / "model.pt")
    loaded = takens.load_model(tmp_path / "model.pt")
    one = takens.generate(fit.model, context=data.x[:5], steps=50)
    two = takens.generate(loaded, context=data.x[:5], steps=50)
    torch.testing.assert_close(one.x, two.x, rtol=0, atol=0)
    assert (loaded.dt, loaded.columns) == (fit.model.dt, fit.model.columns)


@attrs.frozen
class Exploding:
    """A loss that is fine for a while."""

    at: int
    value: float

    def loss(
        self,
        model: takens.plugin.Model,
        windows: torch.Tensor,
        *,
        times: torch.Tensor,
        step: int,
    ) -> torch.Tensor:
        loss = sum((p.square().sum() for p in model.parameters()), windows.new_zeros(()))
        return loss * self.value if step == self.at else loss


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_checkpoint(
    data: takens.TimeSeries, tmp_path: Path, value: float
) -> None:
    with pytest.raises(takens.errors.TrainingError) as raised:
        takens.fit(
            make(),
            data,
            Exploding(24, value),
            step_backs=0,
            device="cpu",
            folder=tmp_path,
            **changed(checkpoint_every=10),
        )
    assert "stopped at update 25 of 30: the loss is" in str(raised.value)
    assert "The last good checkpoint is kept" in str(raised.value)
    content = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert content["training"]["step"] == 20
    assert all(bool(w.isfinite().all()) for w in content["state_dict"].values())


@attrs.frozen
class ForMaps:
    """Is not for models in continuous time."""

    def accepts(self, model: takens.plugin.Model, /) -> str | None:
        continuous = model.time is takens.plugin.Time.CONTINUOUS
        return "it is continuous in time" if continuous else None

    def loss(
        self,
        model: takens.plugin.Model,
        windows: torch.Tensor,
        *,
        times: torch.Tensor,
        step: int,
    ) -> torch.Tensor:
        return SparseTeacherForcing(5).loss(model, windows, times=times, step=step)


def test_a_scheme_says_which_models_it_is_for(data: takens.TimeSeries) -> None:
    takens.fit(make(), data, ForMaps(), device="cpu", **SHORT)
    field = takens.models.create("neural_ode", obs_dim=3)
    refusal = "ForMaps cannot train NeuralODE, because it is continuous in time"
    with pytest.raises(takens.InputError, match=refusal):
        takens.fit(field, data, ForMaps(), device="cpu", **SHORT)


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        (
            takens.registry("layer_scheme").create("classification"),
            "it trains layers, not series: call its train",
        ),
        (takens.schemes.create("closed_form"), "ShallowPLRNN has no closed form"),
        (object(), "it has neither loss nor solve"),
    ],
    ids=["layers", "solved", "nothing"],
)
def test_what_cannot_train_a_model_is_refused_in_a_sentence(
    data: takens.TimeSeries, scheme: Any, reason: str
) -> None:
    with pytest.raises(takens.InputError, match=f"cannot train ShallowPLRNN, because {reason}"):
        takens.fit(make(), data, scheme, device="cpu", **SHORT)


def test_a_window_longer_than_the_data_is_refused(data: takens.TimeSeries) -> None:
    with pytest.raises(
        takens.InputError, match="window of 5000 samples is longer than the data"
    ):
        takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **changed(window=5000))


def test_a_variable_that_does_not_vary_is_refused(data: takens.TimeSeries) -> None:
    x = data.x.clone()
    x[:, 1] = 3.0
    with pytest.raises(takens.errors.DataError, match="Column 'x2' does not vary"):
        takens.fit(
            make(), attrs.evolve(data, x=x), SparseTeacherForcing(5), device="cpu", **SHORT
        )


def test_data_of_another_dimension_are_refused(data: takens.TimeSeries) -> None:
    two = takens.TimeSeries(data.t, data.x[:, :2])
    with pytest.raises(
        takens.errors.DataError, match="observes 3 variables and the data have 2"
    ):
        takens.fit(make(), two, SparseTeacherForcing(5), device="cpu", **SHORT)


class TestHooks:
    """Lifecycle hooks, as an exporter to a tracking service would use them."""

    @pytest.fixture
    def tracker(self) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
        seen: list[tuple[str, Mapping[str, Any]]] = []

        class Tracker:
            @takens.plugin.hookimpl
            def takens_fit_started(self, event: takens.plugin.FitStarted) -> None:
                seen.append(("started", {"first": event.first_step}))

            @takens.plugin.hookimpl
            def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
                seen.append(("step", event.record))

            @takens.plugin.hookimpl
            def takens_fit_finished(self, event: takens.plugin.FitFinished) -> None:
                seen.append(("finished", {"steps": event.steps, "reason": event.reason}))

        manager = takens.catalogue().manager
        plugin = Tracker()
        manager.register(plugin, name="tracker")
        yield seen
        manager.unregister(plugin)

    def test_a_tracker_sees_the_whole_training(
        self, data: takens.TimeSeries, tracker: list[tuple[str, Mapping[str, Any]]]
    ) -> None:
        fit = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
        names = [name for name, _ in tracker]
        assert names == ["started", *["step"] * 6, "finished"]
        assert [record for name, record in tracker if name == "step"] == list(fit.history)
        assert tracker[-1][1] == {"steps": 30, "reason": ""}

    def test_a_tracker_sees_what_was_solved_at_once(
        self, data: takens.TimeSeries, tracker: list[tuple[str, Mapping[str, Any]]]
    ) -> None:
        model = takens.models.create("linear_autoregression", obs_dim=data.dim)
        fit = takens.fit(model, data, takens.schemes.create("closed_form"), device="cpu")
        assert [name for name, _ in tracker] == ["started", "step", "finished"]
        assert tracker[1][1] == fit.history[0]

    def test_gradients_in_the_place_of_a_solution_are_remarked_on(
        self, data: takens.TimeSeries
    ) -> None:
        model = takens.models.create(
            "linear_autoregression", obs_dim=data.dim, context_length=1
        )
        fit = takens.fit(model, data, SparseTeacherForcing(5), device="cpu", **SHORT)
        assert "LinearAutoregression was trained by gradients; the scheme closed_form" in str(
            fit.remarks
        )
        plain = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
        assert "closed_form" not in str(plain.remarks)

    def test_a_tracker_hears_why_training_stopped(
        self, data: takens.TimeSeries, tracker: list[tuple[str, Mapping[str, Any]]]
    ) -> None:
        with pytest.raises(takens.errors.TrainingError):
            takens.fit(
                make(), data, Exploding(7, math.nan), device="cpu", step_backs=0, **SHORT
            )
        assert tracker[-1][1]["steps"] == 7
        assert "the loss is nan" in tracker[-1][1]["reason"]

    def test_a_tracker_can_end_the_training(
        self,
        data: takens.TimeSeries,
        tracker: list[tuple[str, Mapping[str, Any]]],
        tmp_path: Path,
    ) -> None:
        class Stopping:
            @takens.plugin.hookimpl
            def takens_step_logged(self, event: takens.plugin.StepLogged) -> str | None:
                return "that is enough" if event.record["step"] == 15 else None

        def train(**options: Any) -> takens.Fit:
            return takens.fit(
                make(), data, SparseTeacherForcing(5), device="cpu", **changed(**options)
            )

        manager, plugin = takens.catalogue().manager, Stopping()
        manager.register(plugin, name="stopping")
        try:
            stopped = train(folder=tmp_path)
        finally:
            manager.unregister(plugin)
        assert tracker[-1] == ("finished", {"steps": 15, "reason": "that is enough"})
        assert [record["step"] for record in stopped.history] == [5, 10, 15]
        assert stopped.reason == "that is enough"
        assert stopped.remarks == ("Training ended after 15 of 30 updates: that is enough",)
        stored = takens.load_model(tmp_path / "checkpoint.pt")
        torch.testing.assert_close(dict(stored.state_dict()), weights(stopped), rtol=0, atol=0)
        # It can go on from there, and ends as if nothing had been asked for.
        resumed = train(folder=tmp_path, resume=True)
        torch.testing.assert_close(weights(resumed), weights(train()), rtol=0, atol=0)
        assert [record["step"] for record in resumed.history] == [5, 10, 15, 20, 25, 30]

    def test_events_of_one_training_have_one_id(self, data: takens.TimeSeries) -> None:
        seen: list[Any] = []

        class Listening:
            @takens.plugin.hookimpl
            def takens_fit_started(self, event: takens.plugin.FitStarted) -> None:
                seen.append(event)

            @takens.plugin.hookimpl
            def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
                seen.append(event)

            @takens.plugin.hookimpl
            def takens_fit_finished(self, event: takens.plugin.FitFinished) -> None:
                seen.append(event)

        manager, plugin = takens.catalogue().manager, Listening()
        manager.register(plugin, name="listening")
        try:
            takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
            with pytest.raises(takens.errors.TrainingError):
                takens.fit(
                    make(), data, Exploding(7, math.nan), device="cpu", step_backs=0, **SHORT
                )
            model = takens.models.create("linear_autoregression", obs_dim=data.dim)
            takens.fit(model, data, takens.schemes.create("closed_form"), device="cpu")
        finally:
            manager.unregister(plugin)
        assert [event.fit_id for event in seen] == [
            *[seen[0].fit_id] * 8,
            *[seen[8].fit_id] * 3,
            *[seen[11].fit_id] * 3,
        ]
        assert len({event.fit_id for event in seen} - {""}) == 3
        assert {event.run_id for event in seen} == {""}
        assert [seen[i].failed for i in (7, 10, 13)] == [False, True, False]

    def test_a_tracker_that_raises_does_not_stop_the_training(
        self, data: takens.TimeSeries
    ) -> None:
        class Broken:
            @takens.plugin.hookimpl
            def takens_step_logged(self, event: takens.plugin.StepLogged) -> None:
                raise OSError("the service is away")

        manager = takens.catalogue().manager
        plugin = Broken()
        manager.register(plugin, name="broken-tracker")
        try:
            with pytest.warns(
                takens.errors.PluginWarning, match="'broken-tracker' .* failed in takens_step"
            ):
                fit = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT)
        finally:
            manager.unregister(plugin)
        assert fit.history[-1]["step"] == 30


@pytest.mark.parametrize(
    "name", ["linear_autoregression", "echo_state_network", "sindy_map", "gaussian_process_map"]
)
def test_a_map_has_one_interval(data: takens.TimeSeries, name: str) -> None:
    short = data.between(0, 300)
    fitted = takens.fit(name, short, "closed_form", device="cpu").model
    assert fitted.time is takens.plugin.Time.DISCRETE
    same = takens.generate(fitted, context=short.x[:120], steps=5, dt=short.dt)
    torch.testing.assert_close(
        same.x, takens.generate(fitted, context=short.x[:120], steps=5).x, rtol=0, atol=0
    )
    with pytest.raises(
        takens.InputError, match=r"trained at, 0\.01, and takes no step of 0\.005"
    ):
        takens.generate(fitted, context=short.x[:120], steps=5, dt=0.005)
    generator = torch.Generator().manual_seed(0)
    jitter = 0.4 * (torch.rand(len(short), generator=generator, dtype=torch.float64) - 0.5)
    jittered = attrs.evolve(short, t=short.t + 0.01 * jitter)
    with pytest.raises(takens.InputError, match="not equally spaced: steps are"):
        takens.fit(name, jittered, "closed_form", device="cpu")


def test_going_on_keeps_the_units_that_were_trained_in(data: takens.TimeSeries) -> None:
    first = takens.fit(make(), data, SparseTeacherForcing(5), device="cpu", **SHORT).model
    before = takens.generate(first, context=data.x[:40], steps=10).x
    still: dict[str, Any] = {"steps": 1, "learning_rate": 1e-12, "final_learning_rate": 1e-12}
    # A piece whose mean and scale are its own.
    piece = data.between(100, 140)
    again = takens.fit(first, piece, SparseTeacherForcing(5), device="cpu", **changed(**still))
    torch.testing.assert_close(again.model.mean, first.mean, rtol=0, atol=0)
    torch.testing.assert_close(again.model.scale, first.scale, rtol=0, atol=0)
    after = takens.generate(again.model, context=data.x[:40], steps=10).x
    torch.testing.assert_close(after, before, rtol=1e-6, atol=1e-6)
    other = takens.fit(make(1), piece, SparseTeacherForcing(5), device="cpu", **SHORT).model
    with pytest.raises(takens.InputError, match="trained at once in the same units"):
        takens.fit([first, other], data, SparseTeacherForcing(5), device="cpu", **SHORT)
    coarse = attrs.evolve(piece, t=2 * piece.t)
    with pytest.raises(takens.InputError, match=r"takes no step of 0\.02"):
        takens.fit(first, coarse, SparseTeacherForcing(5), device="cpu", **SHORT)
