"""The distance of means."""

from typing import final

import attrs

import takens


@final
@attrs.frozen
class MeanDistance:
    """How far the mean of a free run is from the true mean, in true standard deviations.

    The mean over the variables; 0 is best.
    """

    horizon = None
    evidence = takens.plugin.Evidence("geometry", by="distance")

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Compare two series of shape `(T, n)`.

        Raises: DataError where a variable of the truth does not vary.
        """
        spread = reference.x.std(-2)
        if not bool((spread > 0).all()):
            raise takens.errors.DataError(
                "mean_distance needs a truth that varies in every variable."
            )
        off = (generated.x.mean(-2) - reference.x.mean(-2)).abs() / spread
        return takens.Score(
            value=float(off.mean()),
            unit="standard deviations",
            convention="mean over variables",
            details={"by_variable": off.tolist()},
        )
