"""Bringing model, data, scheme and device together before training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast, final

import attrs
import torch
from torch import Tensor

from takens._data.entrance import SeriesLike, as_recordings
from takens._data.even_grid import on_even_grid
from takens._data.recordings import Recordings
from takens._dynamics.autonomous import refuse_time
from takens._dynamics.ensemble import Ensemble
from takens._dynamics.gaps import filled
from takens._dynamics.inputs import drive_of, refuse_undriven
from takens._dynamics.trained_model import TrainedModel
from takens._plugins.warn import with_new_names
from takens._preparing.preparations import Preparations
from takens._protocols.device import Placement, Precision
from takens._protocols.dynamics import Time
from takens._protocols.model import (
    ContinuousModel,
    Model,
    SupportsClosedForm,
    SupportsLikelihood,
    SupportsRemarks,
    SupportsUnits,
)
from takens._protocols.recordings import SupportsRecordings
from takens._protocols.scheme import (
    DirectScheme,
    Scheme,
    SupportsAccepts,
    SupportsAdapting,
    SupportsEnsembles,
    SupportsGaps,
    SupportsReasons,
    TrainingScheme,
)
from takens._training.balance import owner_of, shares_of
from takens._training.descent import try_descent
from takens._training.free_run_check import metric_of
from takens._training.loss import (
    LossFunction,
    loss_function,
    scheme_generator,
    takes_a_drive,
)
from takens._training.models import members_of
from takens._training.placement import DeviceChoice, place
from takens._training.settings import Training
from takens._training.window_length import with_window
from takens._training.windows import Windows
from takens.errors import InputError


@final
@attrs.frozen(eq=False)
class Prepared:
    """A training that fits together.

    ``members`` are the models in the units of the data. ``learner`` is what the scheme's loss
    takes: their ensemble, or None where they are trained one after the other. ``scheme`` is
    the one that was ``given``, adapted to the data. ``names`` are those of the recordings,
    before they are cut at gaps.
    """

    members: tuple[TrainedModel, ...]
    learner: Ensemble | None
    scheme: Scheme
    windows: Windows
    placement: Placement
    training: Training
    data: Recordings
    given: Scheme
    remarks: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[Model, ...]:
        """The models in standardised units."""
        return tuple(member.inner for member in self.members)

    def remarked(self) -> list[str]:
        """Return what the first model says of what it learned."""
        model = self.members[0].inner
        if not isinstance(model, SupportsRemarks):
            return []
        with torch.inference_mode(False):
            x = self.windows.longest.detach().to("cpu", torch.float64)[0]
            return list(model.remarks(x[~x.isnan().any(-1)]))

    def losses(
        self,
        loss: LossFunction,
        batch: Tensor,
        numbers: Tensor,
        step: int,
        generators: Sequence[torch.Generator],
    ) -> Tensor:
        """Return the loss of each member, `(members,)`, on `batch: (members, b, T, n)`.

        An ensemble that is trained together draws from the first of the ``generators``.
        """
        learner, models = self.learner, self.models
        if self.of_recordings:
            owners = self.windows.owner(numbers).to(batch.device)
            models = tuple(map(self.for_windows, models, owners))
            learner = learner and Ensemble(models)
        if learner is not None:
            return loss(learner, batch, step=step, generator=generators[0], **self._of(numbers))
        return torch.stack(
            [
                loss(model, own, step=step, generator=generator, **self._of(which))
                for model, own, which, generator in zip(
                    models, batch, numbers, generators, strict=True
                )
            ]
        )

    @property
    def of_recordings(self) -> bool:
        """Whether the models have members of their own for recordings."""
        return isinstance(self.members[0].inner, SupportsRecordings)

    def for_windows(self, model: Model, owners: Tensor) -> Model:
        """Return a model for windows of recordings of the data, by their places there.

        It is the model itself where it knows no recordings.
        """
        if not isinstance(model, SupportsRecordings):
            return model
        known = list(model.recordings)
        places = torch.tensor([known.index(name) for name in self.names], device=owners.device)
        return model.of_windows(places[owners])

    def _of(self, numbers: Tensor) -> dict[str, Tensor]:
        """Return the times of windows, and what acts in them where there are inputs."""
        times, drive = self.windows.times(numbers), self.windows.drive(numbers)
        return {"times": times} if drive is None else {"times": times, "drive": drive}


def prepare(
    model: Model | Sequence[Model],
    data: SeriesLike,
    scheme: Scheme,
    training: Training,
    device: DeviceChoice,
    preparations: Preparations | None = None,
    reasons: tuple[str, ...] = (),
) -> Prepared:
    """Standardise the data, place everything on the device and try the loss of one window.

    ``preparations`` are what was done to the data before, ``reasons`` are why the model is as
    it is.

    Raises: InputError where model, data, scheme and settings do not go together.
    """
    scheme, placement = with_new_names(scheme), place(device, Precision.SINGLE)
    gaps = isinstance(scheme, SupportsGaps) and scheme.takes_gaps
    whole = as_recordings(data)
    data, remarks = with_gaps(whole) if gaps else without_gaps(whole)
    given = members_of(model, training.members)
    for each in given:
        inner = each.inner if isinstance(each, TrainedModel) else each
        _refuse_model(scheme, inner)
        _refuse_jitter(inner, data)
        _refuse_inputs(scheme, inner, data)
        _refuse_recordings(scheme, inner, whole)
    # What was trained before keeps its units: in others its weights would mean something else.
    members = tuple(
        each.for_more(data)
        if isinstance(each, TrainedModel)
        else TrainedModel.for_series(each, data, standardise=training.standardise)
        for each in given
    )
    for member in members:
        member.preparations = preparations
    first = members[0]
    for member in members:
        if not (
            torch.equal(member.mean, first.mean) and torch.equal(member.scale, first.scale)
        ):
            raise InputError(
                "Models are trained at once in the same units, and these were trained on data "
                "of other means or scales; go on with one after the other."
            )
    records = [
        first.standardise(one.x.double()).to(placement.device, placement.dtype) for one in data
    ]
    direct = isinstance(scheme, DirectScheme)
    training, why = with_window(training, records)
    remarks += reasons + why
    longest = max(map(len, records))
    windows = Windows(
        records,
        min(training.window_length, longest) if direct else training.window_length,
        [one.t for one in data],
        data.dt if data.regular else None,
        given[0].context_length,
        _drives(first, data, placement),
        shares_of(whole, training.balance),
        [owner_of(name, whole.names) for name in data.names],
    )
    if training.epochs:
        passes = -(-windows.count // training.batch)
        training = attrs.evolve(training, steps=training.epochs * passes)
    short = sum(len(x) < windows.length for x in records)
    if short:
        remarks += (
            f"{short} of {len(records)} recordings or stretches are shorter than a window of "
            f"{windows.length} samples and teach nothing; a shorter training.window uses them.",
        )
    x = windows.longest
    for each, member in zip(given, members, strict=True):
        # One that was trained before keeps what it has.
        if isinstance(member.inner, SupportsLikelihood) and each is member.inner:
            whole_x = torch.cat([one.x.double() for one in data])
            member.inner.adopt_data(whole_x, data.columns, first.mean, first.scale)
    for member in members:
        if isinstance(member.inner, SupportsUnits):
            member.inner.adopt_units(first.mean, first.scale)
        member.inner.to(placement.device, placement.dtype)
        _refuse_time_of(member.inner, filled(x[:1, : member.context_length]))
    named = scheme
    if isinstance(scheme, SupportsAdapting):
        scheme = scheme.set_up(x, first.dt)
        remarks += tuple(scheme.reasons) if isinstance(scheme, SupportsReasons) else ()
    learner = None
    if not direct and len(members) > 1 and isinstance(scheme, SupportsEnsembles):
        learner = Ensemble([member.inner for member in members])
    prepared = Prepared(
        members,
        learner,
        scheme,
        windows,
        placement,
        training,
        data,
        named,
        remarks,
        whole.names,
    )
    if not isinstance(scheme, DirectScheme):
        some = {"learning_rate": training.final_learning_rate}
        found = training.learning_rate == "auto"
        try_descent(attrs.evolve(training, **some) if found else training, prepared.models)
        if training.check_every:
            metric_of(training.check_metric)
        numbers = torch.zeros(len(members), 1, dtype=torch.long)
        draws = [scheme_generator(0) for _ in members]
        with torch.no_grad():
            losses = prepared.losses(
                loss_function(scheme), windows.at(numbers), numbers, 0, draws
            )
        if losses.shape != (len(members),):
            raise InputError(
                f"{type(scheme).__name__} gives a loss of shape {tuple(losses.shape[1:])} for "
                "each model; a loss is one number."
            )
    return prepared


def with_gaps(data: Recordings) -> tuple[Recordings, tuple[str, ...]]:
    """Put missing rows in as gaps; cut where times jump otherwise; tell what is missing.

    Raises: InputError where a recording is nothing but gaps.
    """
    data = attrs.evolve(data, series=[on_even_grid(one) for one in data])
    if data.complete:
        return without_gaps(data)
    for name, one in zip(data.names, data, strict=True):
        if not bool(one.x.isfinite().any()):
            raise InputError(
                f"Recording {name!r} has no number in any of its {len(one):,} samples; leave "
                "it out."
            )
    if not data.regular:
        cut = data.stretches(across=True)
        data = cut if cut.regular else data
    lost = sum(int(one.x.isnan().sum()) for one in data)
    share = lost / (sum(map(len, data)) * data.dim)
    return data, (
        f"{share:.2g} of the numbers are missing; they neither force the model nor count.",
    )


def without_gaps(data: Recordings) -> tuple[Recordings, tuple[str, ...]]:
    """Cut data into the stretches between gaps; say how much is left out.

    Raises: InputError where nothing is left.
    """
    if data.complete and data.regular:
        return data, ()
    cut = data.stretches()
    if data.complete and (len(cut) == len(data) or not cut.regular):
        return data, ()
    lengths = [len(one) for one in cut]
    lost = 1 - sum(lengths) / sum(map(len, data))
    return cut, (
        f"The data have gaps; learned from the {len(cut)} stretches between them, of "
        f"{min(lengths):,} to {max(lengths):,} samples, without {lost:.2g} of the samples.",
    )


def _drives(
    model: TrainedModel, data: Recordings, placement: Placement
) -> tuple[Tensor, ...] | None:
    """Return what acts on the model from each sample to the next, of every recording."""
    inputs = [one.inputs.x for one in data if one.inputs is not None]
    if not inputs:
        return None
    drives = (drive_of(model, model.standardise_inputs(u.double())) for u in inputs)
    return tuple(each.to(placement.device, placement.dtype) for each in drives)


def _refuse_inputs(scheme: object, model: Model, data: Recordings) -> None:
    """Refuse inputs that a model, or a scheme, does not take, and a model without its own."""
    inputs = data.series[0].inputs
    refuse_undriven(model, None if inputs is None else inputs.x)
    if inputs is None:
        return
    if isinstance(scheme, (TrainingScheme, DirectScheme)):
        own, name = cast(Any, scheme), type(cast(object, scheme)).__name__
        if not takes_a_drive(own.solve if isinstance(scheme, DirectScheme) else own.loss):
            raise InputError(
                f"{name} takes no inputs, and the data have "
                f"{', '.join(inputs.columns)}; choose another scheme, such as "
                "generalised_teacher_forcing."
            )
    for name, one in zip(data.names, data, strict=True):
        if one.inputs is not None and one.inputs.mask is not None:
            raise InputError(
                f"Inputs act at every sample, and those of recording {name!r} have gaps; fill "
                "them, or cut the recording there."
            )
    if not data.regular:
        raise InputError(
            "Inputs act between samples that are equally spaced, and these are not; resample "
            "the data."
        )


def _refuse_recordings(scheme: object, model: Model, data: Recordings) -> None:
    """Refuse recordings that a model of some does not know, and schemes without windows."""
    if not isinstance(model, SupportsRecordings):
        return
    name = type(model).__name__
    if isinstance(scheme, DirectScheme):
        raise InputError(
            f"{type(cast(object, scheme)).__name__} does not look at one recording after the "
            f"other, as {name} needs; choose another scheme, such as "
            "generalised_teacher_forcing."
        )
    for recording in data.names:
        if recording not in model.recordings:
            raise InputError(
                f"{name} was made for {len(model.recordings)} recordings "
                f"({', '.join([*model.recordings][:12])}), and {recording!r} is none of them; "
                "leave it out, or make the model for recordings = data.names."
            )


def _refuse_time_of(model: Model, x: Tensor) -> None:
    """Refuse a model that depends on time: its windows all begin at zero, and so do runs."""
    context = x[:1, : model.context_length]
    known = isinstance(model, ContinuousModel) and not isinstance(model, SupportsClosedForm)
    if known and context.shape[1] == model.context_length:
        with torch.no_grad():
            refuse_time(model, model.encode(context))


def _refuse_jitter(model: Model, data: Recordings) -> None:
    """Refuse samples that are not equally spaced for a map, which has one interval."""
    if model.time is Time.DISCRETE and not data.regular:
        steps = torch.cat([one.t.diff() for one in data])
        raise InputError(
            f"{type(model).__name__} is a map over one interval, and the samples are not "
            f"equally spaced: steps are {float(steps.min()):g} to {float(steps.max()):g}. "
            "Resample them, or choose a model that is continuous in time."
        )


def _refuse_model(scheme: object, model: Model) -> None:
    """Refuse a model that a scheme is not for, and what is no scheme of ``fit`` at all."""
    name = type(scheme).__name__
    reason = scheme.accepts(model) if isinstance(scheme, SupportsAccepts) else None
    if reason is None and not isinstance(scheme, (TrainingScheme, DirectScheme)):
        reason = "it has neither loss nor solve"
    if reason is not None:
        raise InputError(
            f"{name} cannot train {type(model).__name__}, because {reason.removesuffix('.')}."
        )
