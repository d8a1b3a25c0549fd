"""Training."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack, final

import attrs
import torch

from takens._data.time_series import TimeSeries
from takens._errors import CheckpointError, TrainingError
from takens._plugins.catalogue import catalogue
from takens._plugins.isolation import isolated
from takens._protocols.device import DevicePolicy, Placement
from takens._protocols.model import Model, SupportsClosedForm
from takens._protocols.scheme import DirectScheme, Scheme
from takens._threads import threads_for
from takens._training.checkpoint import storable_name
from takens._training.direct import solve_directly
from takens._training.events import FitFinished, FitStarted, StepLogged
from takens._training.history import History
from takens._training.preparation import prepare
from takens._training.progress import progress_bar
from takens._training.settings import Training, TrainingOptions
from takens._training.trained_model import TrainedModel
from takens._training.updates import Updates


@final
@attrs.frozen(eq=False)
class Fit:
    """What training gave: models in the units of their data, and how it went.

    ``model`` is the first of the ``members``. ``details`` holds what a scheme that solves
    directly found besides, such as standard errors; ``remarks`` say in words what was seen.
    """

    members: tuple[TrainedModel, ...]
    history: tuple[Mapping[str, Any], ...]
    seconds: float
    placement: Placement
    details: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    remarks: tuple[str, ...] = ()

    @property
    def model(self) -> TrainedModel:
        """The model, the first one where there are several."""
        return self.members[0]


@isolated
def fit(
    model: Model | Sequence[Model],
    data: TimeSeries,
    scheme: Scheme,
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

    Several models, or ``members``, are trained at once; the windows of member i are drawn by
    ``seed + i``, so that it becomes what it would have become alone. One whose loss is no
    longer finite is left as it was, and the others go on.

    Raises: InputError for settings that do not fit the data; TrainingError where the loss or
    its gradient is no longer finite (the last good checkpoint is kept); CheckpointError where
    a resume finds no checkpoint, or one of another training.
    """
    count = 1 if isinstance(model, Model) else len(model)
    training = training or Training()
    if count > 1 and "members" not in options:
        options["members"] = count
    training = attrs.evolve(training, **options)
    prepared = prepare(model, data, scheme, training, device)
    if folder is not None:
        folder = Path(folder)
        storable_name(prepared.members[0])
    elif resume:
        raise CheckpointError("To resume, fit needs the folder that holds the checkpoint.")
    if isinstance(prepared.scheme, DirectScheme):
        return solve_directly(prepared, prepared.scheme, training, seed, folder)
    identity = _identity(training, scheme, data, seed)
    updates = Updates.begin(prepared, training, seed, data.dt if data.regular else None)
    first, spent = 0, 0.0
    if folder is not None and resume:
        first, spent = updates.restore(_checkpoint(folder), identity)
    history = History.up_to(folder and folder / "history.jsonl", first)
    plugins = catalogue()
    trained = prepared.members[0]
    plugins.announce(
        "takens_fit_started",
        event=FitStarted(trained, scheme, training, prepared.placement, seed, first),
    )

    began = time.perf_counter()
    done = first
    with contextlib.ExitStack() as stack:
        show = stack.enter_context(progress_bar(training.steps, first)) if progress else None
        stack.enter_context(threads_for(training.batch * updates.weights.values.numel()))
        try:
            for step in range(first, training.steps):
                figures = updates.make(step)
                done = step + 1
                seconds = spent + time.perf_counter() - began
                last = done == training.steps
                checked = (
                    updates.check(done) if last or _is_due(training.check_every, done) else {}
                )
                if checked or done % training.log_every == 0 or last:
                    record = (
                        {"step": done} | figures() | {"seconds": round(seconds, 3)} | checked
                    )
                    history.add(record)
                    plugins.announce("takens_step_logged", event=StepLogged(record))
                    if show:
                        show(record)
                if folder and (last or done % training.checkpoint_every == 0):
                    updates.store(_checkpoint(folder), done, seconds, identity)
        except BaseException as error:
            seconds = spent + time.perf_counter() - began
            event = FitFinished(trained, done, seconds, str(error) or type(error).__name__)
            plugins.announce("takens_fit_finished", event=event)
            updates.weights.release()
            if isinstance(error, TrainingError) and folder and _checkpoint(folder).exists():
                kept = f"The last good checkpoint is kept in {_checkpoint(folder)}."
                raise TrainingError(f"{error} {kept}") from None
            raise
    seconds = spent + time.perf_counter() - began
    remarks = (*updates.finish(), *_not_solved(trained.inner))
    for member in prepared.members:
        member.inner.to(torch.device("cpu"), prepared.placement.dtype)
    plugins.announce("takens_fit_finished", event=FitFinished(trained, done, seconds))
    return Fit(
        prepared.members, tuple(history.records), seconds, prepared.placement, remarks=remarks
    )


def _not_solved(model: Model) -> tuple[str, ...]:
    if not isinstance(model, SupportsClosedForm):
        return ()
    return (
        f"{type(model).__name__} was trained by gradients; the scheme closed_form solves for "
        "its weights at once.",
    )


def _checkpoint(folder: Path) -> Path:
    return folder / "checkpoint.pt"


def _is_due(every: int, done: int) -> bool:
    return every > 0 and done % every == 0


def _identity(
    training: Training, scheme: Scheme, data: TimeSeries, seed: int
) -> dict[str, Any]:
    """Give what must be the same for a resume to be the same training."""
    digest = hashlib.sha256(data.t.numpy().tobytes())
    digest.update(data.x.detach().cpu().contiguous().numpy().tobytes())
    settings = {f"training.{k}": v for k, v in attrs.asdict(training).items()}
    described = repr(scheme) if attrs.has(scheme.__class__) else scheme.__class__.__qualname__
    return settings | {"scheme": described, "seed": seed, "data": digest.hexdigest()}
