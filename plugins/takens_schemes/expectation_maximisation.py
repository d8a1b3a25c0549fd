"""Expectation maximisation: smooth by the model, learn from what is smoothed, and again."""

from typing import final

import torch
from torch import Tensor

import takens
from takens_schemes.forcing import interval
from takens_schemes.free_states import Found, FreeStates, why_not
from takens_schemes.objective import Objective
from takens_schemes.settings import ExpectationMaximisationSettings


@final
class ExpectationMaximisation(ExpectationMaximisationSettings):
    """Smooth each batch by the present model, and force the model by what comes of it.

    The expectation: an iterative ensemble smoother gives the states of a window and their
    covariances, from which the levels of noise and, where it is "auto", of ``model_error``
    follow. The maximisation: generalised forcing of strength ``alpha`` by the smoothed states
    and towards them, which are free of most of the noise. The states are those of
    ``weak_constraint``, with the same ``segment``, ``iterations`` and ``pulled``. What a model
    that is wrong smooths away is learned slowly, so that exponents come out lower than there.

    Raises: ComponentError where an argument makes no sense; InputError where samples are not
    equally spaced.

    Source: Bocquet, Brajard, Carrassi, Bertino (2020), Bayesian inference of chaotic dynamics
    by merging data assimilation, machine learning and expectation-maximization, Found. Data
    Sci. 2, 55-80; Brajard, Carrassi, Bocquet, Bertino (2020), J. Comput. Sci. 44, for learning
    and smoothing in turns.
    """

    takes_ensembles = True
    takes_gaps = True

    def accepts(self, model: takens.plugin.Model, /) -> str | None:
        """Refuse a model with a likelihood: states are found by squared errors."""
        return why_not(model)

    def set_up(self, x: Tensor, dt: float, /) -> FreeStates:
        """Begin anew with the noise of the data."""
        return FreeStates(self, _forced, x)

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the error in `windows: (..., b, T, n)` with their own noise: `(...)`."""
        adapted = self.set_up(windows.detach().flatten(0, -3), 1.0)
        return adapted.loss(model, windows, times=times, step=step, drive=drive)


def _forced(model: takens.plugin.Model, found: Found, objective: Objective) -> Tensor:
    windows, dt, c = found.windows, interval(found.times), model.context_length
    with torch.no_grad():
        runs = found.segments.run(model, found.states, dt)
        path = model.observe(runs[..., :-1, :]).flatten(-3, -2)
        smoothed = path[..., : windows.shape[-2] - c + 1, :]
        if c > 1:
            smoothed = torch.cat((takens.plugin.filled(windows)[..., : c - 1, :], smoothed), -2)
    states = takens.plugin.forced_run(
        model, smoothed, dt=dt, strength=found.strength, drive=found.drive
    )
    # What was not measured is the model's own word, and teaches it nothing.
    targets = torch.where(windows[..., c:, :].isnan(), torch.nan, smoothed[..., c:, :])
    return objective.value(model, states, targets)
