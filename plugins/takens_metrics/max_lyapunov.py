"""The largest Lyapunov exponent."""

import math
from typing import Any, Literal, final

import attrs
import numpy as np
import torch
from torch import Tensor

import takens
from takens_metrics.records import Array
from takens_metrics.tangent_growth import tangent_growth

_TRACE_POINTS = 200


@final
@attrs.frozen
class MaxLyapunov:
    """The mean rate at which nearby orbits separate, in 1 / time unit.

    It is measured from every start on its own; the score's value is the mean over starts,
    its error their standard error. Orbits that diverge are left out. Of the others, some may
    come to rest on a fixed point while the rest move on: these are two attractors, and a
    mean over both would belong to neither, so the value is that of the one which more
    starts reach. ``details`` gives the shares of all starts that ``diverged`` and that are
    ``alive`` (neither diverged nor at rest), and the exponent of each.

    Raises: ComponentError where a number of steps is below 1.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Lyapunov characteristic exponents
    for smooth dynamical systems, Meccanica 15, 9-30.
    """

    steps: int = 10_000
    transient: int = 1_000
    qr_interval: int | Literal["auto"] = "auto"

    def __attrs_post_init__(self) -> None:
        for name in ("steps", "transient", "qr_interval"):
            given = getattr(self, name)
            if given != "auto" and given < 1:
                raise takens.ComponentError(
                    f"max_lyapunov: {name} is at least 1 sample; got {given}."
                )

    def probe(self, step: takens.Map, x0: Tensor, dt: float, /) -> takens.Score:
        """Measure a map that advances time by ``dt``, from float64 starts `x0: (starts, d)`.

        Raises: DataError where the starts are not such, or not finite.
        """
        fits = x0.ndim == 2 and x0.numel() > 0 and x0.dtype == torch.float64
        if not fits or not x0.isfinite().all():
            raise takens.DataError(
                "max_lyapunov starts from finite float64 states x0: (starts, d); got "
                f"{x0.dtype} of shape {tuple(x0.shape)}."
            )
        if not 0 < dt < math.inf:
            raise takens.DataError(f"A map advances time by dt above 0; got {dt}.")
        with torch.no_grad():
            growth = tangent_growth(
                step,
                x0,
                tangents=1,
                transient=self.transient,
                steps=self.steps,
                qr_interval=self.qr_interval,
            )
        time = growth.ends.cpu().numpy() * dt
        # (blocks, starts): the estimate from the first block, from two, from all.
        running = growth.logs[..., 0].cumsum(0).cpu().numpy() / time[:, None]
        diverged, frozen = growth.diverged.cpu().numpy(), growth.frozen.cpu().numpy()
        exponents = np.where(diverged, np.nan, running[-1])
        moving = ~diverged & ~frozen
        kept = moving if moving.sum() >= frozen.sum() else frozen
        details: dict[str, Any] = {
            "starts": len(x0),
            "diverged": float(diverged.mean()),
            "alive": float(moving.mean()),
            "exponents": [float(e) if np.isfinite(e) else None for e in exponents],
            "steps": self.steps,
            "transient": self.transient,
            "qr_interval": growth.qr_interval,
        }
        value = error = None
        if not kept.any():
            details["reason"] = f"All {len(x0)} starts diverged."
        elif not np.isfinite(exponents[kept]).all():
            details["reason"] = (
                "The growth of tangent vectors has no finite logarithm: they vanish or "
                f"overflow within {growth.qr_interval} steps."
            )
        else:
            details |= _convergence(running[:, kept], time)
            value, error = details["convergence"][-1], details["convergence_error"][-1]
        if error is not None:
            details["error_from"] = f"standard error over {int(kept.sum())} starts"
        return takens.Score(
            value=value,
            unit="1 / time unit",
            error=error,
            convention="natural logarithm, per unit of time",
            details=details,
        )

    def reference(self, facts: takens.Facts, /) -> float | None:
        """Give the first exponent of the published spectrum."""
        return facts.lyapunov_spectrum[0] if facts.lyapunov_spectrum else None


def _convergence(running: Array, time: Array) -> dict[str, list[Any]]:
    # One orbit has no spread: its error is None at every time.
    blocks, starts = running.shape
    points = np.unique(np.linspace(0, blocks - 1, _TRACE_POINTS, dtype=np.int64))
    running = running[points]
    error = (
        (running.std(1, ddof=1) / starts**0.5).tolist() if starts > 1 else [None] * len(points)
    )
    return {
        "convergence_time": time[points].tolist(),
        "convergence": running.mean(1).tolist(),
        "convergence_error": error,
    }
