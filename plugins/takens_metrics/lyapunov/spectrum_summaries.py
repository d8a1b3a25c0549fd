"""What follows from a whole spectrum of Lyapunov exponents."""

from collections.abc import Sequence
from typing import final

import numpy as np
from torch import Tensor

import takens
from takens_metrics.lyapunov.exponent_errors import Statistic, jackknife
from takens_metrics.lyapunov.exponents import OrbitExponents
from takens_metrics.lyapunov.lyapunov_spectrum import spectrum_details
from takens_metrics.records import Array
from takens_metrics.settings import KaplanYorkeDimensionSettings, KolmogorovSinaiEntropySettings


def kaplan_yorke(spectrum: Sequence[float] | Array) -> float:
    """Return the Kaplan-Yorke dimension of a whole spectrum, in any order.

    It is j plus `(l_1 + ... + l_j) / |l_{j+1}|` for the largest j for which that sum is not
    negative; 0 where all exponents are negative, and the dimension of the state where no sum
    is.

    Source: Kaplan, Yorke (1979), Chaotic behavior of multidimensional difference equations,
    Lect. Notes Math. 730, 204-227.
    """
    ordered = np.sort(np.asarray(spectrum, dtype=np.float64))[::-1]
    sums = ordered.cumsum()
    negative = np.nonzero(sums < 0)[0]
    if not len(negative):
        return float(len(ordered))
    j = int(negative[0])
    return j + float(sums[j - 1] / abs(ordered[j])) if j else 0.0


def positive_sum(spectrum: Sequence[float] | Array) -> float:
    """Return the sum of the exponents above zero."""
    return float(np.clip(np.asarray(spectrum, dtype=np.float64), 0, None).sum())


class _Summary(OrbitExponents):
    evidence = takens.plugin.Evidence("exponents", "estimate", "exponents")

    def _summarise(
        self,
        step: takens.plugin.Map,
        x0: Tensor,
        dt: float,
        statistic: Statistic,
        unit: str,
        convention: str,
    ) -> takens.Score:
        found = self.growth_rates(step, x0, dt, takens.plugin.tangent_dim(step, x0))
        value = error = None
        source = ""
        if found.samples is not None:
            value = statistic(found.samples.mean)
            if found.samples.source:
                value, error = jackknife(found.samples.rates, statistic)
                source = f"jackknife {found.samples.source.removeprefix('standard error ')}"
        return takens.Score(
            value=value,
            reason=found.reason,
            unit=unit,
            error=error,
            error_over=found.samples.over if found.samples and source else None,
            error_unit=found.samples.unit if found.samples and source else "",
            error_from=source,
            resolution=found.resolution,
            convention=convention,
            details=spectrum_details(found) | found.details,
        )


@final
class KaplanYorkeDimension(_Summary, KaplanYorkeDimensionSettings):
    """The dimension of the attractor that follows from the whole spectrum.

    Its standard error is that of the exponents, carried over by the jackknife.

    Raises: ComponentError where a number of steps is below 1.

    Source: Kaplan, Yorke (1979), Chaotic behavior of multidimensional difference equations,
    Lect. Notes Math. 730, 204-227.
    """

    name = "kaplan_yorke_dimension"

    def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
        """Measure a map that advances time by ``dt``, from float64 starts `x0: (starts, d)`.

        Raises: DataError where the starts are not such, or not finite.
        """
        return self._summarise(
            step, x0, dt, kaplan_yorke, "1", "Kaplan-Yorke, from the whole spectrum"
        )

    def reference(self, facts: takens.plugin.Facts, /) -> float | None:
        """Return the dimension that follows from the published spectrum."""
        return kaplan_yorke(facts.lyapunov_spectrum) if facts.lyapunov_spectrum else None


@final
class KolmogorovSinaiEntropy(_Summary, KolmogorovSinaiEntropySettings):
    """The sum of the positive exponents, in nats / time unit.

    It bounds the entropy of the dynamics from above, and equals it for smooth invariant
    measures. Exponents that are zero within the error of one estimate add a little, the more
    the larger that error is.

    Raises: ComponentError where a number of steps is below 1.

    Source: Ruelle (1978), An inequality for the entropy of differentiable maps, Bol. Soc.
    Bras. Mat. 9, 83-87; Pesin (1977), Russ. Math. Surv. 32, 55-114.
    """

    name = "kolmogorov_sinai_entropy"

    def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
        """Measure a map that advances time by ``dt``, from float64 starts `x0: (starts, d)`.

        Raises: DataError where the starts are not such, or not finite.
        """
        return self._summarise(
            step,
            x0,
            dt,
            positive_sum,
            "nats / time unit",
            "sum of the positive exponents (upper bound), natural logarithm",
        )

    def reference(self, facts: takens.plugin.Facts, /) -> float | None:
        """Return the sum of the positive exponents of the published spectrum."""
        return positive_sum(facts.lyapunov_spectrum) if facts.lyapunov_spectrum else None
