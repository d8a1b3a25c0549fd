"""Bringing model, data, scheme and device together before training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._dynamics.ensemble import Ensemble
from takens._errors import InputError
from takens._protocols.device import DevicePolicy, Placement, Precision
from takens._protocols.model import Model, SupportsUnits
from takens._protocols.scheme import (
    DirectScheme,
    LayerScheme,
    Scheme,
    SupportsAdapting,
    SupportsEnsembles,
    TrainingScheme,
)
from takens._training.members import members_of
from takens._training.placement import place
from takens._training.settings import Training
from takens._training.trained_model import TrainedModel
from takens._training.windows import Windows


@final
@attrs.frozen(eq=False)
class Prepared:
    """A training that fits together.

    ``members`` are the models in the units of the data. ``learner`` is what the scheme's loss
    takes: their ensemble, or None where they are trained one after the other.
    """

    members: tuple[TrainedModel, ...]
    learner: Ensemble | None
    scheme: Scheme
    windows: Windows
    placement: Placement

    @property
    def models(self) -> tuple[Model, ...]:
        """The models in standardised units."""
        return tuple(member.inner for member in self.members)

    def losses(
        self, scheme: TrainingScheme[Any], batch: Tensor, numbers: Tensor, step: int
    ) -> Tensor:
        """Give the loss of each member, `(members,)`, on `batch: (members, b, T, n)`."""
        if self.learner is not None:
            times = self.windows.times(numbers)
            return scheme.loss(self.learner, batch, times=times, step=step)
        return torch.stack(
            [
                scheme.loss(model, own, times=self.windows.times(which), step=step)
                for model, own, which in zip(self.models, batch, numbers, strict=True)
            ]
        )


def prepare(
    model: Model | Sequence[Model],
    data: TimeSeries,
    scheme: Scheme,
    training: Training,
    device: str | DevicePolicy,
) -> Prepared:
    """Standardise the data, place everything on the device and try the loss of one window.

    Raises: InputError where model, data, scheme and settings do not go together.
    """
    if isinstance(scheme, LayerScheme):
        raise InputError(
            f"{type(scheme).__name__} trains layers, whose inputs are no series: call its "
            "train(layer, inputs, targets)."
        )
    placement = place(device, Precision.SINGLE)
    members = tuple(
        TrainedModel.for_series(
            member.inner if isinstance(member, TrainedModel) else member, data
        )
        for member in members_of(model, training.members)
    )
    first = members[0]
    samples = first.standardise(data.x.double())
    x = samples.reshape(-1, *samples.shape[-2:]).to(placement.device, placement.dtype)
    direct = isinstance(scheme, DirectScheme)
    length = min(training.window, x.shape[1]) if direct else training.window
    windows = Windows(x, length, data.t, data.dt if data.regular else None)
    for member in members:
        if isinstance(member.inner, SupportsUnits):
            member.inner.adopt_units(first.mean, first.scale)
        member.inner.to(placement.device, placement.dtype)
    if isinstance(scheme, SupportsAdapting):
        scheme = scheme.adapted(x, first.dt)
    learner = None
    if not direct and len(members) > 1 and isinstance(scheme, SupportsEnsembles):
        learner = Ensemble([member.inner for member in members])
    prepared = Prepared(members, learner, scheme, windows, placement)
    if isinstance(scheme, TrainingScheme):
        numbers = torch.zeros(len(members), 1, dtype=torch.long)
        with torch.no_grad():
            losses = prepared.losses(scheme, windows.at(numbers), numbers, 0)
        if losses.shape != (len(members),):
            raise InputError(
                f"{type(scheme).__name__} gives a loss of shape {tuple(losses.shape[1:])} for "
                "each model; a loss is one number."
            )
    return prepared
