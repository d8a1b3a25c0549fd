"""The sizes and times of data from which settings follow."""

from typing import final

import attrs


@final
@attrs.frozen(kw_only=True)
class Scales:
    """What data are like, as far as settings follow from it; times are in samples.

    ``period`` is the strongest, or the mean one where none stands out. ``fast`` is the time in
    which a signal changes by its standard deviation at the rate at which it usually changes,
    the shortest of all variables and without their noise: of a sine its period over 2 pi.
    ``memory`` is the time in which the autocorrelation falls to 1 / e. ``noise`` is the median
    over variables, in standard deviations of the signal. ``dimension`` principal components
    hold most of the variance that is no noise.
    """

    variables: int
    period: float
    fast: float
    memory: int
    noise: float
    dimension: int
