"""Training."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack, final

import attrs
import torch
from torch import nn

from takens._data.time_series import TimeSeries
from takens._errors import CheckpointError, TrainingError
from takens._plugins.catalogue import catalogue
from takens._protocols.device import DevicePolicy, Placement
from takens._protocols.model import Model
from takens._protocols.scheme import TrainingScheme
from takens._threads import threads_for
from takens._training.checkpoint import read_checkpoint, storable_name, write_checkpoint
from takens._training.events import FitFinished, FitStarted, StepLogged
from takens._training.history import History
from takens._training.preparation import prepare
from takens._training.progress import progress_bar
from takens._training.schedule import learning_rate
from takens._training.settings import Training, TrainingOptions
from takens._training.trained_model import TrainedModel


@final
@attrs.frozen(eq=False)
class Fit:
    """What training gave: the model in the units of its data, and how it went."""

    model: TrainedModel
    history: tuple[Mapping[str, float], ...]
    seconds: float
    placement: Placement


def fit(
    model: Model,
    data: TimeSeries,
    scheme: TrainingScheme[Any],
    training: Training | None = None,
    *,
    seed: int = 0,
    device: str | DevicePolicy = "auto",
    folder: str | Path | None = None,
    resume: bool = False,
    progress: bool = False,
    **options: Unpack[TrainingOptions],
) -> Fit:
    """Train a model, in place, on a series `x: (T, n)` or `(trajectories, T, n)`.

    The series is standardised first; the model that is returned speaks the series' units
    and is on the CPU. ``options`` are fields of ``Training``, on top of ``training``. With a
    ``folder``, history and checkpoints go there as ``history.jsonl`` and ``checkpoint.pt``,
    and ``resume`` goes on from the checkpoint: on the same machine the final weights are the
    same as without the interruption. ``progress`` shows a bar where there is a terminal.

    Raises: InputError for settings that do not fit the data; TrainingError where the loss or
    its gradient is no longer finite (the last good checkpoint is kept); CheckpointError where
    a resume finds no checkpoint, or one of another training.
    """
    training = attrs.evolve(training or Training(), **options)
    if isinstance(model, TrainedModel):
        model = model.inner
    prepared = prepare(model, data, scheme, training, device)
    trained, windows, placement = prepared.trained, prepared.windows, prepared.placement
    parameters = [p for p in trained.parameters() if p.requires_grad]
    optimiser = _optimiser(training, parameters)
    generator = torch.Generator().manual_seed(seed)
    if folder is not None:
        folder = Path(folder)
        storable_name(trained)
    identity = _identity(training, scheme, data, seed)

    first, spent = 0, 0.0
    if resume:
        if folder is None:
            raise CheckpointError("To resume, fit needs the folder that holds the checkpoint.")
        first, spent = _restore(folder, trained, optimiser, generator, identity)
    history = History.up_to(folder and folder / "history.jsonl", first)
    plugins = catalogue()
    plugins.announce(
        "takens_fit_started",
        event=FitStarted(trained, scheme, training, placement, seed, first),
    )

    began = time.perf_counter()
    done = first
    with contextlib.ExitStack() as stack:
        show = stack.enter_context(progress_bar(training.steps, first)) if progress else None
        weights = sum(parameter.numel() for parameter in parameters)
        stack.enter_context(threads_for(training.batch * weights))
        try:
            for step in range(first, training.steps):
                rate = learning_rate(training, step)
                batch = windows.draw(training.batch, generator)
                optimiser.zero_grad()
                loss = scheme.loss(trained.inner, batch, times=prepared.times, step=step)
                loss.backward()
                norm = nn.utils.clip_grad_norm_(parameters, training.gradient_clip or math.inf)
                figures = {"loss": float(loss.detach()), "gradient_norm": float(norm)}
                _check_finite(figures, step, training.steps, folder)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                optimiser.step()
                done = step + 1
                seconds = spent + time.perf_counter() - began
                if done % training.log_every == 0 or done == training.steps:
                    record = {"step": done} | figures
                    record |= {"learning_rate": rate, "seconds": round(seconds, 3)}
                    history.add(record)
                    plugins.announce("takens_step_logged", event=StepLogged(record))
                    if show:
                        show(record)
                last = done == training.steps
                if folder and (last or done % training.checkpoint_every == 0):
                    state = {
                        "step": done,
                        "seconds": seconds,
                        "optimiser": optimiser.state_dict(),
                        "generator": generator.get_state(),
                        "identity": identity,
                    }
                    write_checkpoint(folder / "checkpoint.pt", trained, training=state)
        except BaseException as error:
            seconds = spent + time.perf_counter() - began
            event = FitFinished(trained, done, seconds, str(error) or type(error).__name__)
            plugins.announce("takens_fit_finished", event=event)
            raise
    seconds = spent + time.perf_counter() - began
    trained.inner.to(torch.device("cpu"), placement.dtype)
    plugins.announce("takens_fit_finished", event=FitFinished(trained, done, seconds))
    return Fit(trained, tuple(history.records), seconds, placement)


def _optimiser(training: Training, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    if training.optimiser == "adam":
        return torch.optim.Adam(parameters, lr=training.learning_rate, foreach=True)
    return torch.optim.RAdam(parameters, lr=training.learning_rate, foreach=True)


def _check_finite(
    figures: Mapping[str, float], step: int, steps: int, folder: Path | None
) -> None:
    """Stop before the weights are spoilt."""
    for name, value in figures.items():
        if not math.isfinite(value):
            kept = (
                f" The last good checkpoint is kept in {folder / 'checkpoint.pt'}."
                if folder and (folder / "checkpoint.pt").exists()
                else ""
            )
            raise TrainingError(
                f"Training stopped at update {step + 1} of {steps}: the "
                f"{name.replace('_', ' ')} is {value}.{kept} Try a lower learning rate or a "
                "shorter forcing interval."
            )


def _identity(
    training: Training, scheme: TrainingScheme[Any], data: TimeSeries, seed: int
) -> dict[str, Any]:
    """Give what must be the same for a resume to be the same training."""
    digest = hashlib.sha256(data.t.numpy().tobytes())
    digest.update(data.x.detach().cpu().contiguous().numpy().tobytes())
    settings = {f"training.{k}": v for k, v in attrs.asdict(training).items()}
    described = repr(scheme) if attrs.has(scheme.__class__) else scheme.__class__.__qualname__
    return settings | {"scheme": described, "seed": seed, "data": digest.hexdigest()}


def _restore(
    folder: Path,
    trained: TrainedModel,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
    identity: Mapping[str, Any],
) -> tuple[int, float]:
    """Load a checkpoint into the state of a training; give its step and its seconds."""
    path = folder / "checkpoint.pt"
    content = read_checkpoint(path)
    state = content["training"]
    if state is None:
        raise CheckpointError(f"{path} holds a model without the state of a training.")
    for key, value in identity.items():
        stored = state["identity"].get(key)
        if stored != value:
            shown = "differ" if key == "data" else f"was {stored!r} and is {value!r}"
            raise CheckpointError(
                f"{path} belongs to another training: {key} {shown}. Restore the old settings, "
                "or start again with --overwrite."
            )
    if content["name"] != storable_name(trained):
        raise CheckpointError(
            f"{path} holds a {content['name']} and this is a {storable_name(trained)}; restore "
            "the old settings, or start again with --overwrite."
        )
    if content["parameters"] != attrs.asdict(trained.config):
        raise CheckpointError(
            f"{path} holds a model with {content['parameters']}, and this one has "
            f"{attrs.asdict(trained.config)}. Restore the old settings, or start again with "
            "--overwrite."
        )
    trained.load_state_dict(content["state_dict"])
    optimiser.load_state_dict(state["optimiser"])
    generator.set_state(state["generator"])
    return state["step"], state["seconds"]
