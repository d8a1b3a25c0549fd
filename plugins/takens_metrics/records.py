"""Two records of the same variables, made comparable."""

import numpy as np
import numpy.typing as npt

import takens

Array = npt.NDArray[np.float64]

# Farther out than this everything is equally wrong, and squares are still finite.
_FARTHEST = 1e100


def paired(
    metric: str,
    reference: takens.TimeSeries,
    generated: takens.TimeSeries,
    *,
    dims: tuple[str, ...],
    samples: int,
) -> tuple[Array, Array]:
    """Return both `x` in float64 and in units of the reference.

    Each variable of the reference then has mean zero and standard deviation one. ``dims``
    names the dimensions that both must have, ``samples`` is the least length in time.

    Raises: DataError, naming the metric, where shapes or sampling differ, the records are
    too short, or a variable of the reference has no spread.
    """
    truth, run = (s.x.detach().cpu().double().numpy() for s in (reference, generated))
    if truth.shape != run.shape or truth.ndim != len(dims):
        raise takens.errors.DataError(
            f"{metric} compares two records of one shape ({', '.join(dims)}); got "
            f"{truth.shape} for the reference and {run.shape} for what was generated."
        )
    if truth.shape[-2] < samples:
        raise takens.errors.DataError(
            f"{metric} needs at least {samples} samples in time; got {truth.shape[-2]}."
        )
    spans = [float(s.t[-1] - s.t[0]) for s in (reference, generated)]
    if abs(spans[1] - spans[0]) > 1e-3 * spans[0]:
        raise takens.errors.DataError(
            f"{metric} compares records of one sampling interval; the reference covers "
            f"{spans[0]:g} time units in {len(reference)} samples and what was generated "
            f"{spans[1]:g}."
        )
    flat = truth.reshape(-1, truth.shape[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        mean, sd = flat.mean(0), np.where(np.ptp(flat, axis=0) > 0, flat.std(0), 0.0)
        for name, unit in zip(reference.columns, sd, strict=True):
            if not 0 < unit < np.inf:
                raise takens.errors.DataError(
                    f"{metric} measures in standard deviations of the reference, and that of "
                    f"column {name!r} is {unit:g}; leave the column out, or rescale it."
                )
        run = np.clip((run - mean) / sd, -_FARTHEST, _FARTHEST)
    return (truth - mean) / sd, run
