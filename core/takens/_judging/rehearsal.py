"""Finding out before a training whether its result could be judged."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Mapping

from takens._data.entrance import SeriesLike
from takens._data.time_series import TimeSeries
from takens._defaults import METRICS_WITHOUT_EQUATIONS
from takens._dynamics.inputs import refuse_undriven
from takens._dynamics.trained_model import TrainedModel
from takens._judging.lending import lent
from takens._judging.noise import noise_level
from takens._judging.segments import Segments
from takens._plugins import registry
from takens._plugins.isolation import isolated
from takens._protocols.metric import Metric, RecordsMetric, SeriesMetric, SupportsStarts
from takens._protocols.model import Model
from takens.errors import DataError, InputError


@isolated
def rehearse(
    model: Model,
    data: SeriesLike,
    metrics: Mapping[str, Metric],
    *,
    second: SeriesLike | None,
    context: int,
    noise: float | str = 0.0,
) -> None:
    """Find out before a long training whether its result could be judged by these data.

    Raises: InputError where a metric could not be computed even for the truth, or the noise
    that is to be estimated cannot be.
    """
    segments = Segments.of(data, second)
    context = max(context, model.context_length)
    check_fit(model, segments.reference, context)
    if noise == "estimate":
        noise_level(segments.reference)
    beside = segments.after(context)
    for name, metric in metrics.items():
        if isinstance(metric, RecordsMetric):
            if isinstance(metric, SupportsStarts):
                metric.starts(*lent(metric, beside.records))
            metric.compare_records(*lent(metric, beside.records, beside.others))
        elif not isinstance(metric, SeriesMetric):
            continue
        elif metric.horizon is None:
            metric.compare(*lent(metric, beside.reference, next(beside.pairs())))
        elif len(segments.reference) <= context + metric.horizon:
            raise DataError(
                f"{name} forecasts {metric.horizon} steps after a context of {context}, and "
                f"the data have {len(segments.reference)} samples; give more data."
            )


def without_equations(
    model: Model,
    data: SeriesLike,
    asked: Container[str],
    *,
    second: SeriesLike | None,
    context: int,
) -> dict[str, Metric]:
    """Make what judges by the data alone that which else needs equations, if they allow."""
    more: dict[str, Metric] = {}
    for name in METRICS_WITHOUT_EQUATIONS:
        if name in asked:
            continue
        with contextlib.suppress(InputError):
            made = {name: registry.metrics.create(name)}
            rehearse(model, data, made, second=second, context=context)
            more |= made
    return more


def check_fit(model: Model, reference: TimeSeries, context: int) -> float:
    """Refuse data that do not fit the model; return their sampling interval."""
    if reference.dim != model.obs_dim:
        raise DataError(
            f"The subject has {model.obs_dim} variables and the data have {reference.dim} "
            f"({', '.join(reference.columns)})."
        )
    refuse_undriven(model, reference.inputs and reference.inputs.x)
    dt = reference.dt
    if isinstance(model, TrainedModel) and abs(model.dt - dt) > 1e-6 * dt:
        raise DataError(
            f"The model was trained at an interval of {model.dt:g} and the data have {dt:g}; "
            "resample the data."
        )
    if len(reference) < context + 3:
        raise DataError(
            f"Judging warms up on {context} samples and needs at least {context + 3} in each "
            f"segment of the data; got {len(reference)}. Give more data or a shorter context."
        )
    return dt
