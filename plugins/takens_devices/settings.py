"""The settings of device policies, which are their parameters: imported without torch."""

import attrs

import takens


@attrs.frozen
class AutoSettings:
    """The CPU, unless a short measurement shows that an accelerator is faster."""

    batch: int = takens.plugin.parameter(
        16, summary="trajectories at once in the measurement", at_least=1
    )
    width: int = takens.plugin.parameter(
        50, summary="units of the network in the measurement", at_least=1
    )


@attrs.frozen
class CudaSettings:
    """A graphics card through CUDA; cuda:1 is the second one."""

    index: int | None = takens.plugin.parameter(
        None, summary="which card, from 0; the first if not given"
    )
