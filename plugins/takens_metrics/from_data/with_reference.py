"""Estimates from what was generated, beside those from the data."""

import attrs

import takens


def beside(found: takens.Score, true: takens.Score) -> takens.Score:
    """Return ``found`` with the estimate from the data as its reference, and its curves."""
    curves = {f"reference_{name}": curve for name, curve in true.curves.items()}
    return attrs.evolve(
        found,
        reference=true.value,
        reference_error=true.error,
        reference_reason=true.reason,
        curves=dict(found.curves) | curves,
        details=dict(found.details) | {"reference_details": dict(true.details)},
    )


def without_value(true: takens.Score, reason: str) -> takens.Score:
    """Return the score of what cannot be estimated where ``true`` is that of the data."""
    return takens.Score(value=None, reason=reason, unit=true.unit, convention=true.convention)
