"""Device policies: the CPU, CUDA, Apple's MPS, and a choice by measurement."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import takens

if TYPE_CHECKING:
    from takens_devices.auto import Auto as Auto
    from takens_devices.cpu import Cpu as Cpu
    from takens_devices.cuda import Cuda as Cuda
    from takens_devices.hardware import Hardware as Hardware
    from takens_devices.mps import Mps as Mps

TAKENS_API = 2


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the device policies of this package."""
    yield takens.plugin.ComponentSpec(
        kind="device",
        name="auto",
        target="takens_devices.auto:Auto",
        settings="takens_devices.settings:AutoSettings",
    )
    yield takens.plugin.ComponentSpec(
        kind="device", name="cpu", target="takens_devices.cpu:Cpu", summary="The CPU."
    )
    yield takens.plugin.ComponentSpec(
        kind="device",
        name="cuda",
        target="takens_devices.cuda:Cuda",
        settings="takens_devices.settings:CudaSettings",
    )
    yield takens.plugin.ComponentSpec(
        kind="device",
        name="mps",
        target="takens_devices.mps:Mps",
        summary="Apple's graphics processor for single precision, the CPU for the rest.",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
