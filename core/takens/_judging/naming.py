"""Metrics by the names under which their scores are reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from takens._near import near
from takens._plugins.catalogue import catalogue
from takens._plugins.registry import metrics as registered
from takens._plugins.warn import with_new_names
from takens._protocols.metric import Metric
from takens.errors import InputError


def name_metrics(
    metrics: Mapping[str, Metric] | Sequence[str | Metric],
    references: Mapping[str, float] | None = None,
) -> dict[str, Metric]:
    """Create the metrics that are given by name, and name those that are given.

    Raises: InputError where two have one name, or ``references`` names one that is not there.
    """
    metrics = [metrics] if isinstance(metrics, str) else metrics
    named: dict[str, Metric] = dict(metrics) if isinstance(metrics, Mapping) else {}
    for metric in () if isinstance(metrics, Mapping) else metrics:
        if isinstance(metric, str):
            name, made = metric, registered.create(metric)
        else:
            name, made = qualified(metric).rpartition(":")[2] or type(metric).__name__, metric
        if name in named:
            raise InputError(f"The metric {name!r} is asked for twice; ask for each once.")
        named[name] = made
    for name in references or {}:
        if name not in named:
            raise InputError(
                f"references names {name!r}, which is not among the metrics: "
                f"{', '.join(named)}.{near(name, named)}"
            )
    return {name: with_new_names(metric) for name, metric in named.items()}


def qualified(metric: Metric) -> str:
    """Return ``plugin:name`` of a metric, empty where no plugin offers it."""
    return catalogue().qualified_name("metric", type(metric)) or ""
