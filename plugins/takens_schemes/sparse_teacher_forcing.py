"""Sparse teacher forcing."""

from collections.abc import Mapping
from typing import Self, final

import attrs
from torch import Tensor

import takens
from takens_schemes.forcing import every_nth, forced_loss, predicted, refuse_below
from takens_schemes.interval import choose_interval
from takens_schemes.objective import objective_of


@final
@attrs.frozen
class SparseTeacherForcing:
    """Force the state with every n-th observation and let it run freely between.

    During the first ``warm_up`` samples of a window every observation is written, and the
    predictions are left out of the loss: latent variables that are not observed find their
    values from the past first. After that, an interval near the predictability time
    ln 2 / lambda keeps gradients of chaotic dynamics bounded, and still shows the model
    where its errors grow. ``every = "auto"`` estimates that time from the data (windows have
    to be longer); the choice is in the history, as ``forcing_interval``. ``error``,
    ``regularisation``, ``noise`` and ``noisy_targets`` are those of an ``Objective``.

    Raises: ComponentError where an argument makes no sense; InputError where the windows are
    too short for them.

    Source: Mikhaeil, Monfared, Durstewitz (2022), On the difficulty of learning chaotic
    dynamics with RNNs, NeurIPS, section 3.3.
    """

    every: int | str = 16
    warm_up: int = 16
    error: str = "mean_squared"
    regularisation: Mapping[str, float] = attrs.field(factory=dict[str, float])
    noise: float = 0.0
    noisy_targets: bool = False
    takes_ensembles = True

    def __attrs_post_init__(self) -> None:
        if isinstance(self.every, str):
            if self.every != "auto":
                raise takens.ComponentError(
                    "sparse_teacher_forcing: every is a number of samples or 'auto'; "
                    f"got {self.every!r}."
                )
        else:
            refuse_below("sparse_teacher_forcing", every=(self.every, 1))
        refuse_below("sparse_teacher_forcing", warm_up=(self.warm_up, 0))
        objective_of("sparse_teacher_forcing", self)

    def adapted(self, x: Tensor, dt: float, /) -> Self:
        """Choose the interval from `x: (trajectories, T, n)` where it is ``"auto"``."""
        if self.every != "auto":
            return self
        return attrs.evolve(self, every=choose_interval(x, dt).samples)

    def in_force(self, step: int, /) -> Mapping[str, float]:
        """Give the interval of forcing."""
        return {} if isinstance(self.every, str) else {"forcing_interval": self.every}

    def loss(self, model: takens.Model, windows: Tensor, *, times: Tensor, step: int) -> Tensor:
        """Give the error of all predictions in `windows: (..., b, T, n)`: `(...)`."""
        every = self.every
        if isinstance(every, str):
            raise takens.InputError(
                "every = 'auto' is chosen from the data: call adapted(x, dt) first, as fit "
                "does."
            )
        if every > windows.shape[-2]:
            raise takens.InputError(
                f"Forcing every {every} samples never happens in windows of "
                f"{windows.shape[-2]}; shorten the interval or lengthen the windows."
            )
        return forced_loss(
            model,
            windows,
            times,
            every_nth(predicted(model, windows, self.warm_up), every, self.warm_up),
            objective_of("sparse_teacher_forcing", self),
            warm_up=self.warm_up,
            step=step,
        )
