"""Training."""

from __future__ import annotations

import contextlib
import hashlib
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

import attrs
import torch

from takens._arguments import arguments
from takens._data.entrance import SeriesLike, as_recordings
from takens._defaults import DEVICE
from takens._dynamics.checkpoint import storable_name
from takens._dynamics.trained_model import TrainedModel
from takens._files import path_of, remove_leftovers
from takens._lock import locked
from takens._plugins.catalogue import catalogue
from takens._plugins.choice import Choice, Component
from takens._plugins.guard import in_words
from takens._plugins.isolation import blaming
from takens._plugins.registry import registry, schemes
from takens._preparing.preparations import Preparations
from takens._progress import progress_bar
from takens._protocols.model import Model, SupportsClosedForm
from takens._protocols.recordings import SupportsRecordings
from takens._protocols.scheme import DirectScheme, Scheme, SupportsFindings
from takens._threads import threads_for
from takens._training.descent import described
from takens._training.events import Callback, FitFinished, FitStarted, StepLogged
from takens._training.history import History
from takens._training.learning_rate import with_found_rate
from takens._training.models import model_for, sized
from takens._training.placement import DeviceChoice
from takens._training.preparation import Prepared, prepare as bring_together
from takens._training.result import Fit
from takens._training.settings import KINDS, Training
from takens._training.updates import Updates
from takens.errors import CheckpointError, InputError, TrainingError

if TYPE_CHECKING:
    from takens._training.options import TrainingOptions  # pyright: ignore[reportMissingModuleSource] - types alone


@arguments(Training, scheme=schemes.get)
def fit(
    model: Model | str | Mapping[str, Any] | Component | Sequence[Model],
    data: SeriesLike,
    scheme: Scheme | str | Mapping[str, Any] | Component,
    training: Training | None = None,
    *,
    seed: int = 0,
    device: DeviceChoice = DEVICE,
    folder: str | Path | None = None,
    resume: bool = False,
    progress: bool = False,
    prepare: Sequence[Choice] = (),
    callback: Callback | None = None,
    **options: Unpack[TrainingOptions],
) -> Fit:
    """Train a model, in place, on a series, on recordings, or on an array or frame of them.

    Model and scheme may be given by name, or as tables with ``name`` and parameters; a model
    is then made for the data, with weights drawn by ``seed``.

    Windows are drawn from all recordings, and where there are gaps from the stretches between
    them. Arrays are `(T, n)` or `(trajectories, T, n)`, at an interval of 1; see
    ``Recordings.of`` for others.

    The series is standardised first; the model that is returned speaks the series' units
    and is on the CPU. ``options`` are fields of ``Training``, on top of ``training``. With a
    ``folder``, history and checkpoints go there as ``history.jsonl`` and ``checkpoint.pt``,
    and ``resume`` goes on from the checkpoint: on the same machine the final weights are the
    same as without the interruption. It may go on with more ``steps``, other rates, another
    schedule or other intervals of logging; what cannot be changed is refused by its name.
    ``progress`` shows a bar where there is a terminal.

    Several models, or ``members``, are trained at once; the windows of member i are drawn by
    ``seed + i``, so that it becomes what it would have become alone. One whose loss is no
    longer finite is left as it was, and the others go on.

    The data are prepared first by what ``prepare`` names, in its order; the model keeps what
    was done, and ``takens.generate`` starts from data as they were and returns to them.

    ``callback`` is called as the hook ``takens_step_logged`` is, with each line of the history
    and the model as it is then; and before the first update, with the ``step`` alone. It may
    answer with a reason to end, too: a text.

    A plugin can ask for the end by answering ``takens_step_logged`` with a reason; the fit then
    ends as by its last step.

    Raises: InputError for settings that do not fit the data; TrainingError where the loss or
    its gradient is no longer finite (the last good checkpoint is kept); CheckpointError where
    a resume finds no checkpoint, or one of another training.
    """
    if torch.is_inference_mode_enabled():
        raise InputError(
            "Training takes gradients, of which torch.inference_mode() keeps nothing: call fit "
            "outside of it."
        )
    data = as_recordings(data)
    preparations = model.preparations if isinstance(model, TrainedModel) else None
    if prepare:
        preparations, data = Preparations.fit(prepare, data)
    elif preparations:
        data = data.map(preparations.forward)
    reasons: tuple[str, ...] = ()
    if isinstance(model, (str, Mapping, Component)):
        named, reasons = sized(data, model)
        model = model_for(data, named, seed=seed)
    count = 1 if isinstance(model, Model) else len(model)
    training = training or Training()
    if count > 1 and "members" not in options:
        options["members"] = count
    training = attrs.evolve(training, **options)
    with blaming("fit", model, scheme):
        prepared = bring_together(
            model, data, cast(Scheme, scheme), training, device, preparations, reasons
        )
    with contextlib.ExitStack() as stack:
        if folder is not None:
            stack.enter_context(locked(path_of(folder)))
            remove_leftovers(Path(folder), ("checkpoint.pt", "history.jsonl"))
        return train(
            prepared,
            seed=seed,
            folder=folder,
            resume=resume,
            progress=progress,
            callback=callback,
        )


def train(
    prepared: Prepared,
    *,
    seed: int,
    folder: str | Path | None,
    resume: bool,
    progress: bool,
    run_id: str = "",
    callback: Callback | None = None,
) -> Fit:
    """Train what was prepared, as part of the run ``run_id`` if of any; see ``fit``."""
    # Training takes gradients, also where whoever asks for it wants none.
    with torch.enable_grad(), blaming("fit", *prepared.models, prepared.given):
        return _train(prepared, seed, folder, resume, progress, run_id, callback)


def _train(
    prepared: Prepared,
    seed: int,
    folder: str | Path | None,
    resume: bool,
    progress: bool,
    run_id: str,
    callback: Callback | None,
) -> Fit:
    training, trained = prepared.training, prepared.members[0]
    path = None if folder is None else Path(folder)
    if path is not None:
        storable_name(trained)
    elif resume:
        raise CheckpointError("To resume, fit needs the folder that holds the checkpoint.")
    if isinstance(prepared.scheme, DirectScheme):
        from takens._training.direct import solve_directly

        return solve_directly(
            prepared,
            prepared.scheme,
            seed=seed,
            folder=path,
            run_id=run_id,
            callback=callback,
        )
    identity = _identity(prepared, seed)
    prepared = with_found_rate(prepared, seed)
    training = prepared.training
    updates = Updates.begin(prepared, seed)
    checkpoint = path and path / "checkpoint.pt"
    first, spent, digest = 0, 0.0, None
    if checkpoint is not None and resume:
        first, spent, digest = updates.restore(checkpoint, identity)
    history = History.up_to(path and path / "history.jsonl", first, digest)
    announce, ids = catalogue().announce, {"fit_id": uuid.uuid4().hex, "run_id": run_id}
    started = FitStarted(
        trained, prepared.given, training, prepared.placement, seed, first, **ids
    )
    announce("takens_fit_started", event=started)

    began = time.perf_counter()
    done, seconds, last = first, spent, updates.over
    told = StepLogged({"step": first}, model=trained, **ids)
    with contextlib.ExitStack() as stack:
        bar = progress_bar("training", training.most_updates, first) if progress else None
        show = stack.enter_context(bar) if bar else None
        stack.enter_context(threads_for(training.batch * updates.weights.values.numel()))
        try:
            reason = _reason(callback, told)
            while done < training.most_updates and not (last or reason):
                figures = updates.make(done)
                done += 1
                seconds = spent + time.perf_counter() - began
                over = 0 < training.time_limit <= seconds
                ended = done % training.steps == 0
                checked = ended or over or _is_due(training.check_every, done)
                found = updates.check(done) if checked else {}
                last = ended and not updates.goes_on(done)
                if found or ended or over or _is_due(training.log_every, done):
                    record = {"step": done} | figures() | {"seconds": round(seconds, 3)} | found
                    history.add(record)
                    if show:
                        show(int(record["step"]), _figures(record))
                    told = StepLogged(record, model=trained, **ids)
                    answers = announce("takens_step_logged", event=told)
                    words = (answer for answer in answers.values() if isinstance(answer, str))
                    asked = next(words, "") or _reason(callback, told)
                    reason = "" if last else asked
                    if reason and not checked:
                        updates.check(done)
                if over and not (last or reason):
                    reason = f"training.time_limit = {training.time_limit:g} seconds are over."
                if checkpoint and (last or reason or _is_due(training.checkpoint_every, done)):
                    written = history.digest
                    final = last or bool(reason)
                    updates.store(
                        checkpoint, done, seconds, identity, history=written, last=final
                    )
        except BaseException as error:
            seconds = spent + time.perf_counter() - began
            broken = FitFinished(trained, done, seconds, in_words(error), failed=True, **ids)
            announce("takens_fit_finished", event=broken)
            updates.weights.release()
            if isinstance(error, TrainingError) and checkpoint and checkpoint.exists():
                kept = f"The last good checkpoint is kept in {checkpoint}."
                raise TrainingError(f"{error} {kept}") from None
            raise
    seconds = spent + time.perf_counter() - began
    remarks = [*prepared.remarks, *updates.finish(), *_not_solved(trained.inner)]
    if training.rounds > 1 and last:
        remarks.append(updates.round_ended(done))
    scheme = prepared.scheme
    details = dict(scheme.findings()) if isinstance(scheme, SupportsFindings) else {}
    remarks += map(str, details.pop("remarks", ()))
    if isinstance(trained.inner, SupportsRecordings):
        numbers = zip(trained.recordings, trained.inner.features.detach(), strict=True)
        details["recordings"] = {name: list(map(float, own)) for name, own in numbers}
    if reason:
        most = training.most_updates
        remarks.insert(0, f"Training ended after {done} of {most} updates: {reason}")
    for member in prepared.members:
        member.inner.to(torch.device("cpu"), prepared.placement.dtype)
    remarks += prepared.remarked()
    finished = FitFinished(trained, done, seconds, reason, failed=False, **ids)
    announce("takens_fit_finished", event=finished)
    return Fit(
        prepared.members,
        tuple(history.records),
        seconds,
        prepared.placement,
        details,
        tuple(remarks),
        reason,
    )


def _not_solved(model: Model) -> tuple[str, ...]:
    if not isinstance(model, SupportsClosedForm):
        return ()
    return (
        f"{type(model).__name__} was trained by gradients; the scheme closed_form solves for "
        "its weights at once.",
    )


def _reason(callback: Callback | None, event: StepLogged) -> str:
    """Call back; give the reason to end that is answered, or nothing."""
    answer = None if callback is None else callback(event)
    return answer if isinstance(answer, str) else ""


def _is_due(every: int, done: int) -> bool:
    return every > 0 and done % every == 0


def _identity(prepared: Prepared, seed: int) -> dict[str, Any]:
    """Return what must be the same for a resume to be the same training."""
    data, scheme = prepared.data, prepared.given
    digest = hashlib.sha256(data.series[0].t.numpy().tobytes())
    for one in data.series[1:]:
        if not torch.equal(one.t, data.series[0].t):
            digest.update(one.t.numpy().tobytes())
    driven = [one.inputs for one in data if one.inputs is not None]
    for one in (*data, *driven):
        digest.update(one.x.detach().cpu().contiguous().numpy().tobytes())
    training = attrs.asdict(prepared.training, recurse=False)
    for key, kind in KINDS.items():
        training[key] = described(registry(kind), training[key])
    settings = {f"training.{key}": value for key, value in training.items()}
    whole = repr(scheme) if attrs.has(scheme.__class__) else scheme.__class__.__qualname__
    return settings | {"scheme": whole, "seed": seed, "data": digest.hexdigest()}


def _figures(record: Mapping[str, float]) -> str:
    speed = record["step"] / max(record["seconds"], 1e-9)
    return f"loss {record['loss']:.2e}  gradient {record['gradient_norm']:.2e}  {speed:.0f}/s"
