"""From the name of a device to a placement."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from takens._plugins.choice import Component
from takens._plugins.isolation import isolated
from takens._plugins.registry import devices
from takens._protocols.device import DevicePolicy, Placement, Precision

DeviceChoice: TypeAlias = str | Mapping[str, Any] | Component | DevicePolicy


def place(device: DeviceChoice, precision: Precision) -> Placement:
    """Ask a device policy, given as itself or by name; ``cuda:1`` is ``cuda`` with index 1.

    Raises: UnknownComponentError, DeviceError.
    """
    return _choice(devices.get(device), precision)


@isolated
def _choice(policy: DevicePolicy, precision: Precision) -> Placement:
    return policy.choose(precision=precision)
