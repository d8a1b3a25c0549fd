"""The largest Lyapunov exponent of what was generated and of the data, both from records."""

from typing import Any, Literal, final

import attrs

import takens
from takens_metrics.data_exponent import exponent_from_data
from takens_metrics.separation import METHODS


@final
@attrs.frozen
class LyapunovFromData:
    """The largest exponent by how neighbours separate in a record; needs no equations.

    The value is that of what was generated, the reference that of the data by the same
    settings. ``details`` hold both curves with their straight parts, and both intervals.

    Raises: ComponentError where the method is unknown or a number of samples is below 1.

    Source: Rosenstein, Collins, De Luca (1993), Physica D 65, 117-134; Kantz (1994), Phys.
    Lett. A 185, 77-87.
    """

    method: Literal["rosenstein", "kantz"] = "rosenstein"
    theiler: int | Literal["auto"] = "auto"
    steps: int | Literal["auto"] = "auto"
    delays: int | Literal["auto"] = "auto"
    lag: int | Literal["auto"] = "auto"
    horizon = None

    def __attrs_post_init__(self) -> None:
        if self.method not in METHODS:
            raise takens.ComponentError(
                f"lyapunov_from_data: method is one of {', '.join(METHODS)}; got "
                f"{self.method!r}."
            )
        for name in ("theiler", "steps", "delays", "lag"):
            given = getattr(self, name)
            if given != "auto" and given < 1:
                raise takens.ComponentError(
                    f"lyapunov_from_data: {name} is at least 1 sample, or 'auto'; got {given}."
                )

    def compare(
        self, reference: takens.TimeSeries, generated: takens.TimeSeries, /
    ) -> takens.Score:
        """Estimate from two records `(T, n)`.

        Raises: DataError where the reference is too short, not equally spaced, or constant.
        """
        settings: dict[str, Any] = {
            "method": self.method,
            "theiler": self.theiler,
            "steps": self.steps,
            "delays": self.delays,
            "lag": self.lag,
        }
        true = exponent_from_data(reference, **settings)
        # Both are to be measured alike: what follows from the data goes for both.
        for name in ("theiler", "delays", "lag"):
            settings[name] = true.details[name]
        settings["steps"] = len(true.details["curve"])
        try:
            found = exponent_from_data(generated, **settings)
        except takens.DataError as error:
            reason = f"what was generated has no exponent: {error}"
            found = attrs.evolve(true, value=None, error=None, details={"reason": reason})
        details = dict(found.details) | {
            "reference_error": true.error,
            "reference_details": dict(true.details),
        }
        return attrs.evolve(found, reference=true.value, details=details)
