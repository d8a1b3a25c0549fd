"""Training without updates: schemes that solve for the weights."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from takens._errors import InputError
from takens._plugins.catalogue import catalogue
from takens._protocols.scheme import DirectScheme
from takens._training.checkpoint import write_checkpoint
from takens._training.events import FitFinished, FitStarted, StepLogged
from takens._training.history import History
from takens._training.preparation import Prepared
from takens._training.settings import Training

if TYPE_CHECKING:
    from takens._training.fit import Fit


def solve_directly(
    prepared: Prepared,
    scheme: DirectScheme[Any],
    training: Training,
    seed: int,
    folder: Path | None,
) -> Fit:
    """Let a scheme find the weights of each member at once; see ``fit``.

    A solution is one step of the history, and there is nothing to resume.
    """
    from takens._training.fit import Fit

    plugins = catalogue()
    trained = prepared.members[0]
    started = FitStarted(trained, scheme, training, prepared.placement, seed, 0)
    plugins.announce("takens_fit_started", event=started)
    history = History.up_to(folder and folder / "history.jsonl", 0)
    began = time.perf_counter()
    windows = prepared.windows
    times = windows.t - windows.t[0]
    found: list[Mapping[str, Any]] = []
    for model in prepared.models:
        # Solving is for small problems, where double precision costs nothing.
        model.to(prepared.placement.device, torch.float64)
        found.append(scheme.solve(model, windows.x.double(), times=times))
    seconds = time.perf_counter() - began
    details = dict(found[0])
    remarks = tuple(map(str, details.pop("remarks", ())))
    if "loss" not in details:
        raise InputError(f"{type(scheme).__name__} gave no loss; a direct scheme gives one.")
    record = {"step": 1, "loss": float(details["loss"]), "seconds": round(seconds, 3)}
    history.add(record)
    plugins.announce("takens_step_logged", event=StepLogged(record))
    for member in prepared.members:
        member.inner.to(torch.device("cpu"), torch.float64)
    if folder is not None:
        write_checkpoint(folder / "checkpoint.pt", prepared.members, training=None)
    plugins.announce("takens_fit_finished", event=FitFinished(trained, 1, seconds))
    records, placement = tuple(history.records), prepared.placement
    return Fit(prepared.members, records, seconds, placement, details, remarks)
