"""The weights that are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import attrs
from torch import Tensor

from takens._training.free_run_check import Finding

# Two divergences that differ by less than this share cannot be told apart: against 20,000 noisy
# samples those of true runs of Lorenz 63 reach from the least to three times as much.
_SCATTER: Final = 2.0


@final
@attrs.define(eq=False)
class Best:
    """The best weights of each member so far, `values: (members, p)`, and what was found.

    Of those that are as good as can be told, the latest are kept: a divergence measured on
    some thousand samples scatters by more than itself, and a training that ends slowly gets
    better all the time.
    """

    values: Tensor
    findings: list[Finding | None]
    lowest: list[tuple[float, float]]

    @classmethod
    def none_yet(cls, values: Tensor) -> Best:
        """Start with nothing found."""
        members = len(values)
        return cls(values.detach().clone(), [None] * members, [(math.inf, math.inf)] * members)

    def consider(self, values: Tensor, findings: Sequence[Finding]) -> None:
        """Keep the members that are as good as before, or better."""
        for i, found in enumerate(findings):
            (lost, divergence), (fewest, least) = found.rank, self.lowest[i]
            self.lowest[i] = min(found.rank, self.lowest[i])
            if lost < fewest or (
                lost == fewest and divergence <= least + _SCATTER * abs(least)
            ):
                self.values[i] = values[i].detach()
                self.findings[i] = found

    def state(self) -> dict[str, Any]:
        """Return it in tensors and JSON types."""
        found = [f and [f.divergence, f.exploded, f.stopped] for f in self.findings]
        return {"values": self.values.clone(), "findings": found, "lowest": list(self.lowest)}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Best:
        """Restore a stored state."""
        findings = [found and Finding(*found) for found in state["findings"]]
        return cls(state["values"], findings, [tuple(pair) for pair in state["lowest"]])
