"""The aspects that there were while their list was closed."""

import enum


class Aspect(enum.StrEnum):
    """Aspects by name, equal to the words that findings have now; deprecated."""

    STABILITY = "stability"
    GEOMETRY = "geometry"
    SPECTRUM = "spectrum"
    EXPONENTS = "exponents"
    PREDICTION = "prediction"
