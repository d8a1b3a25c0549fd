"""Scores of effects that have a size of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, final

import attrs
from torch import Tensor

import takens
from takens_metrics.effects.block_errors import Comparison
from takens_metrics.effects.samples import Samples


@final
@attrs.frozen(kw_only=True, eq=False)
class Effect:
    """Effects by name, with what they were compared with and in which unit."""

    names: tuple[str, ...]
    found: Comparison
    reference: float
    unit: str
    convention: str
    remark: str = ""
    details: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


class EffectMetric:
    """A metric of effects; its value is that which is farthest from the reference."""

    __slots__ = ()
    name: ClassVar[str]

    def effect(self, samples: Samples, names: tuple[str, ...]) -> Effect:
        """Find the effects in runs of which one did not diverge."""
        raise NotImplementedError

    def compare_records(
        self, truth: takens.TimeSeries, runs: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare `(segments, T, n)` of the truth with `(runs, T', n)`.

        There is no value where every run diverged.

        Raises: DataError where they do not fit together, or the truth has no such effect.
        """
        samples = Samples.of(self.name, truth, runs)
        if not len(samples.runs):
            reason = f"all {len(samples.alive)} free runs diverged"
            return takens.Score(value=None, reason=reason)
        effect = self.effect(samples, truth.columns)
        found = effect.found
        parts = {
            name: takens.plugin.Part(
                value=value,
                error=_item(found.error, i),
                reference_error=_item(found.reference_error, i),
            )
            for i, (name, value) in enumerate(
                zip(effect.names, map(float, found.value), strict=True)
            )
        }
        worst = max(parts.values(), key=lambda part: abs(part.value - effect.reference))
        many = len(samples.runs) == found.over
        return takens.Score(
            value=worst.value,
            unit=effect.unit,
            error=worst.error,
            error_over=found.over if worst.error is not None else None,
            error_unit="free runs" if many else "blocks of time",
            error_from=(
                ""
                if worst.error is None
                else "the jackknife over free runs"
                if many
                else "the jackknife over blocks of time"
            ),
            remark=effect.remark,
            reference=effect.reference,
            reference_error=worst.reference_error,
            reference_over=found.reference_over if worst.reference_error is not None else None,
            scale=1.0,
            parts=parts,
            convention=(
                f"{effect.convention}, farthest of {len(parts)} from {effect.reference:g}; "
                f"{len(samples.truth)} x {samples.truth.shape[1]} samples of the truth, "
                f"{len(samples.runs)} x {samples.runs.shape[1]} of free runs"
            ),
            details=dict(effect.details),
        )


def _item(values: Tensor | None, i: int) -> float | None:
    return None if values is None else float(values[i])
