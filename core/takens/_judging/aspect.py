"""The aspects that there were while their list was closed."""

import enum


class Aspect(enum.StrEnum):
    """Aspects by name, equal to the words that findings have now; deprecated."""

    STABILITY = enum.auto()
    GEOMETRY = enum.auto()
    SPECTRUM = enum.auto()
    EXPONENTS = enum.auto()
    PREDICTION = enum.auto()
