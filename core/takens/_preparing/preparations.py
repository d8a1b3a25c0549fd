"""Several preparations, one after the other, with what they learned from the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast, final

import attrs
import torch
from torch import Tensor

from takens._data.recordings import Recordings
from takens._data.time_series import TimeSeries
from takens._plugins.catalogue import catalogue
from takens._plugins.choice import Choice
from takens._plugins.isolation import blaming
from takens._plugins.registry import preparations
from takens._printed import Printed
from takens._protocols.preparation import Preparation
from takens.errors import CheckpointError, InputError

# Names of the fields of what is stored.
_COLUMNS: Final = "columns"
_STEPS: Final = "steps"


@final
@attrs.frozen(eq=False)
class Fitted:
    """A preparation and its state."""

    preparation: Preparation
    state: Mapping[str, Tensor]

    def __call__(self, series: TimeSeries, /) -> TimeSeries:
        """Prepare a series."""
        with blaming("prepare", self.preparation):
            return self.preparation.forward(series, self.state)


@final
@attrs.frozen(eq=False, repr=False)
class Preparations(Printed):
    """Preparations in their order, as they were fitted to series of the variables ``columns``.

    ``dt`` is the interval of the data, the median one where samples are not equally spaced.
    """

    steps: tuple[Fitted, ...]
    columns: tuple[str, ...]
    dt: float
    time_unit: str = ""

    @classmethod
    def fit(cls, named: Sequence[Choice], data: Recordings) -> tuple[Preparations, Recordings]:
        """Fit preparations one after the other; give them, and the data as they became.

        They are fitted to all recordings where these have one length and clock, else to the
        longest.

        Raises: DataError where the data cannot be prepared in this way.
        """
        found: list[Fitted] = []
        first = data
        for each in named:
            preparation = preparations.get(each)
            with blaming("prepare", preparation):
                fitted = preparation.fit(_whole(data))
                step = Fitted(preparation, {k: v.detach().cpu() for k, v in fitted.items()})
                data = data.map(
                    lambda one, step=step: step.preparation.forward(one, step.state)
                )
            found.append(step)
        steps = max(first, key=len).t.diff()
        dt = first.dt if first.regular else float(steps.median())
        return cls(tuple(found), first.columns, dt, first.time_unit), data

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the steps, or those of their classes where no plugin offers them."""
        kinds = [type(each.preparation) for each in self.steps]
        found = (catalogue().qualified_name("preparation", k) or k.__name__ for k in kinds)
        return tuple(name.rpartition(":")[2] for name in found)

    def forward(self, series: TimeSeries) -> TimeSeries:
        """Prepare another series of the same variables.

        Raises: DataError where it has no such form, or is too short.
        """
        for each in self.steps:
            series = each(series)
        return series

    def inverse(self, series: TimeSeries, before: TimeSeries) -> TimeSeries:
        """Bring prepared samples that follow on ``before`` into the units of the data.

        Times count from the last sample of ``before``, as those of free runs do.
        """
        stages = [before]
        for each in self.steps[:-1]:
            stages.append(each(stages[-1]))
        last, origin = before.t[-1], before.origin
        series = attrs.evolve(series, t=series.t + last, origin=origin)
        for each, stage in zip(reversed(self.steps), reversed(stages), strict=True):
            with blaming("prepare", each.preparation):
                series = each.preparation.inverse(series, each.state, stage)
        return attrs.evolve(series, t=series.t - last, origin="", inputs=None)

    def context(self, x: Tensor) -> TimeSeries:
        """Return samples `x: (..., c, n)` of the data as a series that ends at time zero.

        Raises: InputError where there are other variables.
        """
        if x.ndim < 2 or x.shape[-1] != len(self.columns):
            raise InputError(
                f"This model starts from observations of {', '.join(self.columns)}, "
                f"(..., c, {len(self.columns)}); got a context of shape {tuple(x.shape)}."
            )
        t = self.dt * torch.arange(1 - x.shape[-2], 1, dtype=torch.float64)
        return TimeSeries(t, x, self.columns, time_unit=self.time_unit)

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield _STEPS, [type(each.preparation).__name__ for each in self.steps]
        yield _COLUMNS, self.columns
        yield "dt", f"{self.dt:.6g} {self.time_unit}".strip()

    def stored(self) -> dict[str, Any]:
        """Return what a checkpoint holds of it: plain tensors and JSON types.

        Raises: InputError for a preparation that no plugin offers.
        """
        return {
            _COLUMNS: list(self.columns),
            "dt": self.dt,
            "time_unit": self.time_unit,
            _STEPS: [
                {
                    "name": _storable_name(each.preparation),
                    "parameters": attrs.asdict(cast(Any, each.preparation)),
                    "state": {key: value.clone() for key, value in each.state.items()},
                }
                for each in self.steps
            ],
        }

    @classmethod
    def restored(cls, content: Any) -> Preparations:
        """Make preparations of what was stored; no code in it is ever run.

        Raises: CheckpointError where it is damaged; UnknownComponentError where no plugin
        offers one.
        """
        try:
            steps = tuple(
                Fitted(preparations.create(step["name"], **step["parameters"]), _plain(step))
                for step in content[_STEPS]
            )
            return cls(
                steps, tuple(content[_COLUMNS]), float(content["dt"]), str(content["time_unit"])
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"The preparations in the checkpoint are damaged ({error}); restore it from a "
                "copy, or start again with --overwrite."
            ) from error


def _whole(data: Recordings) -> TimeSeries:
    longest = max(data, key=len)
    alike = all(torch.equal(one.t, longest.t) for one in data)
    return data.stacked() if alike and len(data) > 1 else longest


def _plain(step: Mapping[str, Any]) -> Mapping[str, Tensor]:
    state: dict[str, Any] = step["state"]
    for key, value in state.items():
        if not isinstance(value, Tensor):
            raise TypeError(f"{key} is no tensor")
    return state


def _storable_name(preparation: Preparation) -> str:
    name = catalogue().qualified_name("preparation", type(preparation))
    if name is None:
        raise InputError(
            f"No plugin offers {type(preparation).__name__}, so it could not be loaded again; "
            "offer it as a component."
        )
    return name
