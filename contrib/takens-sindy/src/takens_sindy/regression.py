"""Sparse regression by PySINDy, with errors from a bootstrap."""

from __future__ import annotations

import warnings
from typing import Any, Final, final

import attrs
import numpy as np
from numpy.typing import NDArray

from takens_sindy.settings import SparseSettings

Array = NDArray[np.float64]
_TOLERANCE: Final = 1e-3
_TWIN: Final = 1 - 1e-6


@final
@attrs.frozen(eq=False)
class Rows:
    """The regression `targets = features @ coefficients.T`: `(N, L)` and `(N, n)`.

    Rows are in the order of time, and those within ``block`` of each other depend on one
    another.
    """

    features: Array
    targets: Array
    block: int = 1


@final
@attrs.frozen(eq=False)
class Found:
    """Coefficients and their standard errors, `(n, L)` each.

    ``chosen`` is the share of resamples in which a term was chosen. Where there were none,
    errors are 0. ``residual`` is what is left of the targets, as a share of their root mean
    square, in each equation. ``alike`` has for each equation the condition number of its
    terms, and which of them can stand for each other.
    """

    coefficients: Array
    errors: Array
    chosen: Array
    residual: Array
    alike: tuple[tuple[float, tuple[int, ...]], ...] = ()


def regress(rows: Rows, config: SparseSettings) -> Found:
    """Choose terms and find their coefficients.

    With resamples, a term stays that at least half of them choose; coefficients are then
    those of least squares on all rows, and errors the standard deviation over the resamples,
    all with the terms that stay. Resamples are drawn in blocks, since neighbours in time are
    not independent.

    Source: Fasel, Kutz, Brunton, Brunton (2022), Ensemble-SINDy, Proc. R. Soc. A 478, for
    inclusion by bootstrap; Kunsch (1989), Ann. Statist. 17, for blocks.
    """
    features, targets = rows.features, rows.targets
    columns, sizes = _norms(features), _norms(targets)
    x, y = features / columns, targets / sizes
    # PySINDy's threshold is one of coefficients; these are then shares of the velocity.
    if not config.normalise:
        x, y, columns, sizes = features, targets, np.ones_like(columns), np.ones_like(sizes)
    independent = max(len(x) / rows.block, 2.0)
    support = _choose(*_compressed(x, y), independent, config)
    chosen, errors = support.astype(float), np.zeros(support.shape)
    draws = [_compressed(x[i], y[i]) for i in _resamples(len(x), rows.block, config)]
    if draws:
        chosen = np.mean([_choose(*draw, independent, config) for draw in draws], axis=0)
        support = chosen >= 0.5
        errors = np.std([_least_squares(*draw, support) for draw in draws], axis=0, ddof=1)
    found = _least_squares(x, y, support)
    residual = np.linalg.norm(y - x @ found.T, axis=0) / _norms(y)
    units = sizes[:, None] / columns
    alike = tuple(_alike(x, terms) for terms in support)
    return Found(found * units, errors * units, chosen, residual, alike)


def _alike(x: Array, terms: NDArray[np.bool_]) -> tuple[float, tuple[int, ...]]:
    """Return the condition number of the chosen columns, each of length 1, and its terms.

    With them are those that are as good as equal to a chosen one, but for their size.
    """
    x = x / _norms(x)
    twins = (np.abs(x.T @ x[:, terms]) > _TWIN).any(1) if terms.any() else terms
    places = np.flatnonzero(terms | twins)
    if len(places) < 2:
        return 1.0, ()
    columns = x[:, places]
    _, sizes, directions = np.linalg.svd(columns, full_matrices=False)
    weights = np.abs(directions[-1])
    which = places[weights > 0.1 * weights.max()]
    return float(sizes[0] / max(sizes[-1], 1e-300)), tuple(map(int, which))


def _compressed(x: Array, y: Array) -> tuple[Array, Array]:
    """Return few rows with the same scalar products, which are all that least squares sees."""
    triangle: Array = np.asarray(np.linalg.qr(np.concatenate((x, y), 1), mode="r"))
    return triangle[:, : x.shape[1]], triangle[:, x.shape[1] :]


def _choose(
    x: Array, y: Array, independent: float, config: SparseSettings
) -> NDArray[np.bool_]:
    """Say which terms PySINDy chooses: `(n, L)`."""
    import pysindy
    import sklearn

    if config.optimiser == "sr3":
        # The weight whose proximal operator cuts at the threshold, for a relaxation of 1.
        weight = config.threshold**2 / 2
        optimiser: Any = pysindy.SR3(
            reg_weight_lam=weight, max_iter=10_000, tol=1e-8, unbias=True
        )
    else:
        optimiser = pysindy.STLSQ(threshold=config.threshold, alpha=config.ridge, max_iter=100)
    # PySINDy makes thousands of regressions, and checking their settings takes longer yet.
    with warnings.catch_warnings(), sklearn.config_context(skip_parameter_validation=True):
        # An equation without terms is an answer, and is printed.
        warnings.filterwarnings("ignore", "Sparsity parameter is too big", UserWarning)
        optimiser.fit(x, y)
        support = np.abs(np.asarray(optimiser.coef_)) > 1e-14
        if config.optimiser == "ssr":
            for i, terms in enumerate(support):
                if np.count_nonzero(terms) > 1:
                    terms[terms] = _most_likely(x[:, terms], y[:, i], independent, config)
    return support


def _most_likely(
    x: Array, y: Array, independent: float, config: SparseSettings
) -> NDArray[np.bool_]:
    """Drop terms one by one, and stop at the least Bayesian information criterion.

    What is left below a thousandth of the velocity explains nothing.

    Source: Boninsegna, Nuske, Clementi (2018), Sparse learning of stochastic dynamical
    equations, J. Chem. Phys. 148, for the order; Mangan, Kutz, Brunton, Proctor (2017),
    Model selection for dynamical systems via sparse regression and information criteria,
    Proc. R. Soc. A 473, for the choice.
    """
    import pysindy

    optimiser = pysindy.SSR(alpha=config.ridge, max_iter=x.shape[1], criteria="model_residual")
    optimiser.fit(x, y)
    # PySINDy overwrites the first entry of the history.
    path = [np.ones(x.shape[1], dtype=bool)]
    path += [np.asarray(step)[0] != 0 for step in optimiser.history_[1:]]
    size = float(y @ y) or 1.0
    best, least = path[-1], np.inf
    for terms in path:
        found = _least_squares(x, y[:, None], terms[None])[0]
        left = float(np.square(y - x @ found).sum()) / size
        criterion = independent * np.log(left + _TOLERANCE**2)
        criterion += np.count_nonzero(terms) * np.log(independent)
        if criterion < least:
            best, least = terms & (np.abs(found) >= config.threshold), float(criterion)
    return best


def _least_squares(x: Array, y: Array, support: NDArray[np.bool_]) -> Array:
    found = np.zeros(support.shape)
    for i, terms in enumerate(support):
        if terms.any():
            found[i, terms] = np.linalg.lstsq(x[:, terms], y[:, i], rcond=None)[0]
    return found


def _resamples(count: int, block: int, config: SparseSettings) -> list[NDArray[np.int64]]:
    """Draw rows in blocks of neighbours, as many as there are."""
    # Longer than dependence reaches, or its ends would be cut too often; but with fewer than
    # ten blocks a resample says little of what another record would give.
    block = max(1, min(block if block == 1 else 3 * block, count // 10))
    generator = np.random.default_rng(config.seed)
    blocks = -(-count // block)
    starts = generator.integers(0, count - block + 1, size=(config.resamples, blocks))
    rows = starts[:, :, None] + np.arange(block)
    return list(rows.reshape(config.resamples, blocks * block)[:, :count])


def _norms(x: Array) -> Array:
    norms = np.linalg.norm(x, axis=0)
    return np.where(norms > 0, norms, 1.0)
