"""The divergence of occupation in state space, by mixtures of Gaussians."""

import numpy as np
from scipy.special import logsumexp  # pyright: ignore[reportUnknownVariableType]

import takens
from takens_metrics.records import Array

_DRAWS = 1_000
_MOST_CENTRES = 10_000
_VARIANCE = 1.0


def mixture_divergence(truth: Array, run: Array) -> takens.Score:
    """Return KL(truth || generated) of `(T, n)`, each a Gaussian around every sample, in nats.

    Both are mixtures of Gaussians of variance 1 in every direction, in units of the truth,
    around at most 10,000 samples; the value is the mean of the logarithm of their ratio over
    1,000 draws from the truth, its error that of the mean.

    Source: Brenner et al. (2022), ICML, appendix; Hess, Monfared, Brenner, Durstewitz (2023),
    ICML, appendix on performance measures.
    """
    samples, n = truth.shape
    random = np.random.default_rng(0)
    centres = [x[:: -(-samples // _MOST_CENTRES)] for x in (truth, run)]
    chosen = random.integers(0, len(centres[0]), _DRAWS)
    draws = centres[0][chosen] + _VARIANCE**0.5 * random.normal(size=(_DRAWS, n))
    # Both have as many centres, and the constants of the densities cancel.
    p, q = (_log_density(draws, around) for around in centres)
    ratios = p - q
    return takens.Score(
        value=float(ratios.mean()),
        unit="nats",
        error=float(ratios.std(ddof=1) / _DRAWS**0.5),
        error_from=f"the spread over {_DRAWS} draws",
        convention=(
            f"KL(truth || generated), mixtures of Gaussians of variance {_VARIANCE:g} around "
            f"{len(centres[0])} of {samples} samples in {n} dimensions, {_DRAWS} draws"
        ),
        details={"samples": samples, "centres": len(centres[0]), "draws": _DRAWS},
    )


def _log_density(x: Array, centres: Array) -> Array:
    # Farther than this all densities are zero, and squares would overflow.
    centres = np.clip(centres, -1e6, 1e6)
    squared = (
        np.square(x).sum(1)[:, None] - 2 * x @ centres.T + np.square(centres).sum(1)[None, :]
    )
    return np.asarray(logsumexp(-np.maximum(squared, 0) / (2 * _VARIANCE), axis=1))
