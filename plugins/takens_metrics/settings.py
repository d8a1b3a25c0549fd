"""The settings of every metric, which are its parameters: imported without numpy and torch."""

from typing import Any, Final, Literal, TypeAlias

import attrs

import takens

Method: TypeAlias = Literal["rosenstein", "kantz"]
Samples: TypeAlias = int | Literal["auto"]
Convention: TypeAlias = Literal[
    "takens", "hess2023", "brenner2022", "brenner2024", "neighbours", "mixture"
]
_EXPONENT: Final = takens.plugin.parameter(
    None,
    unit="1 / time unit",
    summary="largest Lyapunov exponent; taken from the system where it is known",
    above=0,
    finite=True,
)


def _samples(summary: str) -> Any:
    return takens.plugin.parameter(
        "auto", unit="samples", summary=f"{summary}; auto follows from the data", at_least=1
    )


@attrs.frozen
class OrbitSettings:
    """How all metrics of Lyapunov exponents follow orbits."""

    steps: Samples = takens.plugin.parameter(
        "auto",
        unit="samples",
        summary="measured, per start; auto follows from period and exponents",
        at_least=1,
    )
    transient: Samples = takens.plugin.parameter(
        "auto",
        unit="samples",
        summary="discarded twice: by the state alone, then with tangents; auto as for steps",
        at_least=1,
    )
    qr_interval: Samples = takens.plugin.parameter(
        "auto",
        unit="samples",
        summary="between two orthogonalisations; auto follows from the growth",
        at_least=1,
    )
    precision: float | None = takens.plugin.parameter(
        None,
        unit="fraction of the largest exponent",
        summary="standard error at which to stop; steps are doubled until it is reached",
        above=0,
        below=1,
    )
    most_steps: int = takens.plugin.parameter(
        1_000_000, unit="samples", summary="where doubling for precision ends", at_least=1
    )


@attrs.frozen
class MaxLyapunovSettings(OrbitSettings):
    """Largest Lyapunov exponent of the dynamics, over a batch of starts.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Meccanica 15, 9-30.
    """


@attrs.frozen
class LyapunovSpectrumSettings(OrbitSettings):
    """Spectrum of Lyapunov exponents, with checks; the value is the largest.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Meccanica 15, 9-30.
    """

    count: int | Literal["all"] = takens.plugin.parameter(
        "all", summary="how many of the largest exponents", at_least=1
    )


@attrs.frozen
class KaplanYorkeDimensionSettings(OrbitSettings):
    """Dimension of the attractor that follows from the Lyapunov spectrum.

    Source: Kaplan, Yorke (1979), Lect. Notes Math. 730, 204-227.
    """


@attrs.frozen
class KolmogorovSinaiEntropySettings(OrbitSettings):
    """Sum of the positive Lyapunov exponents, which bounds the entropy.

    Source: Pesin (1977), Russ. Math. Surv. 32, 55-114.
    """


@attrs.frozen
class LyapunovFromDataSettings:
    """Largest Lyapunov exponent of the generated record, beside that of the data.

    Source: Rosenstein, Collins, De Luca (1993), Physica D 65, 117-134.
    """

    method: Method = takens.plugin.parameter(
        "rosenstein", summary="how neighbours are chosen and averaged"
    )
    theiler: Samples = _samples("least distance in time of two neighbours")
    steps: Samples = _samples("how long neighbours are followed")
    delays: Samples = takens.plugin.parameter(
        "auto",
        summary="delays of each variable; auto is 5 for one variable, else 1",
        at_least=1,
    )
    lag: Samples = _samples("between two delays")


@attrs.frozen
class StateSpaceDivergenceSettings:
    """Kullback-Leibler divergence of state-space occupation.

    Source: Koppe et al. (2019), PLoS Comput. Biol. 15, e1007263.
    """

    bins: Samples = takens.plugin.parameter(
        "auto",
        summary="bins along each dimension; auto follows from length and dimension",
        at_least=2,
    )
    convention: Convention = takens.plugin.parameter(
        "takens", summary="ours, or one of those that were published"
    )


@attrs.frozen
class SlicedWassersteinSettings:
    """Mean Wasserstein-1 distance of the states over random directions.

    Source: Rabin, Peyre, Delon, Bernot (2012), LNCS 6667, 435-446.
    """

    directions: int = takens.plugin.parameter(100, summary="random directions", at_least=1)


@attrs.frozen
class CorrelationDimensionSettings:
    """Correlation dimension of the generated record, beside that of the data.

    Source: Grassberger, Procaccia (1983), Physica D 9, 189-208.
    """

    theiler: Samples = _samples("least distance in time of the two of a pair")


@attrs.frozen
class MomentsDistanceSettings:
    """Differences of mean, spread, skewness and kurtosis of every variable.

    Source: Kantz, Schreiber (2004), Nonlinear Time Series Analysis, section 2.2.
    """


@attrs.frozen
class ReturnMapDistanceSettings:
    """Sliced Wasserstein distance of the clouds of successive maxima.

    Source: Lorenz (1963), J. Atmos. Sci. 20, 130-141.
    """

    variable: int = takens.plugin.parameter(
        -1, summary="its number from 0; -1 for all of them", at_least=-1
    )


@attrs.frozen
class SpectrumDistanceSettings:
    """Hellinger distance of smoothed power spectra, mean over dimensions.

    Source: Mikhaeil, Monfared, Durstewitz (2022), NeurIPS.
    """

    sigma: float | Literal["auto"] = takens.plugin.parameter(
        "auto",
        unit="1 / time unit, or frequency bins by mikhaeil2022",
        summary="width of the Gaussian smoothing; auto is 10 % of the mean frequency",
        above=0,
        finite=True,
    )
    convention: Literal["frequency", "mikhaeil2022"] = takens.plugin.parameter(
        "frequency", summary="smoothing in physical frequency, or in bins as published"
    )


@attrs.frozen
class SpectrumCorrelationSettings:
    """Correlation of decibel spectra, as published in 2022; higher is better.

    Source: Brenner et al. (2022), ICML.
    """

    sigma: float = takens.plugin.parameter(
        20.0,
        unit="frequency bins",
        summary="width of the Gaussian smoothing",
        above=0,
        finite=True,
    )
    cutoff: int = takens.plugin.parameter(
        0, unit="frequency bins", summary="the last that counts; 0 for all", at_least=0
    )


@attrs.frozen
class LagsSettings:
    """How far distances of memory look back."""

    lags: Samples = _samples("the longest lag")


@attrs.frozen
class AutocorrelationDistanceSettings(LagsSettings):
    """Root mean square difference of autocorrelations over lags.

    Source: Kantz, Schreiber (2004), Nonlinear Time Series Analysis, section 2.3.
    """


@attrs.frozen
class MutualInformationDistanceSettings(LagsSettings):
    """Root mean square difference of delayed mutual informations over lags.

    Source: Fraser, Swinney (1986), Phys. Rev. A 33, 1134-1140.
    """


@attrs.frozen
class DevianceSettings:
    """Deviance of forecasts by models with a likelihood, against a constant law.

    Source: McCullagh and Nelder (1989), Generalized linear models, section 2.3.
    """

    horizon: int = takens.plugin.parameter(
        1, unit="samples", summary="how far ahead", at_least=1
    )


@attrs.frozen
class PredictionErrorSettings:
    """Error of forecasts from many starts, against persistence and a linear one.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), ICML.
    """

    steps: tuple[int, ...] = takens.plugin.parameter(
        (1, 5, 20),
        unit="samples",
        summary="how far ahead; the largest gives the value",
        converter=tuple[int, ...],
        at_least=1,
    )

    def __attrs_post_init__(self) -> None:
        # A configuration can hold a list of anything.
        if not all(type(step) is int for step in self.steps):
            raise takens.errors.ComponentError(
                "PredictionError: steps is a list of whole numbers of samples from 1, as in "
                f"[1, 5, 20]; got {list(self.steps)}."
            )


@attrs.frozen
class ValidPredictionTimeSettings:
    """Time until forecasts leave the truth, in Lyapunov times.

    Source: Vlachas et al. (2020), Neural Networks 126, 191-217.
    """

    horizon: int = takens.plugin.parameter(
        500, unit="samples", summary="length of forecasts", at_least=1
    )
    threshold: float = takens.plugin.parameter(
        0.5,
        unit="standard deviations",
        summary="error above which a forecast is no longer valid",
        above=0,
        finite=True,
    )
    exponent: float | None = _EXPONENT


@attrs.frozen
class FirstStepsSettings:
    """How much of forecasts counts."""

    steps: int = takens.plugin.parameter(
        10, unit="samples", summary="how many count", at_least=1
    )


@attrs.frozen
class MASESettings(FirstStepsSettings):
    """Mean absolute error of forecasts over that of the naive one.

    Source: Hyndman, Koehler (2006), Int. J. Forecasting 22, 679-688.
    """


@attrs.frozen
class SMAPESettings(FirstStepsSettings):
    """Symmetric mean absolute percentage error of forecasts.

    Source: Gilpin (2021), NeurIPS datasets and benchmarks.
    """


@attrs.frozen
class MeanShiftSettings:
    """Shift of the mean of each variable, in standard deviations, with errors by blocks.

    Source: Kuensch (1989), Ann. Statist. 17, 1217-1241.
    """


@attrs.frozen
class ScaleRatioSettings:
    """Ratio of the standard deviations of each variable, with errors by blocks.

    Source: Kuensch (1989), Ann. Statist. 17, 1217-1241.
    """


@attrs.frozen
class TimeScaleRatioSettings:
    """Ratio of time scales: between maxima, or until the past is forgotten.

    Source: Kuensch (1989), Ann. Statist. 17, 1217-1241.
    """


@attrs.frozen
class TimeAsymmetrySettings:
    """Asymmetry under reversal of time, as a share of that of the truth.

    Source: Ramsey, Rothman (1996), J. Money Credit Bank. 28, 1-21.
    """


@attrs.frozen
class StabilitySettings:
    """Share of free runs that diverge, leave, come to rest, or end on a cycle.

    Source: Eckmann, Kamphorst, Ruelle (1987), Europhys. Lett. 4, 973-977.
    """


@attrs.frozen
class OtherAttractorsSettings:
    """Share of starts in a box around the data that end where the data never are.

    Source: Menck, Heitzig, Marwan, Kurths (2013), Nat. Phys. 9, 89-92.
    """

    count: int = takens.plugin.parameter(
        2_000, unit="starts", summary="in the box, fewer where runs are long", at_least=1
    )
    box: float = takens.plugin.parameter(
        4.0,
        unit="standard deviations",
        summary="from the mean to each side of the box",
        above=0,
        finite=True,
    )


@attrs.frozen
class JointLawDistanceSettings:
    """How differently two records go on from the same states.

    Source: Schreiber (1997), Phys. Rev. Lett. 78, 843-846.
    """


@attrs.frozen
class ForecastCurveSettings:
    """Error of forecasts against the time ahead, beside three simple forecasts.

    Source: Lorenz (1969), J. Atmos. Sci. 26, 636-646.
    """

    horizon: int = takens.plugin.parameter(
        200, unit="samples", summary="length of forecasts", at_least=1
    )
    exponent: float | None = _EXPONENT
