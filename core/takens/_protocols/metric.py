"""Metrics: what judges a model."""

from typing import Protocol, Self, TypeAlias, final, runtime_checkable

import attrs
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
        """None to be given one long free run; `h` for forecasts of h steps from many starts."""
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
class RecordsMetric(Protocol):
    """Compares all free runs at once with everything that was measured."""

    def compare_records(self, truth: TimeSeries, runs: TimeSeries, /) -> Score:
        """Compare records, `x: (segments, T, n)` and `x: (runs, T', n)`, in the data's units.

        Runs that diverged are left out, but of shares, for which they are a billion times as
        far out as any of the data from where they did. ``error`` is over the runs alone,
        ``reference_error`` over the truth alone.
        """
        ...


@runtime_checkable
class DevianceMetric(Protocol):
    """Asks how likely what was measured is by forecasts of models with a likelihood."""

    @property
    def horizon(self) -> int:
        """How many steps ahead."""
        ...

    def compare_deviances(self, model: Tensor, null: Tensor, dt: float, /) -> Score:
        """Compare the deviances of forecasts with those of the constant law that fits best.

        Both are `(starts, h, n)`; starts are in the order of time.
        """
        ...


@final
@attrs.frozen(eq=False)
class Starts:
    """Observations `x: (runs, n)` to start from; of each run the last ``steps`` are kept.

    ``transient`` are the steps before those.
    """

    x: Tensor
    transient: int
    steps: int


@runtime_checkable
class SupportsStarts(Protocol):
    """A metric of records whose runs do not start on the data."""

    def starts(self, truth: TimeSeries, /) -> Starts:
        """Return where the runs start, given the records `x: (segments, T, n)`.

        Where the true system is known it is run from there, too, and what its runs get is the
        score's reference.
        """
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


Metric: TypeAlias = SeriesMetric | RecordsMetric | DynamicsMetric | DevianceMetric
