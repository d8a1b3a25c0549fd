"""Scores as they were written before they had a field for all that is decided by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import attrs

from takens._plugins.registry import metrics
from takens._protocols.metric import SupportsEvidence
from takens.errors import InputError

_FIELDS: Final = {
    "reason": "reason",
    "error_from": "error_from",
    "floor_from": "floor_from",
    "floor_values": "floors",
    "members": "members",
    "reference_error": "reference_error",
    "true_estimate": "truth",
    "true_estimate_error": "truth_error",
}
_SIMPLE: Final = {"persistence": "persistence", "linear": "best_linear_forecast"}


def upgraded(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a score from its table of format 1, in which details held many.

    What it is evidence for is asked of the metric of that name, where one is installed.
    """
    old: dict[str, Any] = dict(table["details"])
    fields = {**table, "evidence": _evidence(name)}
    for key, field in _FIELDS.items():
        if old.get(key) is not None:
            fields[field] = old.pop(key)
    found = old.pop("surrogate_values", {})
    simple = {key: value for key, value in found.items() if value is not None}
    for key, now in _SIMPLE.items():
        if isinstance(old.get(key), list):
            simple[now] = old[key][old["steps"].index(max(old["steps"]))]
    fields["baselines"] = simple
    if old.get("time"):
        fields["resolution"] = math.log1p(old["time"]) / old["time"]
    if isinstance(old.get("runs"), int):
        gone = old.pop("diverged_at", [])
        fields["runs"] = {"diverged_at": [*gone, *[None] * (old.pop("runs") - len(gone))]}
    data = old.get("reference_details")
    if data is not None:
        fields["reference_reason"] = data.get("reason", "")
    fields["curves"] = _curves(old) | {
        f"reference_{key}": curve for key, curve in _curves(data or {}).items()
    }
    return {**fields, "details": old}


def _evidence(name: str) -> dict[str, Any] | None:
    try:
        metric = metrics.create(name)
    except InputError:
        return None
    return attrs.asdict(metric.evidence) if isinstance(metric, SupportsEvidence) else None


def _curves(old: Mapping[str, Any]) -> dict[str, Any]:
    curves: dict[str, Any] = {}
    for name, x, y, error in (
        ("convergence", "convergence_time", "convergence", "convergence_error"),
        ("separation", "curve_time", "curve", ""),
        ("pairs", "log_radius", "log_pairs", ""),
    ):
        if old.get(x) and old.get(y):
            straight = old.get("scaling_region")
            curves[name] = {"x": old[x], "y": old[y], "error": old.get(error) or ()}
            curves[name] |= {"straight": straight}
    return curves
