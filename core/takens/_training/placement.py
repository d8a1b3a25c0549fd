"""From the name of a device to a placement."""

from takens._plugins.registry import devices
from takens._protocols.device import DevicePolicy, Placement, Precision


def place(device: str | DevicePolicy, precision: Precision) -> Placement:
    """Ask a device policy, given as itself or by name; ``cuda:1`` is ``cuda`` with index 1.

    Raises: UnknownComponentError, DeviceError.
    """
    if not isinstance(device, str):
        return device.choose(precision=precision)
    name, _, index = device.rpartition(":")
    if name and index.isdecimal():
        return devices.create(name, index=int(index)).choose(precision=precision)
    return devices.create(device).choose(precision=precision)
