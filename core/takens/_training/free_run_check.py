"""Free runs on the training data, from which the best weights are chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, final

import attrs
import torch
from torch import Tensor

from takens._data.time_series import TimeSeries
from takens._defaults import CHECK_METRIC
from takens._dynamics.gaps import filled, has_gaps
from takens._dynamics.generate import run_freely
from takens._judging.lending import lent
from takens._plugins.registry import metrics
from takens._protocols.metric import SeriesMetric, SupportsEvidence
from takens._protocols.model import Model, has_likelihood
from takens.errors import InputError, TakensError, UnknownComponentError

_STARTS: Final = 4
_LONGEST: Final = 5000
_SHORTEST: Final = 500
_WARM_UP: Final = 32
# A run that varies less than this share of the data's standard deviation has stopped.
_STILL: Final = 0.05


@final
@attrs.frozen
class Finding:
    """What the free runs of one model did.

    ``divergence`` is what the metric gives of those that went on, against the training data;
    ``exploded`` and ``stopped`` are shares of the runs.
    """

    divergence: float | None
    exploded: float
    stopped: float

    @property
    def rank(self) -> tuple[float, float]:
        """What makes one finding worse than another: runs that were lost go first."""
        lost = self.exploded + self.stopped
        return lost, math.inf if self.divergence is None else self.divergence

    def sentence(self) -> str:
        """Say in words what is wrong, or nothing."""
        parts: list[str] = []
        if self.exploded:
            parts.append(f"{self.exploded:.0%} of the free runs exploded")
        if self.stopped:
            parts.append(f"{self.stopped:.0%} of the free runs came to rest (collapsed)")
        return " and ".join(parts)


@final
@attrs.frozen(eq=False)
class FreeRunCheck:
    """Lets models run freely from places in the training data, and compares with them.

    `reference: (T, n)` is a segment of the standardised data, `contexts: (starts, c, n)` are
    where the runs start. ``floor`` is the divergence of another segment of the data, if they
    are long enough.
    """

    reference: TimeSeries
    contexts: Tensor
    metric: SeriesMetric | None
    steps: int
    floor: float | None
    drive: Tensor | None = None

    @classmethod
    def on(
        cls,
        x: Tensor,
        model: Model,
        dt: float,
        metric: SeriesMetric | None,
        drive: Tensor | None = None,
    ) -> FreeRunCheck | None:
        """Prepare for data `x: (trajectories, T, n)`; None where they are too short.

        Of data with gaps those samples are compared of which all is known, by a metric that
        does not ask for their order. Under inputs, `drive: (trajectories, T, w)`, runs start
        where theirs last as long as they do.
        """
        x = x.detach().to("cpu", torch.float64)
        context = model.context_length + _WARM_UP
        first = x[0]
        places = torch.linspace(0, len(first) - context, _STARTS, dtype=torch.float64).long()
        if has_gaps(x):
            places = _where_most_is_known(first, places, context)
            whole = filled(first)
            x = torch.cat([one[~one.isnan().any(-1)] for one in x]).unsqueeze(0)
            metric = metric if _ignores_order(metric) else None
        else:
            whole = first
        steps = min(_LONGEST, (x.shape[1] - context) // _STARTS)
        if steps < _SHORTEST:
            return None
        first, length = x[0], steps * _STARTS
        if drive is not None:
            last = drive.shape[1] - context - steps
            places = (places * last / (drive.shape[1] - context)).long()
            acting = drive[0].detach().to("cpu", torch.float64)
            drive = torch.stack([acting[p : p + context + steps] for p in places])
        contexts = torch.stack([whole[p : p + context] for p in places])
        reference = _series(first[:length], dt)
        floor = None
        if metric is not None:
            try:
                other = x[1, :length] if len(x) > 1 else first[length : 2 * length]
                if len(other) == length:
                    floor = metric.compare(*lent(metric, reference, _series(other, dt))).value
                else:
                    metric.compare(*lent(metric, reference, reference))
            except TakensError:
                metric = None
        return cls(reference, contexts, metric, steps, floor, drive)

    def evaluate(self, models: Sequence[Model], dt: float) -> list[Finding]:
        """Let each model run, and say what came of it."""
        return [self._one(model, dt) for model in models]

    def _one(self, model: Model, dt: float) -> Finding:
        draw = 0 if has_likelihood(model) else None
        free = run_freely(model, self.contexts, self.steps, dt, drive=self.drive, draw=draw)
        x = free.x.to(torch.float64)
        exploded = torch.tensor([at is not None for at in free.diverged_at])
        spread = x[:, self.steps // 2 :].std(1).amax(-1)
        stopped = ~exploded & (spread < _STILL)
        divergence = None
        alive = ~(exploded | stopped)
        if self.metric is not None and bool(alive.any()):
            # Runs that were lost count by their share; the others stand for them here.
            runs = x[alive].repeat(math.ceil(len(x) / int(alive.sum())), 1, 1)[: len(x)]
            generated = _series(runs.flatten(0, 1), dt)
            divergence = self.metric.compare(
                *lent(self.metric, self.reference, generated)
            ).value
        return Finding(
            divergence, float(exploded.double().mean()), float(stopped.double().mean())
        )


def _where_most_is_known(x: Tensor, places: Tensor, length: int) -> Tensor:
    """Move each of `places` of `x: (T, n)` to where, nearby, ``length`` samples lack least."""
    lost = torch.cat((x.new_zeros(1), x.isnan().sum(1).cumsum(0)))
    lost = lost[length:] - lost[:-length]
    reach = max(len(lost) // (2 * _STARTS), 1)
    nearby = (lost[max(p - reach, 0) : p + reach + 1] for p in map(int, places))
    return torch.tensor(
        [
            max(p - reach, 0) + int(part.argmin())
            for p, part in zip(map(int, places), nearby, strict=True)
        ]
    )


def _ignores_order(metric: SeriesMetric | None) -> bool:
    return isinstance(metric, SupportsEvidence) and metric.evidence.aspect == "geometry"


def metric_of(given: Any) -> SeriesMetric | None:
    """Return the metric that chooses the weights; None where the usual one is not installed.

    Raises: InputError where it is none that compares free runs.
    """
    try:
        metric = metrics.get(given)
    except UnknownComponentError:
        if given == CHECK_METRIC:
            return None
        raise
    if isinstance(metric, SeriesMetric) and metric.horizon is None:
        return metric
    raise InputError(
        "training.check_metric compares free runs with data, and so does not "
        f"{type(metric).__name__}; choose another metric."
    )


def _series(x: Tensor, dt: float) -> TimeSeries:
    return TimeSeries(torch.arange(len(x), dtype=torch.float64) * dt, x)
