"""The spectrum of Lyapunov exponents."""

from typing import Any, final

from torch import Tensor

import takens
from takens_metrics.lyapunov.exponents import Measured, OrbitExponents
from takens_metrics.settings import LyapunovSpectrumSettings


@final
class LyapunovSpectrum(OrbitExponents, LyapunovSpectrumSettings):
    """The mean rates at which volumes of 1, 2, ... dimensions grow, in 1 / time unit.

    The value is the largest exponent; ``details`` gives the ``count`` largest as ``spectrum``
    with ``spectrum_error``, their ``sum`` with its error, and the ``checks``: the sum against
    the mean divergence of the field (for maps the mean log |det| of the Jacobian), an exponent
    of zero where the dynamics are a flow, the largest one against the separation of pairs of
    orbits, another interval between orthogonalisations, and half the step.

    Raises: ComponentError where a number of steps, or ``count``, is below 1.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Lyapunov characteristic exponents
    for smooth dynamical systems, Meccanica 15, 9-30.
    """

    name = "lyapunov_spectrum"
    evidence = takens.plugin.Evidence("exponents", "estimate", "exponents")

    def measure(self, step: takens.plugin.Map, x0: Tensor, dt: float, /) -> takens.Score:
        """Measure a map that advances time by ``dt``, from float64 starts `x0: (starts, d)`.

        Raises: DataError where the starts are not such, or not finite, or have fewer
        dimensions than ``count``.
        """
        dim = takens.plugin.tangent_dim(step, x0)
        count = dim if self.count == "all" else self.count
        if count > dim:
            raise takens.errors.DataError(
                f"lyapunov_spectrum: {count} exponents were asked for, and the state has "
                f"{dim} dimensions; ask for fewer, or for 'all'."
            )
        found = self.growth_rates(step, x0, dt, count)
        convention = "natural logarithm, per unit of time; the largest of the spectrum"
        return found.largest(convention, spectrum_details(found))

    def reference(self, facts: takens.plugin.Facts, /) -> float | None:
        """Return the first exponent of the published spectrum."""
        return facts.lyapunov_spectrum[0] if facts.lyapunov_spectrum else None


def spectrum_details(found: Measured) -> dict[str, Any]:
    """Return the spectrum and its sum, with errors, as lists and numbers."""
    samples = found.samples
    if samples is None:
        return {"spectrum": None, "spectrum_error": None}
    details: dict[str, Any] = {
        "spectrum": found.exponents.tolist(),
        "spectrum_error": None,
        "sum": float(samples.mean.sum()),
    }
    if samples.source:
        total = samples.rates.sum(1)
        details["spectrum_error"] = found.errors.tolist()
        details["sum_error"] = float(total.std(ddof=1) / len(total) ** 0.5)
    return details
