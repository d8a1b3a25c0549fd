"""Metrics: what judges a model, and the score that they give."""

import math
from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeAlias, final, runtime_checkable

import attrs
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._protocols.dynamics import Map
from takens._protocols.system import Facts


def _finite(_: object, attribute: Any, value: float | None) -> None:
    if value is not None and not math.isfinite(value):
        raise ValueError(
            f"A score's {attribute.name} is a finite number, or None where there is none; "
            f"got {value!r}."
        )


def _names(details: Mapping[str, Any]) -> str:
    """Name what there is: the numbers of single orbits would fill pages."""
    return f"{{{', '.join(details)}}}"


@final
@attrs.frozen(kw_only=True)
class Score:
    """What a metric found, with all that is needed to read it.

    ``value`` is None where there is none, and ``details["reason"]`` says why. ``error`` is
    one standard error, and ``details["error_from"]`` says how it was obtained.
    ``reference`` is the value that is known to be right. ``floor`` is what a perfect model
    would get: the same metric between two independent stretches of the truth.
    ``convention`` names the choices that two numbers must share to be comparable.
    ``details`` holds JSON types only.
    """

    value: float | None = attrs.field(validator=_finite)
    unit: str = ""
    error: float | None = attrs.field(default=None, validator=_finite)
    reference: float | None = attrs.field(default=None, validator=_finite)
    floor: float | None = attrs.field(default=None, validator=_finite)
    convention: str = ""
    details: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=_names)


@runtime_checkable
class SeriesMetric(Protocol):
    """Compares what a model generates with what was measured."""

    @property
    def horizon(self) -> int | None:
        """None to be given one long free run; `h` for forecasts of h steps from every start."""
        ...

    def compare(self, reference: TimeSeries, generated: TimeSeries, /) -> Score:
        """Compare two records of equal shape, both in the units of the data.

        Both `x` are `(T, n)` where ``horizon`` is None. Otherwise they are `(starts, h + 1,
        n)` and begin with the observation that the forecast started from.
        """
        ...


@runtime_checkable
class DynamicsMetric(Protocol):
    """Asks something of the dynamics themselves; needs no data."""

    def probe(self, step: Map, x0: Tensor, dt: float, /) -> Score:
        """Probe a map that advances time by ``dt``, from the starts `x0: (starts, d)`."""
        ...


@runtime_checkable
class SupportsReference(Protocol):
    """A metric for which the true value can be looked up."""

    def reference(self, facts: Facts, /) -> float | None:
        """Give the value that follows from published facts, or None."""
        ...


@runtime_checkable
class SupportsFacts(Protocol):
    """A metric that measures in units which follow from the true system."""

    def with_facts(self, facts: Facts, /) -> Self:
        """Give the metric that knows these facts."""
        ...


Metric: TypeAlias = SeriesMetric | DynamicsMetric
