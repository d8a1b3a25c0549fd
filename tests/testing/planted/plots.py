"""Plots with one fault each."""

# pyright: basic

from __future__ import annotations

from typing import Any

import torch

from .fault import Fault


class Dots:
    def panels(self, figure: Any, /, *given: Any) -> Any:
        return figure.subplots()

    def draw(self, axes: Any, x: Any, /) -> None:
        """Draw dots."""
        axes.plot(x.numpy(), ".")

    def sample(self) -> tuple[Any, ...]:
        return (torch.arange(5.0),)


class Silent(Dots):
    def draw(self, axes: Any, x: Any, /) -> None:
        axes.plot(x.numpy(), ".")


class Empty(Dots):
    def draw(self, axes: Any, x: Any, /) -> None:
        """Draw nothing."""


class Sorts(Dots):
    def draw(self, axes: Any, x: Any, /) -> None:
        """Draw dots, upside down."""
        axes.plot(x.neg_().numpy(), ".")


GOOD = [Dots()]
FAULTS = [
    Fault("there is no docstring", "plot_protocol", Silent()),
    Fault("nothing is drawn", "plot_draws", Empty()),
    Fault("what is drawn is changed in place", "plot_draws", Sorts()),
]  # fmt: skip
