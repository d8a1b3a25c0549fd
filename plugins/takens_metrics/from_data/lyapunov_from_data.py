"""The largest Lyapunov exponent of what was generated and of the data, both from records."""

from typing import final

import attrs

import takens
from takens_metrics.from_data.data_exponent import exponent_from_data, exponent_of
from takens_metrics.from_data.separation import separation_of
from takens_metrics.from_data.with_reference import beside, without_value
from takens_metrics.settings import LyapunovFromDataSettings


@final
class LyapunovFromData(LyapunovFromDataSettings):
    """The largest exponent by how neighbours separate in a record; needs no equations.

    The value is that of what was generated, the reference that of the data by the same
    settings. ``details`` hold both curves with their straight parts, and both intervals.
    Errors are those of an exponent; a verdict on the two compares them by what is left when
    the method's bias is that of both.

    Raises: ComponentError where the method is unknown or a number of samples is below 1.

    Source: Rosenstein, Collins, De Luca (1993), Physica D 65, 117-134; Kantz (1994), Phys.
    Lett. A 185, 77-87.
    """

    horizon = None
    evidence = takens.plugin.Evidence("exponents", "estimate", "exponents")

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Estimate from two records `(T, n)`.

        Raises: DataError where the reference is too short, not equally spaced, or constant.
        """
        apart = separation_of(
            reference,
            method=self.method,
            theiler=self.theiler,
            steps=self.steps,
            delays=self.delays,
            lag=self.lag,
            seed=0,
        )
        true = exponent_of(apart, reference.dt, self.method, seed=0)
        try:
            # Both are to be measured alike: what follows from the data goes for both.
            found = exponent_from_data(
                generated,
                method=self.method,
                theiler=apart.theiler,
                steps=len(apart.curve),
                delays=apart.delays,
                lag=apart.lag,
            )
        except takens.errors.DataError as error:
            reason = f"what was generated has no exponent: {error}"
            found = without_value(true, reason)
        scores = beside(found, true)
        # The bias of the method is that of both, and does not tell one from the other.
        parts = {
            name: attrs.evolve(part, reference_error=true.parts[name].error)
            for name, part in found.parts.items()
            if name in true.parts
        }
        return attrs.evolve(scores, parts=parts)
