"""The strength and the interval of generalised forcing that data ask for."""

from collections.abc import Mapping
from typing import Final, Literal

from torch import Tensor

import takens

# What changes by its spread within so few samples is to be pulled at each of them: a free run
# of more passes whole spikes.
_QUICK: Final = 5.0
# Noise that is as large as this would be written into the state by each pull.
_NOISY: Final = 0.1
# Forcing forgets in the time in which data change by two thirds of their spread.
_SHARE: Final = 1.5
_WEAKEST, _STRONGEST = 0.05, 0.3
# Else the state is set now and then, after the data have changed by their spread.
_SOONEST, _LATEST = 8, 16
# Samples that are all written first, in which units that nothing is written into settle.
WARM_UP: Final = 16


def choose_forcing(
    x: Tensor, every: int | Literal["auto"] = "auto"
) -> tuple[Mapping[str, float], str]:
    """Choose alpha and the interval from standardised `x: (trajectories, T, n)`; say why.

    With an interval that is given, alpha is that for it.
    """
    scales = takens.plugin.scales_of(x.unbind(0))
    if every == "auto":
        quick = scales.fast < _QUICK and scales.noise < _NOISY
        every = 1 if quick else round(min(max(scales.fast, _SOONEST), _LATEST))
    wanted = _SHARE / scales.fast / (1 + scales.noise / (3 * _NOISY))
    pull = float(f"{min(max(wanted, _WEAKEST), _STRONGEST):.2g}")
    return {"alpha": pull if every == 1 else 1.0, "every": every}, (
        f"data change by their spread in {scales.fast:.2g} samples, with noise of "
        f"{100 * scales.noise:.2g} %"
    )
