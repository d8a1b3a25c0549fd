"""Updates of the weights by gradients, and what goes with them from one to the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, final

import attrs
import torch
from torch import Tensor

from takens._dynamics.checkpoint import read_checkpoint, storable_name, write_checkpoint
from takens._plugins.guard import reason_of
from takens._protocols.scheme import SupportsForcingReport, SupportsState, TrainingScheme
from takens._training.best import Best
from takens._training.descent import Descent
from takens._training.flat import FlatWeights
from takens._training.free_run_check import FreeRunCheck, metric_of
from takens._training.loss import LossFunction, loss_function, scheme_generator
from takens._training.preparation import Prepared
from takens._training.settings import Training
from takens._training.step_back import StepBack
from takens._training.stored import refuse_groups, refuse_moments, refuse_others
from takens._training.windows import WindowDraws
from takens.errors import CheckpointError, TrainingError

# A round in which the lowest divergence falls by less of itself has not helped.
_HELPS: Final = 0.1


@final
@attrs.define(eq=False)
class Updates:
    """Makes one update after the other."""

    prepared: Prepared
    scheme: TrainingScheme[Any]
    training: Training
    weights: FlatWeights
    descent: Descent
    draws: WindowDraws
    loss: LossFunction
    generators: list[torch.Generator]
    checker: FreeRunCheck | None
    best: Best
    back: StepBack
    ended: tuple[int, int] | None = None
    before: list[tuple[float, float]] = attrs.field(factory=list[tuple[float, float]])
    stopped_at: dict[int, int] = attrs.field(factory=dict[int, int])
    left: dict[int, Tensor] = attrs.field(factory=dict[int, Tensor])
    # Losses of the pass that goes on, and of the last that is complete.
    adding: list[Tensor] = attrs.field(factory=list[Tensor])
    passed: tuple[Tensor, ...] = ()

    @classmethod
    def begin(cls, prepared: Prepared, seed: int) -> Updates:
        """Make everything ready for the first update."""
        members, training, windows = prepared.models, prepared.training, prepared.windows
        seeds = [seed + i for i in range(len(members))]
        scheme: TrainingScheme[Any] = prepared.scheme  # pyright: ignore[reportAssignmentType] - direct schemes take another way
        weights = FlatWeights(members)
        checker = None
        if training.check_every and windows.dt is not None:
            metric = metric_of(training.check_metric)
            # Other recordings are no other segments of what one member has learned.
            x = windows.longest[:1] if prepared.of_recordings else windows.longest
            checker = FreeRunCheck.on(x, members[0], windows.dt, metric, windows.longest_drive)
        return cls(
            prepared,
            scheme,
            training,
            weights,
            Descent.begin(training, weights),
            WindowDraws(windows, seeds, bootstrap=training.bootstrap),
            loss_function(scheme),
            [scheme_generator(each) for each in seeds],
            checker,
            Best.none_yet(weights.values),
            StepBack.of(len(members), training.step_backs),
        )

    def make(self, step: int) -> Callable[[], dict[str, Any]]:
        """Make update ``step``, counted from 0; give its figures when they are asked for.

        Raises: TrainingError where no member can go on.
        """
        numbers = self._windows(step)
        batch = self.prepared.windows.at(numbers)
        self.weights.zero_gradient()
        losses = self.prepared.losses(self.loss, batch, numbers, step, self.generators)
        losses.sum().backward()
        norms = self.weights.clip(self.training.gradient_clip)
        losses = losses.detach()
        self._add_to_pass(losses, step)
        broken: list[int] = []
        # One look at both for all members: a look at each would stop a GPU's queue every time.
        if not math.isfinite(float((losses + norms).sum())) or self.stopped_at:
            broken = self._leave_out(losses, norms, step)
        if not broken:
            self.back.keep(step, self.weights.values, self.descent)
        rates, slower = self.descent.rates(step), self.back.slower
        self.descent.step(rates, self.left, slower)
        self.back.go(broken, step, self.weights.values, self.descent)
        if slower:
            rates = [rate * less for rate, less in zip(rates, slower, strict=True)]
        return lambda: self._figures(losses, norms, rates, step)

    def _windows(self, step: int) -> Tensor:
        training = self.training
        if training.epochs:
            return self.draws.in_passes(training.batch, step)
        return self.draws(training.batch)

    def _add_to_pass(self, losses: Tensor, step: int) -> None:
        if self.training.epochs:
            self.adding.append(losses)
            if (step + 1) % self.updates_per_pass == 0:
                self.passed, self.adding = tuple(self.adding), []

    @property
    def updates_per_pass(self) -> int:
        """The number of updates that go through all windows once."""
        return -(-self.prepared.windows.count // self.training.batch)

    def check(self, done: int) -> dict[str, Any]:
        """Let the models run freely on the training data; give figures for the history."""
        if self.checker is None:
            return {}
        alive = [i for i in range(len(self.prepared.members)) if i not in self.stopped_at]
        owner = torch.tensor([self.prepared.windows.longest_owner])
        models = [self.prepared.for_windows(model, owner) for model in self.prepared.models]
        findings = self.checker.evaluate(models, self.prepared.members[0].dt)
        self.best.consider(self.weights.values, findings)
        divergences = [findings[i].divergence for i in alive]
        known = sorted(d for d in divergences if d is not None)
        figures: dict[str, Any] = {
            "free_runs_lost": sum(findings[i].rank[0] for i in alive) / len(alive)
        }
        if known:
            figures["divergence"] = known[len(known) // 2]
        if self.checker.floor is not None:
            figures["divergence_floor"] = self.checker.floor
        return figures

    @property
    def over(self) -> bool:
        """Whether the last round has not helped, by the settings that are still in force."""
        return self.ended == (self.training.steps, self.training.rounds)

    def goes_on(self, done: int) -> bool:
        """Whether there is another round after ``done`` updates: some member got better."""
        lowest, before = self.best.lowest, self.before
        self.before = list(lowest)
        better = not before or any(
            lost < fewest or (lost == fewest and least < (1 - _HELPS) * earlier)
            for (lost, least), (fewest, earlier) in zip(lowest, before, strict=True)
        )
        if better and done < self.training.most_updates and self.checker is not None:
            return True
        self.ended = self.training.steps, self.training.rounds
        return False

    def round_ended(self, done: int) -> str:
        """Say in which round training ended after ``done`` updates, and why."""
        rounds, why = self.training.rounds, ""
        if done < self.training.most_updates:
            why = ": free runs got no better"
            if self.checker is None:
                why = (
                    ": there are no free runs to go by, on data so short or by check_every = 0"
                )
        return (
            f"Training ended after {done} updates, in round {done // self.training.steps} of "
            f"{rounds}{why}."
        )

    def finish(self) -> tuple[str, ...]:
        """Put the weights in place that are to be kept; say what was seen."""
        self._put_in_place()
        self.weights.release()
        remarks = list(self.back.remarks())
        for i, step in sorted(self.stopped_at.items()):
            remarks.append(
                f"Member {i} stopped at update {step + 1}, where its loss was no longer finite."
            )
        for i, found in enumerate(self.best.findings):
            if found and (words := found.sentence()):
                whose = f"Member {i}: on" if len(self.best.findings) > 1 else "On"
                remarks.append(f"{whose} the training data, {words}.")
        return tuple(remarks)

    def store(
        self,
        path: Path,
        done: int,
        seconds: float,
        identity: Mapping[str, Any],
        *,
        history: str,
        last: bool,
    ) -> None:
        """Write a checkpoint, from which the training can go on.

        ``history`` is the digest of the history up to here. The ``last`` one holds the weights
        that are kept, and those before it the current ones.
        """
        state = {
            "step": done,
            "seconds": seconds,
            "values": self.weights.values.detach().clone(),
            "optimiser": self.descent.optimiser.state_dict(),
            "generators": [generator.get_state() for generator in self.draws.generators],
            "scheme_generators": [generator.get_state() for generator in self.generators],
            "best": self.best.state(),
            "stopped_at": dict(self.stopped_at),
            "back": self.back.state(),
            "before": list(self.before),
            "ended": self.ended,
            "scheme": self.scheme.state_dict()
            if isinstance(self.scheme, SupportsState)
            else {},
            "identity": identity,
            "history": history,
        }
        if last:
            self._put_in_place()
        write_checkpoint(path, self.prepared.members, training=state)

    def restore(self, path: Path, identity: Mapping[str, Any]) -> tuple[int, float, str | None]:
        """Restore the training of a checkpoint; give its step, seconds and digest of history.

        Raises: CheckpointError where it is of another training, or damaged.
        """
        content = read_checkpoint(path)
        state = content["training"]
        if state is None:
            raise CheckpointError(f"{path} holds a model without the state of a training.")
        trained = self.prepared.members[0]
        try:
            refuse_others(
                path, content, identity, storable_name(trained), attrs.asdict(trained.config)
            )
            done = state["step"]
            if type(done) is int and done > self.training.most_updates:
                raise CheckpointError(
                    f"{path} has made {done} updates and training.steps is "
                    f"{self.training.steps}; give more to go on, or start again with "
                    "--overwrite."
                )
            return self._restored(state)
        except CheckpointError:
            raise
        except Exception as error:  # torch and schemes answer wrong parts with any exception
            raise CheckpointError(
                f"{path} holds a damaged state of its training ({reason_of(error)}); restore "
                "it from a copy, or start again with --overwrite."
            ) from error

    def _restored(self, state: Mapping[str, Any]) -> tuple[int, float, str | None]:
        step, seconds, values = state["step"], state["seconds"], self.weights.values
        if type(step) is not int or step < 0:
            raise ValueError(f"its step is {step!r}")
        if not (isinstance(seconds, (int, float)) and 0 <= seconds < math.inf):
            raise ValueError(f"its seconds are {seconds!r}")
        best = Best.of(state["best"])
        for found in (state["values"], best.values):
            if found.shape != values.shape or not bool(found.isfinite().all()):
                raise ValueError("its weights have another shape, or are not finite")
        if {len(best.findings), len(best.lowest)} != {len(values)}:
            raise ValueError("it has findings on another number of members")
        stopped = dict(state["stopped_at"])
        if not stopped.keys() <= set(range(len(values))):
            raise ValueError("a member that stopped is none of its members")
        if not all(isinstance(rank, float) for pair in best.lowest for rank in pair):
            raise TypeError("the ranks of its best weights are no numbers")
        refuse_groups(
            self.descent.optimiser.state_dict()["param_groups"],
            state["optimiser"]["param_groups"],
        )
        with torch.no_grad():
            values.copy_(state["values"])
        self.descent.optimiser.load_state_dict(state["optimiser"])
        refuse_moments(self.descent.optimiser)
        for generator, stored in zip(self.draws.generators, state["generators"], strict=True):
            generator.set_state(stored)
        # Schemes drew nothing before these were stored.
        for generator, stored in zip(
            self.generators, state.get("scheme_generators", ()), strict=False
        ):
            generator.set_state(stored)
        self.best, self.stopped_at = best, stopped
        if "back" in state:
            self.back.restore(state["back"], values)
            self.before = [(float(lost), float(least)) for lost, least in state["before"]]
            ended = state["ended"]
            if ended is not None and not all(type(count) is int for count in ended):
                raise TypeError(f"it ended at {ended!r}")
            self.ended = ended and tuple(ended)
        self.left = {i: values[i].detach().clone() for i in stopped}
        if isinstance(self.scheme, SupportsState):
            self.scheme.load_state_dict(state["scheme"])
        return step, seconds, state.get("history")

    def _put_in_place(self) -> None:
        if self.training.keep == "best" and any(self.best.findings):
            with torch.no_grad():
                self.weights.values.copy_(self.best.values)

    def _leave_out(self, losses: Tensor, norms: Tensor, step: int) -> list[int]:
        """Stop the members that are no longer finite; return those that can go back instead."""
        finite = losses.isfinite() & norms.isfinite()
        broken = [i for i in map(int, (~finite).nonzero()) if i not in self.stopped_at]
        back = [i for i in broken if self.back.can(i)]
        for i in broken:
            if i not in back:
                self.stopped_at[i] = step
                self.left[i] = self.weights.values[i].detach().clone()
        if len(self.stopped_at) == len(losses):
            what = "loss" if not math.isfinite(float(losses[0])) else "gradient norm"
            value = float(losses[0]) if what == "loss" else float(norms[0])
            raise TrainingError(
                f"Training stopped at update {step + 1} of {self.training.steps}: the {what} "
                f"is {value}. Try a lower learning rate or a shorter forcing interval."
            )
        for i in (*self.stopped_at, *back):
            self.weights.forget(i)
        return back

    def _figures(
        self, losses: Tensor, norms: Tensor, rates: list[float], step: int
    ) -> dict[str, Any]:
        alive = [i for i in range(len(losses)) if i not in self.stopped_at]
        figures: dict[str, Any] = {
            "loss": float(losses[alive].mean()),
            "gradient_norm": float(norms[alive].mean()),
            "learning_rate": rates[alive[0]],
        }
        if len(losses) > 1:
            figures["member_loss"] = [
                float(loss) if math.isfinite(loss) else None for loss in losses
            ]
        if self.training.epochs:
            figures["epoch"] = (step + 1) // self.updates_per_pass
        if self.passed:
            figures["epoch_loss"] = float(torch.stack(self.passed)[:, alive].mean())
        if isinstance(self.scheme, SupportsForcingReport):
            figures |= self.scheme.logged_values(step)
        return figures
