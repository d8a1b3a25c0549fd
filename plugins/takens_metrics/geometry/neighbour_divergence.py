"""The divergence of occupation in state space, by distances to neighbours."""

import numpy as np
from scipy.spatial import KDTree

import takens
from takens_metrics.from_data.neighbours import evenly, nearest
from takens_metrics.records import Array
from takens_metrics.spectra.time_scales import theiler_window

_PLACES = 2_000
_NEIGHBOURS = 5


def neighbour_divergence(truth: Array, run: Array) -> takens.Score:
    """Return KL(truth || generated) of `(T, n)` by distances to fifth neighbours, in nats.

    At 2,000 places along the truth, the distance to the fifth neighbour in the rest of the
    truth (neighbours in time left out) is compared with that in the generated record.

    Source: Wang, Kulkarni, Verdu (2009), Divergence estimation for multidimensional densities
    via k-nearest-neighbor distances, IEEE Trans. Inf. Theory 55, 2392-2405, eq. 5.
    """
    samples, n = truth.shape
    window = theiler_window(truth)
    fewest = 2 * window + 2 + _NEIGHBOURS
    if samples < fewest:
        raise takens.errors.DataError(
            f"state_space_divergence by neighbours needs at least {fewest} samples, twice the "
            f"{window} over which these data remember; got {samples}."
        )
    places = evenly(_PLACES, samples)
    own = np.empty(len(places))
    tree = KDTree(truth)
    count, open_ = _NEIGHBOURS + 8, np.arange(len(places))
    while len(open_):
        count = min(count, samples)
        distances, found = nearest(tree, truth[places[open_]], count)
        apart = np.abs(found - places[open_, None]) > window
        has = apart.sum(1) >= _NEIGHBOURS
        fifth = (apart.cumsum(1) == _NEIGHBOURS).argmax(1)
        own[open_[has]] = distances[has, fifth[has]]
        open_ = open_[~has]
        count *= 4
    other = nearest(KDTree(run), truth[places], _NEIGHBOURS)[0][:, -1]
    # Records that coincide, in part or on a lattice, have distances of zero.
    least = 1e-12
    logs = np.log(np.maximum(other, least)) - np.log(np.maximum(own, least))
    library = samples - 2 * window - 1
    value = n * float(logs.mean()) + float(np.log(samples / library))
    return takens.Score(
        value=value,
        unit="nats",
        convention=(
            f"KL(truth || generated), distances to the {_NEIGHBOURS}th neighbours in {n} "
            f"dimensions, {samples} samples, neighbours within {window} samples left out"
        ),
        details={
            "samples": samples,
            "places": len(places),
            "neighbours": _NEIGHBOURS,
            "theiler": window,
        },
    )
