"""Bringing model, data, scheme and device together before training."""

from __future__ import annotations

from typing import Any, final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._protocols.device import DevicePolicy, Placement, Precision
from takens._protocols.model import Model
from takens._protocols.scheme import TrainingScheme
from takens._training.placement import place
from takens._training.settings import Training
from takens._training.trained_model import TrainedModel
from takens._training.windows import Windows


@final
@attrs.frozen(eq=False)
class Prepared:
    """A training that fits together: `times: (window,)` count from a window's start."""

    trained: TrainedModel
    windows: Windows
    times: Tensor
    placement: Placement


def prepare(
    model: Model,
    data: TimeSeries,
    scheme: TrainingScheme[Any],
    training: Training,
    device: str | DevicePolicy,
) -> Prepared:
    """Standardise the data, place everything on the device and try the loss of one window.

    Raises: InputError where model, data, scheme and settings do not go together.
    """
    placement = place(device, Precision.SINGLE)
    trained = TrainedModel.for_series(model, data)
    samples = trained.standardise(data.x.double())
    windows = Windows(
        samples.reshape(-1, *samples.shape[-2:]).to(placement.device, placement.dtype),
        training.window,
    )
    trained.inner.to(placement.device, placement.dtype)
    times = torch.arange(training.window, dtype=torch.float64) * trained.dt
    with torch.no_grad():
        scheme.loss(trained.inner, windows.x[:1, : training.window], times=times, step=0)
    return Prepared(trained, windows, times, placement)
