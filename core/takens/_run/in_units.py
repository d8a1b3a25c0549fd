"""Runs and forecasts of models of prepared data, in the units of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

import attrs

from takens._data.time_series import TimeSeries
from takens._dynamics.free_run import FreeRun

# Variables of which errors are said in a line.
_SAID: Final = 3


@final
@attrs.frozen(eq=False)
class InUnits:
    """The ``reference``, `(T, n)`, and the ``free`` runs from its start, `(runs, T, n)`.

    Runs that began elsewhere go on from the start of the reference, too.
    """

    reference: TimeSeries
    free: FreeRun


@final
@attrs.frozen(eq=False)
class ForecastErrors:
    """Root mean square errors of forecasts from ``starts`` places, in the units of the data.

    ``model`` and ``persistence``, the last value repeated, hold for each variable an error for
    so many steps and times ``ahead``.
    """

    columns: tuple[str, ...]
    units: tuple[str, ...]
    time_unit: str
    steps: tuple[int, ...]
    ahead: tuple[float, ...]
    model: tuple[tuple[float, ...], ...]
    persistence: tuple[tuple[float, ...], ...]
    starts: int

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Return a row of texts for each variable: its name, and an error for each time."""
        units = self.units or [""] * len(self.columns)
        names = [f"{c} ({u})" if u else c for c, u in zip(self.columns, units, strict=True)]
        errors = [
            [f"{own:.3g} ({last:.3g})" for own, last in zip(*pair, strict=True)]
            for pair in zip(self.model, self.persistence, strict=True)
        ]
        return [(name, *row) for name, row in zip(names, errors, strict=True)]

    @property
    def sentence(self) -> str:
        """Say how far off the first variables are, some samples ahead."""
        at = len(self.steps) // 2
        units = [f" {unit}" if unit else "" for unit in self.units or [""] * len(self.columns)]
        each = zip(self.columns[:_SAID], units, self.model, self.persistence, strict=False)
        errors = [
            f"{own[at]:.3g}{unit} in {name} (the last value by {last[at]:.3g})"
            for name, unit, own, last in each
        ]
        return f"Forecasts {self.heads[at]} ahead are off by {', '.join(errors)}."

    @property
    def heads(self) -> list[str]:
        """Return the times ahead as texts."""
        return [f"{time:.4g} {self.time_unit or 'time units'}" for time in self.ahead]

    def to_json(self) -> Mapping[str, Any]:
        """Return the numbers as JSON types."""
        return {
            "units": dict(zip(self.columns, self.units, strict=False)),
            "time_unit": self.time_unit,
            "starts": self.starts,
            "steps": self.steps,
            "ahead": self.ahead,
            "model": dict(zip(self.columns, self.model, strict=True)),
            "last_value": dict(zip(self.columns, self.persistence, strict=True)),
        }
