"""Metrics that judge what a model learned."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_metrics.correlation_dimension import (
        CorrelationDimension as CorrelationDimension,
        correlation_dimension_from_data as correlation_dimension_from_data,
    )
    from takens_metrics.data_exponent import exponent_from_data as exponent_from_data
    from takens_metrics.lyapunov_from_data import LyapunovFromData as LyapunovFromData
    from takens_metrics.lyapunov_spectrum import LyapunovSpectrum as LyapunovSpectrum
    from takens_metrics.max_lyapunov import MaxLyapunov as MaxLyapunov
    from takens_metrics.memory_distances import (
        AutocorrelationDistance as AutocorrelationDistance,
        MutualInformationDistance as MutualInformationDistance,
    )
    from takens_metrics.moments_distance import MomentsDistance as MomentsDistance
    from takens_metrics.prediction_error import PredictionError as PredictionError
    from takens_metrics.return_map_distance import ReturnMapDistance as ReturnMapDistance
    from takens_metrics.scaled_errors import (
        MASE as MASE,
        SMAPE as SMAPE,
    )
    from takens_metrics.sliced_wasserstein import SlicedWasserstein as SlicedWasserstein
    from takens_metrics.spectrum_correlation import SpectrumCorrelation as SpectrumCorrelation
    from takens_metrics.spectrum_distance import SpectrumDistance as SpectrumDistance
    from takens_metrics.spectrum_summaries import (
        KaplanYorkeDimension as KaplanYorkeDimension,
        KolmogorovSinaiEntropy as KolmogorovSinaiEntropy,
        kaplan_yorke as kaplan_yorke,
        positive_sum as positive_sum,
    )
    from takens_metrics.state_space_divergence import (
        StateSpaceDivergence as StateSpaceDivergence,
    )
    from takens_metrics.valid_prediction_time import ValidPredictionTime as ValidPredictionTime

TAKENS_API = 2

_HOME = {
    "AutocorrelationDistance": "memory_distances",
    "CorrelationDimension": "correlation_dimension",
    "KaplanYorkeDimension": "spectrum_summaries",
    "KolmogorovSinaiEntropy": "spectrum_summaries",
    "LyapunovFromData": "lyapunov_from_data",
    "LyapunovSpectrum": "lyapunov_spectrum",
    "MASE": "scaled_errors",
    "MaxLyapunov": "max_lyapunov",
    "MomentsDistance": "moments_distance",
    "MutualInformationDistance": "memory_distances",
    "PredictionError": "prediction_error",
    "ReturnMapDistance": "return_map_distance",
    "SMAPE": "scaled_errors",
    "SlicedWasserstein": "sliced_wasserstein",
    "SpectrumCorrelation": "spectrum_correlation",
    "SpectrumDistance": "spectrum_distance",
    "StateSpaceDivergence": "state_space_divergence",
    "ValidPredictionTime": "valid_prediction_time",
    "correlation_dimension_from_data": "correlation_dimension",
    "kaplan_yorke": "spectrum_summaries",
    "exponent_from_data": "data_exponent",
    "positive_sum": "spectrum_summaries",
}

_ORBITS = (
    takens.Parameter("steps", 10_000, unit="samples", summary="measured, per start"),
    takens.Parameter(
        "transient",
        1_000,
        unit="samples",
        summary="discarded twice: by the state alone, then with its tangent vectors",
    ),
    takens.Parameter(
        "qr_interval",
        "auto",
        unit="samples",
        summary="between two orthogonalisations; auto follows from the growth",
        types=(int,),
        choices=("auto",),
    ),
    takens.Parameter(
        "precision",
        None,
        unit="fraction of the largest exponent",
        summary="standard error at which to stop; steps are doubled until it is reached",
        types=(float,),
    ),
    takens.Parameter(
        "most_steps", 1_000_000, unit="samples", summary="where doubling for precision ends"
    ),
)


def _samples(name: str, summary: str) -> takens.Parameter:
    return takens.Parameter(
        name,
        "auto",
        unit="samples",
        summary=f"{summary}; auto follows from the data",
        types=(int,),
        choices=("auto",),
    )


_BENETTIN = "Benettin, Galgani, Giorgilli, Strelcyn (1980), Meccanica 15, 9-30"


# For the conformance kit.
_SHORT: Final = {"steps": 2000, "transient": 100}


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the metrics of this package."""
    yield takens.ComponentSpec(
        kind="metric",
        name="max_lyapunov",
        target="takens_metrics.max_lyapunov:MaxLyapunov",
        summary="Largest Lyapunov exponent of the dynamics, over a batch of starts.",
        parameters=_ORBITS,
        supports=("reference",),
        example=_SHORT,
        source=_BENETTIN,
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="lyapunov_spectrum",
        target="takens_metrics.lyapunov_spectrum:LyapunovSpectrum",
        summary="Spectrum of Lyapunov exponents, with checks; the value is the largest.",
        parameters=(
            *_ORBITS,
            takens.Parameter(
                "count",
                "all",
                summary="how many of the largest exponents",
                types=(int,),
                choices=("all",),
            ),
        ),
        supports=("reference",),
        example=_SHORT,
        source=_BENETTIN,
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="kaplan_yorke_dimension",
        target="takens_metrics.spectrum_summaries:KaplanYorkeDimension",
        summary="Dimension of the attractor that follows from the Lyapunov spectrum.",
        parameters=_ORBITS,
        supports=("reference",),
        example=_SHORT,
        source="Kaplan, Yorke (1979), Lect. Notes Math. 730, 204-227",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="kolmogorov_sinai_entropy",
        target="takens_metrics.spectrum_summaries:KolmogorovSinaiEntropy",
        summary="Sum of the positive Lyapunov exponents, which bounds the entropy.",
        parameters=_ORBITS,
        supports=("reference",),
        example=_SHORT,
        source="Pesin (1977), Russ. Math. Surv. 32, 55-114",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="lyapunov_from_data",
        target="takens_metrics.lyapunov_from_data:LyapunovFromData",
        summary="Largest Lyapunov exponent of the generated record, beside that of the data.",
        parameters=(
            takens.Parameter(
                "method",
                "rosenstein",
                summary="how neighbours are chosen and averaged",
                choices=("rosenstein", "kantz"),
            ),
            _samples("theiler", "least distance in time of two neighbours"),
            _samples("steps", "how long neighbours are followed"),
            takens.Parameter(
                "delays",
                "auto",
                summary="delays of each variable; auto is 5 for one variable, else 1",
                types=(int,),
                choices=("auto",),
            ),
            _samples("lag", "between two delays"),
        ),
        source="Rosenstein, Collins, De Luca (1993), Physica D 65, 117-134",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="state_space_divergence",
        target="takens_metrics.state_space_divergence:StateSpaceDivergence",
        summary="Kullback-Leibler divergence of state-space occupation.",
        parameters=(
            takens.Parameter(
                "bins",
                "auto",
                summary="bins along each dimension; auto follows from length and dimension",
                types=(int,),
                choices=("auto",),
            ),
            takens.Parameter(
                "convention",
                "takens",
                summary="ours, or one of those that were published",
                choices=(
                    "takens",
                    "hess2023",
                    "brenner2022",
                    "brenner2024",
                    "neighbours",
                    "mixture",
                ),
            ),
        ),
        source="Koppe et al. (2019), PLoS Comput. Biol. 15, e1007263",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="sliced_wasserstein",
        target="takens_metrics.sliced_wasserstein:SlicedWasserstein",
        summary="Mean Wasserstein-1 distance of the states over random directions.",
        parameters=(takens.Parameter("directions", 100, summary="random directions"),),
        source="Rabin, Peyre, Delon, Bernot (2012), LNCS 6667, 435-446",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="correlation_dimension",
        target="takens_metrics.correlation_dimension:CorrelationDimension",
        summary="Correlation dimension of the generated record, beside that of the data.",
        parameters=(_samples("theiler", "least distance in time of the two of a pair"),),
        source="Grassberger, Procaccia (1983), Physica D 9, 189-208",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="moments_distance",
        target="takens_metrics.moments_distance:MomentsDistance",
        summary="Differences of mean, spread, skewness and kurtosis of every variable.",
        source="Kantz, Schreiber (2004), Nonlinear Time Series Analysis, section 2.2",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="return_map_distance",
        target="takens_metrics.return_map_distance:ReturnMapDistance",
        summary="Sliced Wasserstein distance of the clouds of successive maxima.",
        parameters=(
            takens.Parameter("variable", -1, summary="its number from 0; -1 for all of them"),
        ),
        source="Lorenz (1963), J. Atmos. Sci. 20, 130-141",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="spectrum_distance",
        target="takens_metrics.spectrum_distance:SpectrumDistance",
        summary="Hellinger distance of smoothed power spectra, mean over dimensions.",
        parameters=(
            takens.Parameter(
                "sigma",
                "auto",
                unit="1 / time unit, or frequency bins by mikhaeil2022",
                summary="width of the Gaussian smoothing; auto is 10 % of the mean frequency",
                types=(float,),
                choices=("auto",),
            ),
            takens.Parameter(
                "convention",
                "frequency",
                summary="smoothing in physical frequency, or in bins as published",
                choices=("frequency", "mikhaeil2022"),
            ),
        ),
        source="Mikhaeil, Monfared, Durstewitz (2022), NeurIPS",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="spectrum_correlation",
        target="takens_metrics.spectrum_correlation:SpectrumCorrelation",
        summary="Correlation of decibel spectra, as published in 2022; higher is better.",
        parameters=(
            takens.Parameter(
                "sigma", 20.0, unit="frequency bins", summary="width of the Gaussian smoothing"
            ),
            takens.Parameter(
                "cutoff", 0, unit="frequency bins", summary="the last that counts; 0 for all"
            ),
        ),
        source="Brenner et al. (2022), ICML",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="autocorrelation_distance",
        target="takens_metrics.memory_distances:AutocorrelationDistance",
        summary="Root mean square difference of autocorrelations over lags.",
        parameters=(_samples("lags", "the longest lag"),),
        source="Kantz, Schreiber (2004), Nonlinear Time Series Analysis, section 2.3",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="mutual_information_distance",
        target="takens_metrics.memory_distances:MutualInformationDistance",
        summary="Root mean square difference of delayed mutual informations over lags.",
        parameters=(_samples("lags", "the longest lag"),),
        source="Fraser, Swinney (1986), Phys. Rev. A 33, 1134-1140",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="prediction_error",
        target="takens_metrics.prediction_error:PredictionError",
        summary="Error of forecasts from every start, against persistence and a linear one.",
        parameters=(
            takens.Parameter(
                "steps",
                (1, 5, 20),
                unit="samples",
                summary="how far ahead; the largest gives the value",
                types=(list,),
            ),
        ),
        source="Hess, Monfared, Brenner, Durstewitz (2023), ICML",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="valid_prediction_time",
        target="takens_metrics.valid_prediction_time:ValidPredictionTime",
        summary="Time until forecasts leave the truth, in Lyapunov times.",
        parameters=(
            takens.Parameter("horizon", 500, unit="samples", summary="length of forecasts"),
            takens.Parameter(
                "threshold",
                0.5,
                unit="standard deviations",
                summary="error above which a forecast is no longer valid",
            ),
            takens.Parameter(
                "exponent",
                None,
                unit="1 / time unit",
                summary="largest Lyapunov exponent; taken from the system where it is known",
                types=(float,),
            ),
        ),
        source="Vlachas et al. (2020), Neural Networks 126, 191-217",
        example={"horizon": 60},
        excused={"metric_is_best_on_identical_series": "the longer the better, without end"},
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="mase",
        target="takens_metrics.scaled_errors:MASE",
        summary="Mean absolute error of forecasts over that of the naive one.",
        parameters=(takens.Parameter("steps", 10, unit="samples", summary="how many count"),),
        source="Hyndman, Koehler (2006), Int. J. Forecasting 22, 679-688",
    )
    yield takens.ComponentSpec(
        kind="metric",
        name="smape",
        target="takens_metrics.scaled_errors:SMAPE",
        summary="Symmetric mean absolute percentage error of forecasts.",
        parameters=(takens.Parameter("steps", 10, unit="samples", summary="how many count"),),
        source="Gilpin (2021), NeurIPS datasets and benchmarks",
    )


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"takens_metrics.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
