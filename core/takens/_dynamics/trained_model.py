"""A model together with the data that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast, final

import attrs
import torch
from torch import Tensor, nn

from takens._data.entrance import SeriesLike, as_recordings
from takens._data.recordings import Recordings
from takens._dynamics.flow_map import latent_map
from takens._dynamics.inputs import driven_map, input_dim
from takens._preparing.preparations import Preparations
from takens._printed import Printed
from takens._protocols.dynamics import Map, Time
from takens._protocols.inputs import DrivenMap, Interpolation, SupportsInputs
from takens._protocols.model import (
    Model,
    SupportsLikelihood,
    SupportsStepMap,
    has_likelihood,
)
from takens._protocols.recordings import SupportsRecordings
from takens.errors import DataError, InputError


@final
@attrs.frozen(eq=False)
class Inputs:
    """The names of what acts on a model, and their units, `mean, scale: (k,)`."""

    columns: tuple[str, ...]
    mean: Tensor
    scale: Tensor

    @classmethod
    def none_yet(cls, columns: tuple[str, ...]) -> Inputs:
        """Return what a state is loaded into."""
        zeros = torch.zeros(len(columns), dtype=torch.float64)
        return cls(columns, zeros, torch.ones_like(zeros))

    @classmethod
    def of(cls, data: Recordings) -> Inputs | None:
        """Return those of data; the scale of one that does not vary is 1."""
        found = [one.inputs for one in data if one.inputs is not None]
        if not found:
            return None
        u = torch.cat([one.x.double() for one in found])
        u = u[u.isfinite().all(-1)]
        mean, scale = u.mean(0), u.std(0)
        flat = scale <= 1e-12 * (1 + mean.abs())
        return cls(found[0].columns, mean, torch.where(flat, torch.ones_like(scale), scale))


@final
class TrainedModel(Printed, nn.Module):
    """A model that speaks the units of its data.

    It wraps a ``Model`` that works in standardised units (zero mean and unit variance of
    each variable), and knows the sampling interval ``dt``, the names and the time unit of the
    series that it was trained on. `mean, scale: (n,)`; those of inputs are `(k,)`, and its
    dynamics take these standardised.

    Where the data were prepared, these are the data as they became; ``preparations`` lead
    there and back, and ``takens.generate`` starts from the data as they were, and returns to
    them.
    """

    mean: Tensor
    scale: Tensor
    input_mean: Tensor
    input_scale: Tensor

    def __init__(
        self,
        model: Model,
        *,
        mean: Tensor,
        scale: Tensor,
        dt: float,
        columns: tuple[str, ...] = (),
        time_unit: str = "",
        preparations: Preparations | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        super().__init__()
        # Every model is a module; the protocol cannot say so.
        self.add_module("model", cast(nn.Module, model))
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.inputs: tuple[str, ...] = ()
        if inputs is not None:
            self.inputs = inputs.columns
            self.register_buffer("input_mean", inputs.mean)
            self.register_buffer("input_scale", inputs.scale)
        self.dt = dt
        self.columns = columns
        self.time_unit = time_unit
        self.preparations = preparations

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield "model", self.config
        yield "weights", f"{sum(weight.numel() for weight in self.parameters()):,}"
        yield "dt", f"{self.dt:.6g} {self.time_unit}".strip()
        yield "columns", self.columns
        yield "inputs", self.inputs
        yield "preparations", self.preparations

    @classmethod
    def for_series(
        cls, model: Model, data: SeriesLike, *, standardise: bool = True
    ) -> TrainedModel:
        """Wrap a model for a series or recordings, and their mean and standard deviation.

        It works in the units of the data where these are not to be standardised.

        Raises: DataError where a variable does not vary or the model observes another number
        of variables.
        """
        data = as_recordings(data)
        if data.dim != model.obs_dim:
            raise DataError(
                f"The model observes {model.obs_dim} variables and the data have {data.dim} "
                f"({', '.join(data.columns)}); choose the columns or obs_dim = {data.dim}."
            )
        mean, scale = _units(data)
        flat = (scale <= 1e-12 * (1 + mean.abs())).nonzero()
        if len(flat):
            raise DataError(
                f"Column {data.columns[int(flat[0])]!r} does not vary; there is nothing to "
                "learn from it. Leave it out."
            )
        return cls(
            model,
            mean=mean if standardise else torch.zeros_like(mean),
            scale=scale if standardise else torch.ones_like(scale),
            dt=_interval(data),
            columns=data.columns,
            time_unit=data.time_unit,
            inputs=Inputs.of(data),
        )

    def for_more(self, data: SeriesLike) -> TrainedModel:
        """Wrap the same model for another series of its variables, in the units that it has.

        Raises: DataError where the series has another number of variables; InputError where it
        has an interval that the model cannot have.
        """
        data = as_recordings(data)
        if data.dim != self.obs_dim:
            raise DataError(
                f"The model observes {self.obs_dim} variables and the data have {data.dim} "
                f"({', '.join(data.columns)}); going on with its training needs the same ones."
            )
        dt = _interval(data)
        self.refuse_interval(dt)
        return TrainedModel(
            self.inner,
            mean=self.mean.detach().to("cpu", torch.float64, copy=True),
            scale=self.scale.detach().to("cpu", torch.float64, copy=True),
            dt=dt,
            columns=data.columns,
            time_unit=data.time_unit,
            preparations=self.preparations,
            inputs=self._inputs(),
        )

    def unprepared(self) -> TrainedModel:
        """Return the same model for data that are prepared already."""
        return self._around(self.inner, None)

    @property
    def recordings(self) -> tuple[str, ...]:
        """The recordings that the model has members of its own for, often none."""
        inner = self.inner
        return tuple(inner.recordings) if isinstance(inner, SupportsRecordings) else ()

    def for_recording(self, recording: str) -> TrainedModel:
        """Return the model of one recording, in the same units.

        Raises: InputError where there is none.
        """
        return self._around(self._of_recordings().member(recording), self.preparations)

    def for_new_recordings(self, recordings: Sequence[str]) -> TrainedModel:
        """Return the model for other recordings, in the same units and with its weights frozen.

        ``takens.fit`` of it on data with these names finds the numbers of each.

        Raises: InputError for a model that knows no recordings.
        """
        return self._around(self._of_recordings().for_new(recordings), self.preparations)

    def _of_recordings(self) -> SupportsRecordings:
        inner = self.inner
        if not isinstance(inner, SupportsRecordings):
            raise InputError(
                f"{type(inner).__name__} is one model for all recordings; train one by "
                'model = {name = "hierarchical", base = ...} for members of their own.'
            )
        return inner

    def _around(self, inner: Model, preparations: Preparations | None) -> TrainedModel:
        return TrainedModel(
            inner,
            mean=self.mean,
            scale=self.scale,
            dt=self.dt,
            columns=self.columns,
            time_unit=self.time_unit,
            preparations=preparations,
            inputs=self._inputs(),
        )

    def _inputs(self) -> Inputs | None:
        if not self.inputs:
            return None
        return Inputs(self.inputs, self.input_mean.detach(), self.input_scale.detach())

    def refuse_interval(self, dt: float) -> None:
        """Refuse an interval that is not that of a map, which has only its own.

        Raises: InputError.
        """
        own = self.time is Time.DISCRETE and not isinstance(self.inner, SupportsStepMap)
        if own and abs(dt - self.dt) > 1e-3 * self.dt:
            raise InputError(
                f"{type(self.inner).__name__} is a map over the interval it was trained at, "
                f"{self.dt:g}, and takes no step of {dt:g}; leave out dt, resample the data, "
                "or train a model that is continuous in time."
            )

    @property
    def inner(self) -> Model:
        """The model in standardised units."""
        return cast(Model, self.model)

    @property
    def latent_dim(self) -> int:
        """The number of latent variables."""
        return self.inner.latent_dim

    @property
    def obs_dim(self) -> int:
        """The number of observed variables."""
        return self.inner.obs_dim

    @property
    def input_dim(self) -> int:
        """The number of inputs, 0 where none acts."""
        return input_dim(self.inner)

    @property
    def interpolation(self) -> Interpolation:
        """What inputs are between samples."""
        inner = self.inner
        return inner.interpolation if isinstance(inner, SupportsInputs) else "constant"

    @property
    def time(self) -> Time:
        """Whether the latent dynamics are a field or a map."""
        return self.inner.time

    @property
    def context_length(self) -> int:
        """The number of observations that a start needs."""
        return self.inner.context_length

    @property
    def config(self) -> attrs.AttrsInstance:
        """The settings of the model inside."""
        return self.inner.config

    def standardise(self, x: Tensor) -> Tensor:
        """Go from the units of the data to standardised ones: `(..., n) -> (..., n)`."""
        return (x - self.mean) / self.scale

    def standardise_inputs(self, u: Tensor) -> Tensor:
        """Go from the units of inputs to standardised ones: `(..., k) -> (..., k)`."""
        weight = next(self.inner.parameters(), u)
        device = self.input_mean.device
        return ((u.to(device) - self.input_mean) / self.input_scale).to(weight.dtype)

    def _for_inner(self, x: Tensor) -> Tensor:
        # The units are kept exact, in double precision, whatever the weights are.
        weight = next(self.inner.parameters(), x)
        return self.standardise(x).to(weight.dtype)

    def forward(self, *state: Tensor) -> Tensor:
        """Apply the latent dynamics, which know no units."""
        return self.inner(*state)

    def step_map(self, dt: float, /) -> Map:
        """Return the map of the latent state over ``dt``."""
        return latent_map(self.inner, dt)

    def driven_map(self, dt: float, /) -> DrivenMap:
        """Return the map of the latent state under standardised inputs over ``dt``."""
        return driven_map(self.inner, dt)

    def encode(self, context: Tensor, /, *inputs: Tensor) -> Tensor:
        """Return the latent state at the last observation: `(..., c, n) -> (..., m)`.

        Where inputs act, standardised `(..., c, k)` follow.
        """
        return self.inner.encode(self._for_inner(context), *inputs)

    def observe(self, z: Tensor, /) -> Tensor:
        """Read out in the units of the data: `(..., m) -> (..., n)`."""
        return self.inner.observe(z) * self.scale + self.mean

    def force(self, z: Tensor, x: Tensor, /) -> Tensor:
        """Make `z: (..., m)` agree with an observation `x: (..., n)` in the data's units."""
        return self.inner.force(z, self._for_inner(x))

    @property
    def has_likelihood(self) -> bool:
        """Whether the model gives observations a law."""
        return has_likelihood(self.inner)

    def adopt_data(
        self, x: Tensor, columns: Sequence[str], mean: Tensor, scale: Tensor
    ) -> None:
        """Begin with numbers that suit `x: (T, n)`; see ``SupportsLikelihood``."""
        self._likely().adopt_data(x, columns, mean, scale)

    def negative_log_likelihood(self, z: Tensor, x: Tensor) -> Tensor:
        """Return it of `x: (..., n)`, in the data's units, in `z: (..., m)`, by variables."""
        return self._likely().negative_log_likelihood(z, self._for_inner(x))

    def deviance(self, z: Tensor, x: Tensor) -> Tensor:
        """Return the deviance of `x: (..., n)`, in the data's units, in `z: (..., m)`."""
        return self._likely().deviance(z, self._for_inner(x))

    def null_deviance(self, x: Tensor) -> Tensor:
        """Return the deviance of `x: (..., n)` from the constant law that fits it best."""
        return self._likely().null_deviance(self._for_inner(x))

    def draw_observations(self, z: Tensor, generator: torch.Generator) -> Tensor:
        """Draw observations of `z: (..., m)` in the data's units: `(..., n)`."""
        return self._likely().draw_observations(z, generator) * self.scale + self.mean

    def _likely(self) -> SupportsLikelihood:
        return cast(SupportsLikelihood, self.inner)

    if TYPE_CHECKING:

        def __call__(self, *state: Tensor) -> Tensor: ...


def _units(data: Recordings) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of what is known of each variable, `(n,)` each."""
    x = torch.cat([one.x.double() for one in data])
    if data.complete:
        return x.mean(0), x.std(0)
    known = [column[column.isfinite()] for column in x.unbind(1)]
    for name, column in zip(data.columns, known, strict=True):
        if len(column) < 2:
            raise DataError(
                f"Column {name!r} is known at {len(column)} of {len(x):,} samples, and two are "
                "the fewest to learn from; leave it out."
            )
    return torch.stack([c.mean() for c in known]), torch.stack([c.std() for c in known])


def _interval(data: Recordings) -> float:
    if data.regular:
        return data.dt
    return float(torch.cat([one.t.diff() for one in data]).median())
