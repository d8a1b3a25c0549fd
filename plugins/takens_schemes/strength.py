"""The strength of generalised forcing."""

from typing import Final

from torch import Tensor

import takens

# Forcing forgets in the time in which data change by two thirds of their spread.
_SHARE: Final = 1.5
_WEAKEST, _STRONGEST = 0.05, 0.3
# Noise that is as large as this halves the strength: what is forced by it is written as well.
_NOISY: Final = 0.3


def choose_strength(x: Tensor) -> tuple[float, str]:
    """Choose alpha from standardised `x: (trajectories, T, n)`, and say why.

    A state that is pulled by alpha forgets in 1 / alpha samples. That is to be no longer than
    the data need to change, or gradients reach back through whole excursions, and no shorter
    than what averages their noise.
    """
    scales = takens.plugin.scales_of(x.unbind(0))
    wanted = _SHARE / scales.fast / (1 + scales.noise / _NOISY)
    alpha = float(f"{min(max(wanted, _WEAKEST), _STRONGEST):.2g}")
    return alpha, (
        f"data change by their spread in {scales.fast:.2g} samples, with noise of "
        f"{100 * scales.noise:.2g} %"
    )
