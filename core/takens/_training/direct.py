"""Training without updates: schemes that solve for the weights."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch

from takens._dynamics.checkpoint import write_checkpoint
from takens._plugins.catalogue import catalogue
from takens._plugins.guard import in_words
from takens._protocols.scheme import DirectScheme
from takens._training.events import Callback, FitFinished, FitStarted, StepLogged
from takens._training.history import History
from takens._training.preparation import Prepared
from takens._training.result import Fit
from takens.errors import InputError


def solve_directly(
    prepared: Prepared,
    scheme: DirectScheme[Any],
    *,
    seed: int,
    folder: Path | None,
    run_id: str,
    callback: Callback | None = None,
) -> Fit:
    """Let a scheme find the weights of each member at once; see ``fit``.

    A solution is one step of the history, and there is nothing to resume.
    """
    announce, ids = catalogue().announce, {"fit_id": uuid.uuid4().hex, "run_id": run_id}
    trained, placement = prepared.members[0], prepared.placement
    started = FitStarted(trained, scheme, prepared.training, placement, seed, 0, **ids)
    announce("takens_fit_started", event=started)
    history = History.up_to(folder and folder / "history.jsonl", 0)
    began = time.perf_counter()
    try:
        if callback is not None:
            callback(StepLogged({"step": 0}, model=trained, **ids))
        found = _solved(prepared, scheme)
    except BaseException as error:
        seconds = time.perf_counter() - began
        broken = FitFinished(trained, 0, seconds, in_words(error), failed=True, **ids)
        announce("takens_fit_finished", event=broken)
        raise
    seconds = time.perf_counter() - began
    remarks = (*prepared.remarks, *map(str, found.pop("remarks", ())))
    record = {"step": 1, "loss": float(found["loss"]), "seconds": round(seconds, 3)}
    history.add(record)
    told = StepLogged(record, model=trained, **ids)
    announce("takens_step_logged", event=told)
    if callback is not None:
        callback(told)
    for member in prepared.members:
        member.inner.to(torch.device("cpu"), torch.float64)
    remarks += tuple(prepared.remarked())
    if folder is not None:
        write_checkpoint(folder / "checkpoint.pt", prepared.members, training=None)
    finished = FitFinished(trained, 1, seconds, failed=False, **ids)
    announce("takens_fit_finished", event=finished)
    records = tuple(history.records)
    return Fit(prepared.members, records, seconds, placement, found, remarks)


def _solved(prepared: Prepared, scheme: DirectScheme[Any]) -> dict[str, Any]:
    """Solve for every member; return what was found for the first."""
    windows = prepared.windows
    if len({len(x) for x in windows.records}) > 1:
        lengths = [len(x) for x in windows.records]
        raise InputError(
            f"{type(scheme).__name__} solves for recordings of one length, and these have "
            f"{min(lengths)} to {max(lengths)} samples; cut them alike, or choose a "
            "scheme that trains by windows."
        )
    x, times = windows.longest.double(), windows.clocks[0] - windows.clocks[0][0]
    drive = windows.longest_drive
    acting = {} if drive is None else {"drive": drive.double()}
    found: list[Mapping[str, Any]] = []
    for model in prepared.models:
        # Solving is for small problems, where double precision costs nothing.
        model.to(prepared.placement.device, torch.float64)
        found.append(cast(Any, scheme).solve(model, x, times=times, **acting))
    if "loss" not in found[0]:
        raise InputError(f"{type(scheme).__name__} gave no loss; a direct scheme gives one.")
    return dict(found[0])
