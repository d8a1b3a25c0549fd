"""The settings of device policies, which are their parameters: imported without torch."""

import attrs

import takens


@attrs.frozen
class AutoSettings:
    """The CPU, unless a short measurement shows that an accelerator is faster."""

    batch: int = takens.parameter(
        16, summary="trajectories at once in the measurement", at_least=1
    )
    width: int = takens.parameter(
        50, summary="units of the network in the measurement", at_least=1
    )


@attrs.frozen
class CudaSettings:
    """A graphics card through CUDA; cuda:1 is the second one."""

    index: int | None = takens.parameter(
        None, summary="which card, from 0; the first if not given"
    )
