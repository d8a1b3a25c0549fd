"""What every device policy keeps to."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from takens._protocols.device import DevicePolicy, Placement, Precision
from takens.errors import DeviceError
from takens.testing.asking import require, require_close, require_instance
from takens.testing.check import Checks

CHECKS = Checks(DevicePolicy, "device_policy_protocol")


@CHECKS.add
def check_device_policy_chooses(policy: DevicePolicy) -> None:
    """Check that it gives a place where one can work, and why; or names those there are."""
    for precision in Precision:
        try:
            place = policy.choose(precision=precision)
        except DeviceError as error:
            says = str(error)
            require(says.endswith("."), f"The refusal is no sentence: {says}")
            require("cpu" in says.lower(), f"The refusal names no device that there is: {says}")
            continue
        require_instance(place, Placement)
        says = f"{precision.value} precision is given {place.dtype}."
        require(place.dtype == precision.dtype, says)
        require(place.reason != "", "The choice has no reason.")
        x = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=place.dtype)
        for where in (place.device, place.linear_algebra):
            q, r = cast(tuple[Tensor, Tensor], torch.linalg.qr(x.to(place.linear_algebra)))
            product = (q.to(where) @ r.to(where)).cpu()
            require_close(product, x, f"{where} does not compute", rtol=1e-5)
