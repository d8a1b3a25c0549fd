"""Checkpoints: plain dictionaries of tensors and JSON types."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import attrs
import torch

from takens._dynamics.trained_model import TrainedModel
from takens._files import write_whole
from takens._plugins.catalogue import catalogue
from takens._plugins.registry import models
from takens._versions import versions
from takens.errors import CheckpointError, InputError

FORMAT: Final = 1
_KEYS: Final = ("name", "parameters", "series", "state_dict", "training")


def save_model(model: TrainedModel | Sequence[TrainedModel], path: str | Path) -> None:
    """Write a trained model, or the members of an ensemble, to a file, whole or not at all.

    Raises: InputError where the model is not one that a plugin offers, or where the file
    cannot be written.
    """
    members = (model,) if isinstance(model, TrainedModel) else model
    write_checkpoint(Path(path), members, training=None)


def load_model(path: str | Path) -> TrainedModel:
    """Read a trained model, the first where there are several; see ``load_members``.

    ``path`` is that of a checkpoint, or of the folder of a run. The name in the file is
    looked up among the installed plugins.

    Raises: CheckpointError where the file is no checkpoint, is cut short or is of a newer
    format; UnknownComponentError where no plugin offers its model.
    """
    return load_members(path)[0]


def load_members(path: str | Path) -> tuple[TrainedModel, ...]:
    """Read all members of an ensemble; a single model is an ensemble of one.

    Raises: CheckpointError, UnknownComponentError; see ``load_model``.
    """
    path = Path(path)
    path = path / "checkpoint.pt" if path.is_dir() else path
    content = read_checkpoint(path)
    states = (content["state_dict"], *content.get("others", ()))
    return tuple(_model_of(content, state, path) for state in states)


def write_checkpoint(
    path: Path, members: Sequence[TrainedModel], *, training: Mapping[str, Any] | None
) -> None:
    """Write models and, for a resume, the state of their training."""
    model, *others = members
    content: dict[str, Any] = {
        "format": FORMAT,
        "kind": "model",
        "name": storable_name(model),
        "parameters": attrs.asdict(model.config),
        "series": {
            "dt": model.dt,
            "columns": list(model.columns),
            "time_unit": model.time_unit,
        },
        "state_dict": _state(model),
        "training": training,
        "versions": versions(),
    }
    if others:
        content["others"] = [_state(other) for other in others]
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, buffer.getvalue())


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
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch answers a damaged file with almost any exception
        raise CheckpointError(
            f"{path} is no readable checkpoint (it may have been cut short); restore it from a "
            "copy, or start again with --overwrite."
        ) from error
    found = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    if "format" not in found:
        raise CheckpointError(f"{path} is not a checkpoint of takens.")
    if found["format"] != FORMAT:
        raise CheckpointError(
            f"{path} has checkpoint format {found['format']}, and this takens reads format "
            f"{FORMAT}; install the takens that wrote it "
            f"({found.get('versions', {}).get('takens', 'unknown')})."
        )
    missing = [key for key in _KEYS if key not in found]
    if missing:
        raise CheckpointError(f"{path} lacks {', '.join(missing)}; restore it from a copy.")
    return found


def _model_of(content: Mapping[str, Any], state: Mapping[str, Any], path: Path) -> TrainedModel:
    """Make a model of a checkpoint.

    Raises: CheckpointError where the weights do not fit the model.
    """
    inner = models.create(content["name"], **content["parameters"])
    series = content["series"]
    model = TrainedModel(
        inner,
        mean=torch.zeros_like(state["mean"]),
        scale=torch.ones_like(state["scale"]),
        dt=series["dt"],
        columns=tuple(series["columns"]),
        time_unit=series["time_unit"],
    )
    weights = [value.dtype for key, value in state.items() if key.startswith("model.")]
    if weights:
        inner.to(torch.device("cpu"), weights[0])
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(
            f"The weights in {path} do not fit their model: {error}"
        ) from error
    return model
