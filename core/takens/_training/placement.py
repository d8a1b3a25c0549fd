"""From the name of a device to a placement."""

from takens._plugins.isolation import isolated
from takens._plugins.registry import devices
from takens._protocols.device import DevicePolicy, Placement, Precision


def place(device: str | DevicePolicy, precision: Precision) -> Placement:
    """Ask a device policy, given as itself or by name; ``cuda:1`` is ``cuda`` with index 1.

    Raises: UnknownComponentError, DeviceError.
    """
    if not isinstance(device, str):
        return _choice(device, precision)
    name, _, index = device.rpartition(":")
    if name and index.isdecimal():
        return _choice(devices.create(name, index=int(index)), precision)
    return _choice(devices.create(device), precision)


@isolated
def _choice(policy: DevicePolicy, precision: Precision) -> Placement:
    return policy.choose(precision=precision)
