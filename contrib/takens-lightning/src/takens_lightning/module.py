"""A model and a scheme as Lightning trains them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, cast, final

import torch
from torch import Tensor, nn

import takens
from takens_lightning.checkpoint import KEY, describe, digest, refuse_others
from takens_lightning.data import refuse_ensemble
from takens_lightning.package import LightningModule
from takens_lightning.windows import Windows


@final
class DynamicsModule(LightningModule):
    """Trains a model, in place, by a scheme on windows of a series.

    Standardisation, optimiser, learning rates and clipping are those of `takens.fit` with the
    same ``training``; a ``gradient_clip_val`` of the trainer goes before. Logged every
    ``log_every_n_steps`` of the trainer, and at the end of an epoch, are ``loss``,
    ``gradient_norm``, ``learning_rate`` and what the scheme says of its forcing; in validation
    each of ``metrics``, by name or made, with its floor as ``NAME_floor``, and
    ``free_runs_lost``, the share of the free runs that diverged. A metric without a value is
    logged as NaN, which Lightning's callbacks take for the worst. A scheme that draws random
    numbers draws them by ``seed``.

    Raises: InputError for a scheme that solves directly, or for an ensemble; DataError where
    the series does not fit the model.
    """

    def __init__(
        self,
        model: takens.plugin.Model,
        scheme: takens.plugin.Scheme,
        series: takens.TimeSeries,
        training: takens.Training | None = None,
        *,
        metrics: Sequence[str | takens.plugin.Metric] = ("state_space_divergence",),
        runs: int = 4,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.training_settings = training or takens.Training()
        refuse_ensemble(self.training_settings)
        if isinstance(scheme, takens.plugin.DirectScheme):
            raise takens.InputError(
                f"{type(scheme).__name__} finds the weights at once, without updates; use "
                "takens.fit, which needs no Lightning for it."
            )
        inner = model.inner if isinstance(model, takens.TrainedModel) else model
        trained = takens.TrainedModel.for_series(inner, series)
        if isinstance(inner, takens.plugin.SupportsUnits):
            inner.adopt_units(trained.mean, trained.scale)
        inner.to(torch.device("cpu"), torch.float32)
        if not any(weight.requires_grad for weight in inner.parameters()):
            raise takens.InputError(
                f"{type(inner).__name__} has no weights that gradients could train; solve for "
                "it by takens.fit."
            )
        if isinstance(scheme, takens.plugin.SupportsAdapting):
            x = trained.standardise(series.x.double()).to(torch.float32)
            scheme = scheme.set_up(x.reshape(-1, *x.shape[-2:]), trained.dt)
        self.scheme = scheme
        self._loss = takens.plugin.loss_function(scheme)
        self._generator = torch.Generator().manual_seed(seed)
        self.metrics, self.runs = tuple(metrics), runs
        # Every model is a module; the protocol cannot say so.
        self.model = cast(nn.Module, inner)
        # In a tuple, since its units are in double precision, which not every device has.
        self._trained = (trained,)

    @property
    def trained_model(self) -> takens.TrainedModel:
        """The model in the units of the series, for `takens.generate` and all others."""
        return self._trained[0]

    def on_fit_start(self) -> None:
        """Refuse several devices; warn where the learning rate would not fit the length."""
        if self.trainer.world_size > 1:
            raise takens.InputError(
                f"The trainer has {self.trainer.world_size} processes, which would all see the "
                "same windows; give Trainer(devices=1)."
            )
        steps, asked = self.training_settings.steps, self.trainer.max_steps
        if asked not in (-1, steps) and not getattr(self.trainer, "fast_dev_run", False):
            warnings.warn(
                f"The learning rate decays over training.steps = {steps} updates, and the "
                f"trainer makes max_steps = {asked}; give both the same number.",
                stacklevel=2,
            )

    def training_step(self, batch: Windows, batch_idx: int) -> Tensor:
        """Return the loss of a batch, ``()``.

        Raises: TrainingError where it is not finite.
        """
        step = self.global_step
        loss = self._loss(
            self.model, batch.samples, times=batch.times, step=step, generator=self._generator
        )
        self._refuse_infinite("loss", loss)
        if self._logs_are_due():
            rate = self.training_settings.first_rate(0)
            figures: dict[str, Any] = {
                "loss": loss.detach(),
                "learning_rate": rate * share_of_rate(self.training_settings, step),
            }
            if isinstance(self.scheme, takens.plugin.SupportsForcingReport):
                figures |= self.scheme.logged_values(step)
            for name, value in figures.items():
                self.log(name, value, prog_bar=name == "loss", batch_size=len(batch.samples))
        return loss

    def configure_gradient_clipping(
        self,
        optimizer: torch.optim.Optimizer,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Log the norm of the gradient, and shorten it as the training says.

        Raises: TrainingError where it is not finite.
        """
        gradients = [w.grad for w in self.model.parameters() if w.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        # A scaler of mixed precision leaves such updates out by itself.
        if getattr(self.trainer.precision_plugin, "scaler", None) is None:
            self._refuse_infinite("gradient norm", norm)
        if self._logs_are_due():
            self.log("gradient_norm", norm)
        longest = self.training_settings.gradient_clip
        if gradient_clip_val is not None:
            self.clip_gradients(optimizer, gradient_clip_val, gradient_clip_algorithm)
        elif longest:
            torch.nn.utils.clip_grads_with_norm_(self.model.parameters(), longest, norm)

    def configure_optimizers(self) -> Any:
        """Return the optimiser and the schedule that the training asks for."""
        training = self.training_settings
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        optimiser = make_optimiser(training, weights)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: share_of_rate(training, step)
        )
        return {
            "optimizer": optimiser,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def validation_step(self, batch: takens.TimeSeries, batch_idx: int) -> None:
        """Judge the model by free runs, in double precision on the host."""
        with torch.inference_mode(False), torch.no_grad():
            scores = takens.evaluate(self.trained_model, batch, self.metrics, runs=self.runs)
        figures: dict[str, float] = {}
        for name, score in scores.items():
            figures[name] = math.nan if score.value is None else score.value
            if score.floor is not None:
                figures[f"{name}_floor"] = score.floor
            if score.runs is not None:
                figures["free_runs_lost"] = score.runs.diverged / score.runs.count
        for name, value in figures.items():
            self.log(name, value, prog_bar=name in scores, batch_size=1)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Store what the model is made of, and what the scheme remembers."""
        checkpoint[KEY] = describe(self.trained_model) | {
            "scheme": self.scheme.state_dict()
            if isinstance(self.scheme, takens.plugin.SupportsState)
            else {},
            "generator": self._generator.get_state(),
            "digest": digest(checkpoint["state_dict"]),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restore what the scheme remembers.

        Raises: CheckpointError where it is of another model or of other data.
        """
        refuse_others(checkpoint, self.trained_model)
        if isinstance(self.scheme, takens.plugin.SupportsState):
            self.scheme.load_state_dict(checkpoint[KEY]["scheme"])
        if "generator" in checkpoint[KEY]:
            self._generator.set_state(checkpoint[KEY]["generator"].cpu())

    def _logs_are_due(self) -> bool:
        # A log costs about as much as an update, and Lightning writes no others.
        every: int = cast(Any, self.trainer).log_every_n_steps
        return self.trainer.is_last_batch or (self.global_step + 1) % every == 0

    def _refuse_infinite(self, what: str, value: Tensor) -> None:
        found = float(value.detach())
        if not math.isfinite(found):
            raise takens.errors.TrainingError(
                f"Training stopped at update {self.global_step + 1}: the {what} is "
                f"{found}. Try a lower learning rate or a shorter forcing interval."
            )


def make_optimiser(
    training: takens.Training, weights: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """Make the optimiser that a training asks for."""
    group = {"params": list(weights), "lr": training.first_rate(0)}
    return takens.optimisers.get(training.optimiser).make([group])


def share_of_rate(training: takens.Training, step: int) -> float:
    """Return the learning rate at update ``step``, counted from 0, as a share of the first.

    After the last step it stays as it is.
    """
    first = training.first_rate(0)
    rate = takens.schedules.get(training.schedule).rate(
        min(step, training.steps - 1),
        steps=training.steps,
        first=first,
        final=training.final_learning_rate,
    )
    return rate / first
