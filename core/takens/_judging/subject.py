"""What is judged, made ready for it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import torch

from takens._data.entrance import as_series
from takens._data.frames import is_frame
from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._dynamics.checkpoint import load_members
from takens._dynamics.sampling import integrator_of
from takens._dynamics.stepper import as_stepper
from takens._dynamics.system_model import SystemModel
from takens._dynamics.trained_model import TrainedModel
from takens._files import path_of
from takens._plugins.registry import systems
from takens._preparing.preparations import Preparations
from takens._protocols.model import Model
from takens._protocols.recordings import SupportsRecordings
from takens._protocols.system import System
from takens.errors import InputError

T = TypeVar("T")


def preparations_of(subject: object) -> Preparations | None:
    """Return what was done to the data of a trained model, or nothing."""
    return subject.preparations if isinstance(subject, TrainedModel) else None


def unprepared(subject: T) -> T | TrainedModel:
    """Return what is judged against data that are prepared already."""
    return subject.unprepared() if isinstance(subject, TrainedModel) else subject


def for_recording(subject: Any, recording: str) -> Any:
    """Return a subject, or each of several, as that of one recording where it knows some.

    Raises: InputError where it knows others.
    """
    if isinstance(subject, (list, tuple)):
        return [for_recording(each, recording) for each in cast("list[Any]", subject)]
    if isinstance(subject, TrainedModel) and subject.recordings:
        return subject.for_recording(recording)
    return subject.member(recording) if isinstance(subject, SupportsRecordings) else subject


def refuse_unchosen(subject: object) -> None:
    """Refuse a model of recordings of which no member was chosen.

    Raises: InputError.
    """
    known = (
        subject.recordings if isinstance(subject, (TrainedModel, SupportsRecordings)) else ()
    )
    if known:
        raise InputError(
            f"The model has members for {len(known)} recordings, {', '.join(known[:12])}; "
            f"judge that of one, model.for_recording({known[0]!r}), as "
            "takens judge --recording does, or all by takens.evaluate(..., each=True)."
        )


def named_subject(name: Any) -> Any:
    """Create a system by its name, or read the members of a model from their file.

    Columns by their names are a record.

    Raises: ComponentError where no system is called so; CheckpointError where there is no file.
    """
    if not isinstance(name, (str, Path)):
        record = is_frame(name) or (
            isinstance(cast(object, name), Mapping) and "name" not in name
        )
        return as_record(name) if record else systems.get(name)
    path = path_of(name)
    if name in systems or not (isinstance(name, Path) or path.suffix or path.exists()):
        return systems.create(str(name))
    return load_members(path)


def as_record(subject: Any) -> Any:
    """Return records of any kind as the series that is judged, and all else as it is.

    Raises: DataError for what has gaps, and recordings that differ in length.
    """
    if isinstance(subject, (TimeSeries, Recordings)) or type(subject) in (
        torch.Tensor,
        np.ndarray,
    ):
        return as_series(subject, "A record")
    record = (
        is_frame(subject) or isinstance(cast(object, subject), Mapping) or _has_numbers(subject)
    )
    return as_series(subject, "A record") if record else subject


def _has_numbers(subject: Any) -> bool:
    """Whether a list is of numbers, or of lists, rather than of models."""
    if not isinstance(subject, (list, tuple)) or not subject:
        return False
    return isinstance(subject[0], (list, tuple, int, float))


def as_model(subject: Model | System) -> Model:
    """Return a copy of a model in float64 on the CPU; a system is wrapped.

    Raises: InputError for anything else.
    """
    if isinstance(subject, Model):
        return copy.deepcopy(subject).to(torch.device("cpu"), torch.float64)
    if isinstance(subject, System):  # pyright: ignore[reportUnnecessaryIsInstance]
        return system_model(subject)
    raise InputError(f"A model or a system can be judged; got {type(subject).__name__}.")


def system_model(system: System) -> SystemModel:
    """Return a system as a model, integrated as it says, or by the default integrator."""
    return SystemModel(system, as_stepper(integrator_of(system)))
