"""Training of takens's models by PyTorch Lightning."""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from takens_lightning.checkpoint import load_trained_model as load_trained_model
    from takens_lightning.data import WindowsDataModule as WindowsDataModule
    from takens_lightning.module import DynamicsModule as DynamicsModule
    from takens_lightning.windows import Windows as Windows

TAKENS_API = 1

_HOME: Final = {
    "DynamicsModule": "module",
    "Windows": "windows",
    "WindowsDataModule": "data",
    "load_trained_model": "checkpoint",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"takens_lightning.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
