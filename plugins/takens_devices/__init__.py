"""Device policies: the CPU, CUDA, Apple's MPS, and a choice by measurement."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import takens

if TYPE_CHECKING:
    from takens_devices.auto import Auto as Auto
    from takens_devices.cpu import Cpu as Cpu
    from takens_devices.cuda import Cuda as Cuda
    from takens_devices.hardware import Hardware as Hardware
    from takens_devices.mps import Mps as Mps

TAKENS_API = 2

_HOME = {"Auto": "auto", "Cpu": "cpu", "Cuda": "cuda", "Hardware": "hardware", "Mps": "mps"}


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the device policies of this package."""
    yield takens.ComponentSpec(
        kind="device",
        name="auto",
        target="takens_devices.auto:Auto",
        summary="The CPU, unless a short measurement shows that an accelerator is faster.",
        parameters=(
            takens.Parameter("batch", 16, summary="trajectories at once in the measurement"),
            takens.Parameter("width", 50, summary="units of the network in the measurement"),
        ),
    )
    yield takens.ComponentSpec(
        kind="device", name="cpu", target="takens_devices.cpu:Cpu", summary="The CPU."
    )
    yield takens.ComponentSpec(
        kind="device",
        name="cuda",
        target="takens_devices.cuda:Cuda",
        summary="A graphics card through CUDA; cuda:1 is the second one.",
        parameters=(
            takens.Parameter(
                "index",
                None,
                types=(int,),
                summary="which card, from 0; the first if not given",
            ),
        ),
    )
    yield takens.ComponentSpec(
        kind="device",
        name="mps",
        target="takens_devices.mps:Mps",
        summary="Apple's graphics processor for single precision, the CPU for the rest.",
    )


def __getattr__(name: str) -> Any:
    if name in _HOME:
        import importlib

        return getattr(importlib.import_module(f"takens_devices.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
