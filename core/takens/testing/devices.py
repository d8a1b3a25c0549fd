"""What every device policy keeps to."""

from __future__ import annotations

import torch

from takens._errors import DeviceError
from takens._protocols.device import DevicePolicy, Placement, Precision
from takens.testing.failure import require, require_instance


def check_device_policy_protocol(policy: DevicePolicy) -> None:
    """Check that ``choose`` is there."""
    require_instance(policy, DevicePolicy)


def check_device_policy_chooses(policy: DevicePolicy) -> None:
    """Check that it gives a place where one can work, and why; or a DeviceError."""
    for precision in Precision:
        try:
            place = policy.choose(precision=precision)
        except DeviceError as error:
            require(str(error).endswith("."), f"The refusal is no sentence: {error}")
            continue
        require_instance(place, Placement)
        require(
            place.dtype == precision.dtype,
            f"{precision.value} precision is given {place.dtype}.",
        )
        require(place.reason != "", "The choice has no reason.")
        x = torch.eye(2, device=place.device, dtype=place.dtype)
        require(bool((x @ x == x).all()), f"{place.device} does not multiply.")
        torch.linalg.qr(x.to(place.linear_algebra))


CHECKS = (check_device_policy_protocol, check_device_policy_chooses)
