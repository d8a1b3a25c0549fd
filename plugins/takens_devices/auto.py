"""The policy that measures."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol, final

import attrs
import torch

import takens
from takens_devices.cpu import Cpu
from takens_devices.cuda import Cuda
from takens_devices.hardware import CPU, Hardware
from takens_devices.mps import Mps
from takens_devices.probe import seconds_per_update
from takens_devices.settings import AutoSettings

# An accelerator has to be this much faster: results then also travel, and judging needs
# double precision and factorisations, at which the CPU is good.
_MARGIN: Final = 1.5


class Probe(Protocol):
    """Times one update on a device, in seconds."""

    def __call__(
        self, device: torch.device, dtype: torch.dtype, /, *, batch: int, width: int
    ) -> float:
        """Time it for a state `(batch, width)`.

        Raises: RuntimeError where the device does not work.
        """
        ...


def offered(precision: takens.plugin.Precision) -> list[takens.plugin.Placement]:
    """Return where the device policies of other plugins would work in this precision."""

    def ask(policy: takens.plugin.DevicePolicy) -> takens.plugin.Placement | None:
        if isinstance(policy, (Auto, Cpu, Cuda, Mps)):
            return None
        try:
            return policy.choose(precision=precision)
        except takens.errors.DeviceError:
            return None

    return [each.answer for each in takens.devices.candidates(ask) if each.answer]


@final
@attrs.frozen
class Auto(AutoSettings):
    """The CPU, unless an accelerator is measured to be 1.5 times faster.

    Models of dynamics are small and step one after the other, so that a graphics processor
    mostly waits. Whether it does is measured, in a second or so, by updates of a network of
    ``width`` units on ``batch`` trajectories; set both to the size of the job where it is
    large. The first CUDA device is a candidate, MPS in single precision, and what the device
    policies of other plugins choose. The choice may differ from run to run where two are about
    as fast.

    Raises: ComponentError where a size is not positive.
    """

    hardware: Hardware = attrs.field(factory=Hardware.detect, kw_only=True)
    probe: Probe = attrs.field(default=seconds_per_update, kw_only=True, repr=False)
    others: Callable[[takens.plugin.Precision], Sequence[takens.plugin.Placement]] = (
        attrs.field(default=offered, kw_only=True, repr=False)
    )

    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        """Return the fastest device for work in the given precision."""
        candidates = self._candidates(precision)
        if not candidates:
            only = (
                "mps has no double precision"
                if self.hardware.mps
                else "there is no accelerator"
            )
            return takens.plugin.Placement(
                CPU, precision.dtype, CPU, f"The CPU, because {only}."
            )
        reference = self.probe(CPU, precision.dtype, batch=self.batch, width=self.width)
        said: list[str] = [f"cpu took {1e3 * reference:.3g} ms"]
        best, fastest = takens.plugin.Placement(CPU, precision.dtype, CPU), reference / _MARGIN
        for candidate in candidates:
            try:
                took = self.probe(
                    candidate.device, precision.dtype, batch=self.batch, width=self.width
                )
            # A torch that was built without a device asserts that it was not.
            except (AssertionError, RuntimeError) as error:
                said.append(f"{candidate.device} failed ({str(error).splitlines()[0]})")
                continue
            said.append(f"{candidate.device} took {1e3 * took:.3g} ms")
            if took < fastest:
                best, fastest = candidate, took
        return attrs.evolve(best, reason=f"{best.device} by measurement: {', '.join(said)}.")

    def _candidates(self, precision: takens.plugin.Precision) -> list[takens.plugin.Placement]:
        found: list[takens.plugin.Placement] = []
        if self.hardware.cuda_devices:
            found.append(Cuda(hardware=self.hardware).choose(precision=precision))
        if self.hardware.mps and precision is takens.plugin.Precision.SINGLE:
            found.append(Mps(hardware=self.hardware).choose(precision=precision))
        known = {CPU, *(placement.device for placement in found)}
        others = (other for other in self.others(precision) if other.device not in known)
        return [*found, *others]
