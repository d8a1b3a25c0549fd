"""Metrics: what judges a model."""

from typing import Protocol, Self, TypeAlias, runtime_checkable

from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._protocols.dynamics import Map
from takens._protocols.score import Evidence, Score
from takens._protocols.system import Facts


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

    def measure(self, step: Map, x0: Tensor, dt: float, /) -> Score:
        """Measure a map that advances time by ``dt``, from the starts `x0: (starts, d)`."""
        ...


@runtime_checkable
class SupportsEvidence(Protocol):
    """A metric that says what it is evidence for; by others nothing is judged."""

    @property
    def evidence(self) -> Evidence:
        """The aspect that its scores speak of, and how they are judged."""
        ...


@runtime_checkable
class SupportsBest(Protocol):
    """A metric of series whose best value is not 0."""

    @property
    def best(self) -> float:
        """What identical series get, the reference of scores that have no other."""
        ...


@runtime_checkable
class SupportsReference(Protocol):
    """A metric for which the true value can be looked up."""

    def reference(self, facts: Facts, /) -> float | None:
        """Return the value that follows from published facts, or None."""
        ...


@runtime_checkable
class SupportsFacts(Protocol):
    """A metric that measures in units which follow from the true system."""

    def with_facts(self, facts: Facts, /) -> Self:
        """Return the metric that knows these facts."""
        ...


Metric: TypeAlias = SeriesMetric | DynamicsMetric
