"""Preparations with one fault each."""

# pyright: basic

from __future__ import annotations

from typing import Any

import attrs

from .fault import Fault


class Halves:
    """Divides by what is stored."""

    exact = True

    def fit(self, series: Any, /) -> Any:
        return {"scale": series.x.double().abs().max()}

    def forward(self, series: Any, state: Any, /) -> Any:
        return attrs.evolve(series, x=series.x / state["scale"])

    def inverse(self, series: Any, state: Any, before: Any, /) -> Any:
        return attrs.evolve(before, t=series.t, x=series.x * state["scale"])


class NoWayBack:
    exact = True
    fit, forward = Halves.fit, Halves.forward


class KeepsNumbers(Halves):
    def fit(self, series: Any, /) -> Any:
        return {"scale": float(series.x.max())}


class InPlace(Halves):
    def forward(self, series: Any, state: Any, /) -> Any:
        series.x.div_(state["scale"])
        return series


class LosesTheEnd(Halves):
    def forward(self, series: Any, state: Any, /) -> Any:
        return attrs.evolve(series, t=series.t[:-1], x=series.x[:-1] / state["scale"])


class ForgetsTheScale(Halves):
    def inverse(self, series: Any, state: Any, before: Any, /) -> Any:
        return attrs.evolve(before, t=series.t, x=series.x)


class OfTheSeriesItself(Halves):
    def forward(self, series: Any, state: Any, /) -> Any:
        return attrs.evolve(series, x=series.x / series.x.abs().max())


class OneRecord(Halves):
    def forward(self, series: Any, state: Any, /) -> Any:
        assert series.x.ndim == 2, "one record at a time"
        return super().forward(series, state)


class Crashes(Halves):
    def forward(self, series: Any, state: Any, /) -> Any:
        series.x[..., 2, :]
        return super().forward(series, state)


GOOD = [Halves()]
FAULTS = [
    Fault("there is no way back", "preparation_protocol", NoWayBack()),
    Fault("the state is a number", "preparation_state", KeepsNumbers()),
    Fault("the data are changed in place", "preparation_forward", InPlace()),
    Fault("the last sample is lost", "preparation_forward", LosesTheEnd()),
    Fault("the way back is none", "preparation_inverse", ForgetsTheScale()),
    Fault("the state is not used", "preparation_inverse", OfTheSeriesItself()),
    Fault("several records fail", "preparation_many_records", OneRecord()),
    Fault("a short series fails", "preparation_refuses", Crashes()),
]  # fmt: skip
