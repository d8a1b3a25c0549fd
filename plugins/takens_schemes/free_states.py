"""Training on noisy data with states that are found beside the weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, final

import attrs
import torch
from torch import Tensor

import takens
from takens_schemes.forcing import forced_loss, interval
from takens_schemes.noise_level import NoiseLevel
from takens_schemes.objective import Objective
from takens_schemes.settings import SmoothingSettings
from takens_schemes.smoothing import Segments, smooth


@final
@attrs.frozen(eq=False)
class Found:
    """Windows with the states that were found in them.

    `windows: (..., b, T, n)` begin with the context, `states: (..., b, K, m)` are those at the
    starts of the ``segments`` of all that follows its last sample, that included.
    """

    windows: Tensor
    segments: Segments
    states: Tensor
    level: NoiseLevel
    strength: Tensor
    times: Tensor
    drive: Tensor | None


Maximisation: TypeAlias = Callable[[takens.plugin.Model, Found, Objective], Tensor]


def why_not(model: takens.plugin.Model) -> str | None:
    """Return why states of a model cannot be found, None where they can."""
    if not takens.plugin.has_likelihood(model):
        return None
    return (
        "it finds states by squared errors, and this model has a likelihood; choose "
        "generalised_teacher_forcing"
    )


@final
@attrs.define(eq=False)
class FreeStates:
    """Finds the states of every batch by the present model, and minimises what follows.

    The first ``pulled`` updates are by generalised forcing. Then states are found in each batch
    of windows, at the starts of segments, and the levels of noise and model error follow; no
    gradient goes through that, since the states are where the cost has none.
    """

    settings: SmoothingSettings
    maximise: Maximisation
    x: Tensor
    level: NoiseLevel | None = None
    takes_ensembles: bool = True
    takes_gaps: bool = True

    def logged_values(self, step: int, /) -> Mapping[str, float]:
        """Return the noise found so far, in standard deviations of the standardised data."""
        level = self.level
        return {} if level is None else {"noise": float(level.noise.mean().sqrt())}

    def state_dict(self) -> dict[str, Tensor]:
        """Return the levels that were found."""
        return {} if self.level is None else self.level.state_dict()

    def load_state_dict(self, state: Mapping[str, Tensor], /) -> None:
        """Go on from levels that were found."""
        self.level = NoiseLevel.of(state) if state else None

    def findings(self) -> Mapping[str, Any]:
        """Return the levels of noise and model error, with a sentence on them."""
        if self.level is None:
            return {
                "remarks": [
                    f"Training ended before its first {self.settings.pulled:,} updates, after "
                    "which states and noise are looked for; lower scheme.pulled, or give more "
                    "training.steps."
                ]
            }
        found = dict(self.level.findings((~self.x.isnan()).flatten(0, -2).sum(0).cpu()))
        found["remarks"] = [
            f"The data have noise of {found['noise']:.3g} ± {found['noise_error']:.1g} "
            "standard deviations of the signal, by the states that were found with the "
            f"weights; segments may fail to meet by {found['model_error']:.2g} of it."
        ]
        return found

    def loss(
        self,
        model: takens.plugin.Model,
        windows: Tensor,
        *,
        times: Tensor,
        step: int,
        drive: Tensor | None = None,
    ) -> Tensor:
        """Return the loss of `windows: (..., b, T, n)` at states found for them: `(...)`."""
        settings, c = self.settings, model.context_length
        objective = Objective(regularisation=settings.regularisation)
        count = windows.shape[-2] - c
        strength = torch.full((count,), settings.alpha, dtype=torch.float64)
        strength[:1] = 0
        if step < settings.pulled:
            return forced_loss(model, windows, times, strength, objective, drive=drive)
        learning = torch.is_grad_enabled()
        level = self.level
        if level is None or level.noise.shape[:-1] != windows.shape[:-3]:
            level = NoiseLevel.first(self.x, windows.shape[:-3], settings.model_error)
        with torch.no_grad():
            dt = interval(times)
            acting = None if drive is None else drive[..., c - 1 :, :]
            segments = Segments.of(windows[..., c - 1 :, :], settings.segment, acting)
            before = None if drive is None else drive[..., :c, :]
            z = takens.plugin.encode(
                model, takens.plugin.filled(windows)[..., :c, :], before
            ).unsqueeze(-2)
            following = takens.plugin.forced_run(
                model, windows, dt=dt, strength=strength, drive=drive
            )
            starts = torch.cat((z, following), -2)[..., :: settings.segment, :]
            found = smooth(
                model,
                segments,
                starts,
                dt,
                level.noise.sqrt(),
                level.model_error.sqrt(),
                settings.iterations,
            )
            level = level.after(found, ~segments.x.isnan(), settings.model_error)
        if learning:
            self.level = level
        return self.maximise(
            model,
            Found(windows, segments, found.states, level, strength, times, drive),
            objective,
        )
