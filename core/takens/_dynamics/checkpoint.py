"""Checkpoints: plain dictionaries of tensors and JSON types."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import attrs
import torch

from takens._dynamics.seal import is_sealed, is_whole, seal
from takens._dynamics.trained_model import Inputs, TrainedModel
from takens._files import path_of, write_whole
from takens._given import given, in_line
from takens._plugins.catalogue import catalogue
from takens._plugins.guard import ended
from takens._plugins.registry import models
from takens._preparing.preparations import Preparations
from takens._versions import versions
from takens.errors import CheckpointError, InputError

FORMAT: Final = 1
FORMAT_PREPARED: Final = 2
_KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    "name": (str,),
    "parameters": (dict,),
    "series": (dict,),
    "state_dict": (dict,),
    "training": (dict, type(None)),
}


def save_model(model: TrainedModel | Sequence[TrainedModel], path: str | Path) -> None:
    """Write a trained model, or the members of an ensemble, to a file, whole or not at all.

    Raises: InputError where the model is not one that a plugin offers, or where the file
    cannot be written.
    """
    members = (model,) if isinstance(model, TrainedModel) else model
    write_checkpoint(path_of(path), members, training=None)


def load_model(path: str | Path) -> TrainedModel:
    """Read a trained model, the first where there are several; see ``load_members``.

    ``path`` is that of a checkpoint, or of the folder of a run. The name in the file is
    looked up among the installed plugins.

    Raises: CheckpointError where the file is no checkpoint, is damaged or is of a newer format;
    UnknownComponentError where no plugin offers its model.
    """
    return load_members(path)[0]


def load_members(path: str | Path) -> tuple[TrainedModel, ...]:
    """Read all members of an ensemble; a single model is an ensemble of one.

    Raises: CheckpointError, UnknownComponentError; see ``load_model``.
    """
    path = path_of(path)
    path = path / "checkpoint.pt" if path.is_dir() else path
    content = read_checkpoint(path)
    others = content.get("others", [])
    if not isinstance(others, list):
        raise _damaged(path, "its other members are no list")
    states = (content["state_dict"], *cast(list[Any], others))
    return tuple(_model_of(content, state, path) for state in states)


def write_checkpoint(
    path: Path, members: Sequence[TrainedModel], *, training: Mapping[str, Any] | None
) -> None:
    """Write models and, for a resume, the state of their training, under a digest of all."""
    model, *others = members
    content: dict[str, Any] = {
        "format": FORMAT,
        "sealed": True,
        "kind": "model",
        "name": storable_name(model),
        "parameters": attrs.asdict(model.config),
        "series": {
            "dt": model.dt,
            "columns": list(model.columns),
            "time_unit": model.time_unit,
            **({"inputs": list(model.inputs)} if model.inputs else {}),
        },
        "state_dict": _state(model),
        "training": training,
        "versions": versions(),
    }
    if model.preparations:
        # An earlier takens would give runs in the units of the prepared data.
        content |= {"format": FORMAT_PREPARED, "preparations": model.preparations.stored()}
    if others:
        content["others"] = [_state(other) for other in others]
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, seal(buffer.getvalue()))


def _state(model: TrainedModel) -> dict[str, Any]:
    # Copies: views would take the whole tensor that they belong to into the file.
    return {
        key: value.detach().cpu().clone() if isinstance(value, torch.Tensor) else value
        for key, value in model.state_dict().items()
    }


def storable_name(model: TrainedModel) -> str:
    """Return the qualified name that a model is stored under.

    Raises: InputError where no plugin offers it.
    """
    inner = type(model.inner)
    name = catalogue().qualified_name("model", inner)
    if name is None:
        raise InputError(
            f"No plugin offers {inner.__name__}, so it could not be loaded again; offer it as "
            "a component, or store its state_dict yourself."
        )
    return name


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read and check the outer form of a checkpoint; no code in the file is ever run.

    Raises: CheckpointError.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path}.")
    try:
        archive = path.read_bytes()
        whole = is_whole(archive)
        content: Any = torch.load(
            io.BytesIO(archive if whole else b""), map_location="cpu", weights_only=True
        )
    except Exception as error:  # torch answers a damaged file with almost any exception
        raise _damaged(path, "it is damaged, or was cut short") from error
    found = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    if "format" not in found:
        raise CheckpointError(f"{path} is not a checkpoint of takens.")
    if found["format"] not in (FORMAT, FORMAT_PREPARED):
        by = found.get("versions")
        writer = cast(dict[str, Any], by).get("takens") if isinstance(by, dict) else None
        raise CheckpointError(
            f"{path} has checkpoint format {found['format']!r}, and this takens reads format "
            f"{FORMAT_PREPARED}; install the takens that wrote it ({writer or 'unknown'})."
        )
    if found.get("sealed") and not is_sealed(archive):
        raise _damaged(path, "its digest is missing")
    for key, kinds in _KEYS.items():
        if not isinstance(found.get(key, ...), kinds):
            raise _damaged(path, f"{key} is missing or of another type")
    return found


def _damaged(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is no readable checkpoint ({why}); restore it from a copy, or start again "
        "with --overwrite."
    )


def _model_of(content: Mapping[str, Any], state: Any, path: Path) -> TrainedModel:
    """Make a model of a checkpoint.

    Raises: CheckpointError where its parts do not fit together.
    """
    why = _wrong_part(content["series"], state)
    if why or not _is_plain(content["parameters"]):
        raise _damaged(path, why or "a parameter of its model is no plain value")
    inner = models.create(content["name"], **content["parameters"])
    series = content["series"]
    names = tuple(map(str, series.get("inputs", ())))
    model = TrainedModel(
        inner,
        mean=torch.zeros_like(state["mean"]),
        scale=torch.ones_like(state["scale"]),
        dt=series["dt"],
        columns=tuple(series["columns"]),
        time_unit=series["time_unit"],
        preparations=_preparations_of(content),
        inputs=Inputs.none_yet(names) if names else None,
    )
    weights = [value.dtype for key, value in state.items() if key.startswith("model.")]
    try:
        if weights:
            inner.to(torch.device("cpu"), weights[0])
        if (shape := state["mean"].shape) != (inner.obs_dim,):
            raise ValueError(f"mean has shape {tuple(shape)} for {inner.obs_dim} variables")
        model.load_state_dict(state)
    except Exception as error:  # a model may have hooks of its own that read its state
        raise CheckpointError(
            f"The weights in {path} do not fit their model: {ended(in_line(error))}"
        ) from error
    return model


def _preparations_of(content: Mapping[str, Any]) -> Preparations | None:
    stored = content.get("preparations")
    return None if stored is None else Preparations.restored(stored)


def _is_plain(value: Any) -> bool:
    """Whether a value is made of JSON types alone."""
    if isinstance(value, dict):
        items = cast(dict[Any, Any], value).items()
        return all(isinstance(key, str) and _is_plain(inner) for key, inner in items)
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, cast(Sequence[Any], value)))
    return value is None or isinstance(value, (str, int, float))


def _wrong_part(series: Mapping[str, Any], state: Any) -> str:
    """Say which part of a model is not what it should be, or nothing."""
    dt, columns = series.get("dt"), series.get("columns")
    if type(dt) not in (int, float) or not 0 < cast(float, dt) < math.inf:
        return f"its interval is {given(dt)}"
    if not isinstance(columns, list) or not all(
        isinstance(name, str) for name in cast(list[Any], columns)
    ):
        return "its columns are no list of names"
    if not isinstance(series.get("time_unit"), str):
        return "its time unit is no text"
    if not isinstance(state, dict) or not {"mean", "scale"} <= state.keys():
        return "its mean or scale is missing"
    parts = cast(dict[Any, Any], state)
    for key, value in parts.items():
        if not isinstance(key, str) or not isinstance(value, torch.Tensor):
            # What a module keeps beside its tensors is the module's own to judge.
            if isinstance(key, str) and key.endswith("_extra_state"):
                continue
            return f"its part {given(key)} is no tensor"
        if bool(value.isnan().any()):
            return f"{key} holds what is not a number"
    if not all(bool(parts[key].isfinite().all()) for key in ("mean", "scale")):
        return "its mean or scale is not finite"
    mean, scale = parts["mean"], parts["scale"]
    if mean.shape != scale.shape or not bool((scale > 0).all()):
        return "its scale is not positive, or not of the shape of its mean"
    return ""
