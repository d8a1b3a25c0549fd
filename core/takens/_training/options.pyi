# Written by tools/write_types.py; do not edit.
# pyright: basic, reportGeneralTypeIssues=false, reportIncompatibleMethodOverride=false
# pyright: reportPrivateUsage=false
import collections.abc
import takens._protocols.metric
import takens._protocols.optimiser
import takens._protocols.schedule
import takens.plugin
import typing

class TrainingOptions(typing.TypedDict, total=False):
    steps: int
    batch: int
    window: int | typing.Literal['auto']
    optimiser: str | collections.abc.Mapping[str, typing.Any] | takens.plugin.Component | takens._protocols.optimiser.Optimiser
    learning_rate: float | collections.abc.Sequence[float] | typing.Literal['auto']
    final_learning_rate: float
    schedule: str | collections.abc.Mapping[str, typing.Any] | takens.plugin.Component | takens._protocols.schedule.Schedule
    gradient_clip: float
    rounds: int
    time_limit: float
    step_backs: int
    log_every: int
    checkpoint_every: int
    members: int
    bootstrap: bool
    check_every: int
    check_metric: str | collections.abc.Mapping[str, typing.Any] | takens.plugin.Component | takens._protocols.metric.SeriesMetric | takens._protocols.metric.RecordsMetric | takens._protocols.metric.DynamicsMetric | takens._protocols.metric.DevianceMetric
    keep: str
    balance: str | dict[str, float]
    epochs: int
    standardise: bool
