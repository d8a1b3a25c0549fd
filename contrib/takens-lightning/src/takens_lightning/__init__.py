"""Training of takens's models by PyTorch Lightning."""

from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_lightning.checkpoint import load_trained_model as load_trained_model
    from takens_lightning.data import WindowsDataModule as WindowsDataModule
    from takens_lightning.module import DynamicsModule as DynamicsModule
    from takens_lightning.windows import Windows as Windows

TAKENS_API = 1

if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
