"""The settings of every preparation: imported without torch."""

from typing import Literal

import attrs

import takens


@attrs.frozen
class StandardiseSettings:
    """Every variable less its mean, over its standard deviation."""


@attrs.frozen
class DetrendSettings:
    """Every variable less a polynomial of time, which is added again to what comes out."""

    order: int = takens.plugin.parameter(
        1, unit="1", summary="of the polynomial; 0 takes the mean away", at_least=0, at_most=3
    )


@attrs.frozen
class DifferenceSettings:
    """Changes from one sample to a later one, summed up again from the last ones."""

    lag: int = takens.plugin.parameter(
        1, unit="samples", summary="between the two; a season, for one", at_least=1
    )


@attrs.frozen
class TransformSettings:
    """A function of every value, for what is positive or counted.

    Source: Anscombe (1948), The transformation of Poisson, binomial and negative-binomial
    data, Biometrika 35, 246-254.
    """

    by: Literal["log", "sqrt", "anscombe"] = takens.plugin.parameter(
        "log", summary="logarithm, root, or 2 sqrt(x + 3/8), of which counts have variance 1"
    )
    offset: float = takens.plugin.parameter(
        0.0, unit="of the data", summary="added first, so that all is positive", finite=True
    )


@attrs.frozen
class ResampleSettings:
    """Samples on a regular grid, by cubic splines through those that there are.

    The state's ``error`` is by how much every other sample is missed, in the data's units,
    where it is left out: more than the error of the grid.
    """

    dt: float | None = takens.plugin.parameter(
        None, unit="time units of the data", summary="the median step if None", above=0
    )
    longest: float = takens.plugin.parameter(
        5.0, unit="median steps", summary="over which a spline may go", at_least=1
    )


@attrs.frozen
class LowPassSettings:
    """What is slower than a frequency, by a Butterworth filter that shifts nothing in time."""

    cutoff: float = takens.plugin.parameter(
        takens.plugin.REQUIRED,
        unit="1/time unit",
        summary="where half the power is left",
        above=0,
    )
    order: int = takens.plugin.parameter(
        4, unit="1", summary="of the filter", at_least=1, at_most=8
    )


@attrs.frozen
class DecimateSettings:
    """Every so-many-th sample, of what is slow enough for that."""

    every: int = takens.plugin.parameter(
        2, unit="samples", summary="of which one is kept", at_least=2
    )


@attrs.frozen
class FillGapsSettings:
    """Short gaps filled by cubic splines; long ones stay."""

    longest: int = takens.plugin.parameter(
        5, unit="samples", summary="that are filled in a row", at_least=1
    )


@attrs.frozen
class MaskOutliersSettings:
    """Values far from their neighbours taken for missing.

    They are compared with the median of the neighbours, the local slope taken away.

    Source: Pearson (2002), Outliers in process modeling and identification, IEEE Trans.
    Control Syst. Technol. 10, 55-63 (the Hampel filter).
    """

    beyond: float = takens.plugin.parameter(
        6.0, unit="robust standard deviations", summary="from the local median", above=0
    )
    width: int = takens.plugin.parameter(
        7, unit="samples", summary="of the local median", at_least=3
    )


@attrs.frozen
class PrincipalComponentsSettings:
    """The directions in which standardised variables vary most.

    Source: Jolliffe (2002), Principal Component Analysis, 2nd edition, chapter 2.
    """

    count: int | None = takens.plugin.parameter(
        None, unit="1", summary="of components; as many as the share needs if None", at_least=1
    )
    share: float = takens.plugin.parameter(
        0.99, unit="of the variance", summary="that is kept", above=0, at_most=1
    )


@attrs.frozen
class DelaysSettings:
    """The present and past of every variable, as the state.

    Source: Takens (1981), Detecting strange attractors in turbulence, Lecture Notes in
    Mathematics 898, 366-381.
    """

    delay: int | str = takens.plugin.parameter(
        "auto", summary='samples, or how to choose: "auto" and others of takens.embed'
    )
    dimension: int | str = takens.plugin.parameter(
        "auto", summary='coordinates, or how to choose: "auto" and others of takens.embed'
    )
