"""Whether data can be learned from at all."""

from __future__ import annotations

from typing import Final

from takens._examining.examination import Examination
from takens.errors import DataError

_SAMPLES: Final = 100
_PERIODS: Final = 5
# A share of linear surrogates that are forecast as well: below it, the data are not linear.
_LEVEL: Final = 0.01
# In standard deviations: what a linear model foretells better than so is a cycle, not noise.
_FORETOLD: Final = 0.5


def refuse_hopeless(found: Examination) -> None:
    """Refuse data that no model can be learned from and judged on.

    Raises: DataError with the reason, and what would help.
    """
    if found.samples < _SAMPLES:
        raise DataError(
            f"{found.samples} samples are left to learn from, and {_SAMPLES} are the fewest; "
            "measure longer, or forecast with a linear model."
        )
    if all(variable.spread == 0 for variable in found.variables):
        raise DataError("Nothing varies in these data; there is nothing to learn.")
    held = found.length_in_periods
    if held is not None and held < _PERIODS:
        raise DataError(
            f"The part to learn from holds {held:.2g} periods, and {_PERIODS} are the fewest; "
            "measure longer."
        )
    told = found.forecasts
    if told is None:
        memory = (
            ""
            if found.delay is None
            else (f" (it takes {found.delay / found.dt:.0f} samples to forget the past)")
        )
        raise DataError(
            "The longest stretch without a gap is too short to say whether anything can be "
            f"foretold{memory}; measure longer, fill the gaps, or take a trend or drift away."
        )
    nonlinear = told.beats_linear and told.beats_persistence
    cycle = told.linear_beats_persistence and told.linear < _FORETOLD
    surrogates = found.chance is not None and found.chance <= _LEVEL
    if not (nonlinear or cycle or surrogates):
        chance = (
            ""
            if found.chance is None
            else (
                f", and {100 * found.chance:.0f} % of {found.surrogates} linear surrogates are "
                "foretold as well"
            )
        )
        raise DataError(
            "There is no sign of dynamics to learn: forecasts by near states (error "
            f"{told.analogue:.2g} standard deviations) do not beat a linear model "
            f"({told.linear:.2g}) and the last value ({told.persistence:.2g}){chance}. These "
            "data are noise as far as can be told; a longer or cleaner record may tell more."
        )
