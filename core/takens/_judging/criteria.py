"""What a verdict is held to: tolerances and a level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

import attrs

from takens._near import near
from takens._protocols.metric import Metric, SupportsEvidence
from takens._protocols.score import Evidence
from takens.errors import ConfigurationError

# Of the runs that the harness counts by itself.
SHARES: Final = ("shares", 0.02)


@final
@attrs.frozen(kw_only=True)
class Criteria:
    """Tolerances by kind, in place of those that metrics name, and a level of significance.

    A true model is called wrong in at most a share ``level`` of all verdicts, and a wrong
    aspect right in as few.

    Raises: ConfigurationError for numbers that are not between 0 and 1.
    """

    tolerance: Mapping[str, float] = attrs.field(factory=dict[str, float])
    level: float = 0.05

    def __attrs_post_init__(self) -> None:
        if not 0 < self.level < 0.5:
            raise ConfigurationError(f"judge.level is between 0 and 0.5; got {self.level!r}.")
        for kind, value in self.tolerance.items():
            if not 0 < value < 1:
                raise ConfigurationError(
                    f"judge.tolerance.{kind} is between 0 and 1; got {value!r}."
                )

    def check(self, metrics: Mapping[str, Metric]) -> None:
        """Refuse a tolerance of a kind that none of the metrics has.

        Raises: ConfigurationError.
        """
        kinds = {SHARES[0]} | {
            metric.evidence.kind
            for metric in metrics.values()
            if isinstance(metric, SupportsEvidence) and isinstance(metric.evidence, Evidence)  # pyright: ignore[reportUnnecessaryIsInstance] - what plugins give
        } - {""}
        for kind in self.tolerance:
            if kind not in kinds:
                raise ConfigurationError(
                    f"judge.tolerance names {kind!r}, which no metric asks for; those chosen "
                    f"ask for {', '.join(sorted(kinds))}.{near(kind, kinds)}"
                )

    def of(self, evidence: Evidence) -> float:
        """Return the tolerance of a metric's scores."""
        return self.tolerance.get(evidence.kind, evidence.tolerance)

    @property
    def of_shares(self) -> float:
        """The tolerance of what the harness counts."""
        return self.tolerance.get(*SHARES)
