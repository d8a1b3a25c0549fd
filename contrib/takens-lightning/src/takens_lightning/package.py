"""Whichever of Lightning's two packages a program uses: their classes are not each other's."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytorch_lightning as lightning
elif "lightning.pytorch" in sys.modules:
    # A program that has imported this one makes its trainers of it.
    import lightning.pytorch as lightning
else:
    import pytorch_lightning as lightning

LightningDataModule = lightning.LightningDataModule
LightningModule = lightning.LightningModule
