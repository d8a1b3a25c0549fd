"""A series as Lightning takes its data."""

from __future__ import annotations

from typing import final

import attrs
from torch import Tensor

import takens
from takens_lightning.package import LightningDataModule
from takens_lightning.windows import WholeSeries, WindowLoader


@final
class WindowsDataModule(LightningDataModule):
    """Draws the windows of a series `x: (T, n)` or `(trajectories, T, n)` for training.

    They are the windows that `takens.fit` draws with the same seed. An epoch is
    ``training.check_every`` updates (all of them for 0); after each the model runs freely and
    is compared with ``validation``, which is the series itself where none is given, its first
    trajectory where it has several. With ``check_every = 0``, or an irregular series and no
    other, there is no validation.

    Raises: InputError where a window is longer than the series, or for an ensemble.
    """

    def __init__(
        self,
        series: takens.TimeSeries,
        training: takens.Training | None = None,
        *,
        seed: int = 0,
        validation: takens.TimeSeries | None = None,
    ) -> None:
        super().__init__()
        self.series = series
        self.training = training or takens.Training()
        self.seed = seed
        self.validation = validation
        self._limit: int | float | None = None
        # What does not fit is refused here, and not in the middle of Lightning's work.
        refuse_ensemble(self.training)
        self.train_dataloader()

    def train_dataloader(self) -> WindowLoader:
        """Return the batches of one epoch after the other."""
        series, training = self.series, self.training
        x = self._standardised()
        windows = takens.plugin.Windows(
            x.unbind(0),
            training.window_length,
            [series.t] * len(x),
            series.dt if series.regular else None,
        )
        updates = min(training.check_every or training.steps, training.steps)
        return WindowLoader(windows, training, seed=self.seed, updates=updates)

    def val_dataloader(self) -> WholeSeries:
        """Return the series to compare with, `x: (T, n)`.

        Raises: InputError where its samples are not equally spaced.
        """
        given = self.validation or self.series
        if not given.regular:
            raise takens.InputError(
                "Free runs are compared with a regularly sampled series; give one as "
                "validation."
            )
        first = given.x.reshape(-1, *given.x.shape[-2:])[0]
        return WholeSeries(attrs.evolve(given, x=first))

    def setup(self, stage: str) -> None:
        """Switch validation off while a training goes without."""
        none = not self.training.check_every or not (self.validation or self.series).regular
        if stage == "fit" and none and self.trainer is not None:
            self._limit, self.trainer.limit_val_batches = self.trainer.limit_val_batches, 0

    def teardown(self, stage: str) -> None:
        """Return the trainer its setting back."""
        if self._limit is not None and self.trainer is not None:
            self._limit, self.trainer.limit_val_batches = None, self._limit

    def _standardised(self) -> Tensor:
        # As takens.TrainedModel does it; in double precision, and rounded only then.
        x = self.series.x.detach().double()
        samples = x.flatten(0, -2)
        x = ((x - samples.mean(0)) / samples.std(0)).reshape(-1, *x.shape[-2:])
        double = self.trainer is not None and self.trainer.precision == "64-true"
        return x if double else x.float()


def refuse_ensemble(training: takens.Training) -> None:
    """Refuse settings for several members."""
    if training.members > 1:
        raise takens.InputError(
            f"training.members is {training.members}, and Lightning trains one model; train "
            "ensembles by takens.fit, or one module for each seed."
        )
