"""What Lightning's checkpoints hold of takens, and how models are read from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import attrs
import torch
from torch import Tensor

import takens

KEY: Final = "takens"
_PREFIX: Final = "model."


def describe(model: takens.TrainedModel) -> dict[str, Any]:
    """Return what a model is made of besides its weights, in tensors and JSON types."""
    return {
        "name": takens.catalogue().qualified_name("model", type(model.inner)),
        "parameters": attrs.asdict(model.config),
        "series": {
            "mean": model.mean,
            "scale": model.scale,
            "dt": model.dt,
            "columns": list(model.columns),
            "time_unit": model.time_unit,
        },
    }


def digest(weights: Mapping[str, Tensor]) -> str:
    """Return the SHA-256 of weights, by which damage is found that leaves them readable."""
    found = hashlib.sha256()
    for name, value in sorted(weights.items()):
        found.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        found.update(
            value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        )
    return found.hexdigest()


def _refuse_damaged(content: Mapping[str, Any]) -> None:
    """Refuse weights that are not those that were stored; older files have no digest."""
    expected = content[KEY].get("digest")
    if expected is not None and digest(content["state_dict"]) != expected:
        raise takens.errors.CheckpointError(
            "The weights in the checkpoint are not those that were stored: it is damaged; "
            "restore it from a copy."
        )


def refuse_others(content: dict[str, Any], model: takens.TrainedModel) -> None:
    """Refuse the checkpoint of another model, or of a model of other data.

    The seed of a model is that of its first weights, which are replaced.

    Raises: CheckpointError, also where the weights are damaged.
    """
    stored: dict[str, Any] = content.get(KEY) or {}
    own = describe(model)
    for key in ("name", "parameters"):
        theirs, ours = _seedless(stored.get(key)), _seedless(own[key])
        if theirs != ours:
            raise takens.errors.CheckpointError(
                f"The checkpoint holds a model whose {key} is {theirs!r}, and this "
                f"one has {ours!r}; give the model that it was made of."
            )
    _refuse_damaged(content)
    theirs, ours = stored["series"], own["series"]
    same = theirs["dt"] == ours["dt"] and all(
        torch.equal(theirs[key], ours[key]) for key in ("mean", "scale")
    )
    if not same:
        raise takens.errors.CheckpointError(
            "The checkpoint is of a training on other data; to go on with new ones, give "
            "load_trained_model(path).inner to a new module."
        )


def _seedless(described: Any) -> Any:
    if not isinstance(described, dict):
        return described
    named = cast(dict[str, Any], described)
    return {name: value for name, value in named.items() if name != "seed"}


def load_trained_model(path: str | Path) -> takens.TrainedModel:
    """Read the model from a checkpoint that Lightning wrote of a ``DynamicsModule``.

    Nothing in the file is ever run: it is read with ``weights_only=True``, and the name of
    the model is looked up among the installed plugins.

    Raises: CheckpointError where it is no such checkpoint; UnknownComponentError where no
    plugin offers its model.
    """
    content = _read(Path(path))
    _refuse_damaged(content)
    stored, series = content[KEY], content[KEY]["series"]
    if stored["name"] is None:
        raise takens.errors.CheckpointError(
            f"No plugin offers the model in {path}; make it yourself and use "
            "DynamicsModule.load_from_checkpoint(path, model=..., scheme=..., series=...)."
        )
    inner = takens.create("model", stored["name"], **stored["parameters"])
    weights = {
        name.removeprefix(_PREFIX): value
        for name, value in content["state_dict"].items()
        if name.startswith(_PREFIX)
    }
    precisions = {value.dtype for value in weights.values() if value.is_floating_point()}
    inner.to(torch.device("cpu"), precisions.pop() if len(precisions) == 1 else torch.float32)
    model = takens.TrainedModel(
        inner,
        mean=series["mean"],
        scale=series["scale"],
        dt=series["dt"],
        columns=tuple(series["columns"]),
        time_unit=series["time_unit"],
    )
    inner.load_state_dict(weights)
    return model


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise takens.errors.CheckpointError(f"There is no checkpoint {path}.")
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch answers a damaged file with almost any exception
        raise takens.errors.CheckpointError(
            f"{path} cannot be read without running code that it holds, or was cut short; "
            "restore it from a copy."
        ) from error
    found = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    if KEY not in found or "state_dict" not in found:
        raise takens.errors.CheckpointError(f"{path} is not a checkpoint of a DynamicsModule.")
    return found
