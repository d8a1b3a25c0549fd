"""The length of windows that data ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
from torch import Tensor

from takens._examining.scales import scales_of
from takens._training.settings import Training

# Longer windows teach little more where forcing forgets, and cost in proportion.
_SHORTEST, _LONGEST = 150, 200
# So many times the time in which data change, forcing has forgotten the start of a window.
_FORGOTTEN: Final = 10


def with_window(
    training: Training, records: Sequence[Tensor]
) -> tuple[Training, tuple[str, ...]]:
    """Choose the window from standardised records, `(T, n)` each, where it is "auto"."""
    if training.window != "auto":
        return training, ()
    scales = scales_of(records)
    longest = max(map(len, records)) // 4
    window = max(
        2, min(round(min(max(_FORGOTTEN * scales.fast, _SHORTEST), _LONGEST)), longest)
    )
    reason = (
        f"training.window = {window}: data change by their spread in {scales.fast:.2g} samples."
    )
    return attrs.evolve(training, window=window), (reason,)
