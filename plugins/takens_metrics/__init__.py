"""Metrics that judge what a model learned."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_metrics.effects.mean_shift import MeanShift as MeanShift
    from takens_metrics.effects.scale_ratio import ScaleRatio as ScaleRatio
    from takens_metrics.effects.time_asymmetry import TimeAsymmetry as TimeAsymmetry
    from takens_metrics.effects.time_scale_ratio import TimeScaleRatio as TimeScaleRatio
    from takens_metrics.fates.other_attractors import OtherAttractors as OtherAttractors
    from takens_metrics.fates.stability import Stability as Stability
    from takens_metrics.forecasts.deviance import Deviance as Deviance
    from takens_metrics.forecasts.forecast_curve import ForecastCurve as ForecastCurve
    from takens_metrics.forecasts.prediction_error import PredictionError as PredictionError
    from takens_metrics.forecasts.scaled_errors import MASE as MASE, SMAPE as SMAPE
    from takens_metrics.forecasts.valid_prediction_time import (
        ValidPredictionTime as ValidPredictionTime,
    )
    from takens_metrics.from_data.correlation_dimension import (
        CorrelationDimension as CorrelationDimension,
        correlation_dimension_from_data as correlation_dimension_from_data,
    )
    from takens_metrics.from_data.data_exponent import exponent_from_data as exponent_from_data
    from takens_metrics.from_data.lyapunov_from_data import LyapunovFromData as LyapunovFromData
    from takens_metrics.geometry.joint_law_distance import JointLawDistance as JointLawDistance
    from takens_metrics.geometry.moments_distance import MomentsDistance as MomentsDistance
    from takens_metrics.geometry.return_map_distance import (
        ReturnMapDistance as ReturnMapDistance,
    )
    from takens_metrics.geometry.sliced_wasserstein import (
        SlicedWasserstein as SlicedWasserstein,
    )
    from takens_metrics.geometry.state_space_divergence import (
        StateSpaceDivergence as StateSpaceDivergence,
    )
    from takens_metrics.lyapunov.lyapunov_spectrum import LyapunovSpectrum as LyapunovSpectrum
    from takens_metrics.lyapunov.max_lyapunov import MaxLyapunov as MaxLyapunov
    from takens_metrics.lyapunov.spectrum_summaries import (
        KaplanYorkeDimension as KaplanYorkeDimension,
        KolmogorovSinaiEntropy as KolmogorovSinaiEntropy,
        kaplan_yorke as kaplan_yorke,
        positive_sum as positive_sum,
    )
    from takens_metrics.spectra.memory_distances import (
        AutocorrelationDistance as AutocorrelationDistance,
        MutualInformationDistance as MutualInformationDistance,
    )
    from takens_metrics.spectra.spectrum_correlation import (
        SpectrumCorrelation as SpectrumCorrelation,
    )
    from takens_metrics.spectra.spectrum_distance import SpectrumDistance as SpectrumDistance

TAKENS_API = 2

# Followed along orbits, and short ones for the conformance kit.
_EXPONENTS: Final[Mapping[str, Any]] = {
    "supports": ("reference",),
    "example": {"steps": 2000, "transient": 100},
}
_METRICS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "max_lyapunov": ("lyapunov.max_lyapunov:MaxLyapunov", _EXPONENTS),
    "lyapunov_spectrum": ("lyapunov.lyapunov_spectrum:LyapunovSpectrum", _EXPONENTS),
    "kaplan_yorke_dimension": ("lyapunov.spectrum_summaries:KaplanYorkeDimension", _EXPONENTS),
    "kolmogorov_sinai_entropy": (
        "lyapunov.spectrum_summaries:KolmogorovSinaiEntropy",
        _EXPONENTS,
    ),
    "lyapunov_from_data": ("from_data.lyapunov_from_data:LyapunovFromData", {}),
    "state_space_divergence": ("geometry.state_space_divergence:StateSpaceDivergence", {}),
    "sliced_wasserstein": ("geometry.sliced_wasserstein:SlicedWasserstein", {}),
    "correlation_dimension": ("from_data.correlation_dimension:CorrelationDimension", {}),
    "moments_distance": ("geometry.moments_distance:MomentsDistance", {}),
    "return_map_distance": ("geometry.return_map_distance:ReturnMapDistance", {}),
    "spectrum_distance": ("spectra.spectrum_distance:SpectrumDistance", {}),
    "spectrum_correlation": ("spectra.spectrum_correlation:SpectrumCorrelation", {}),
    "autocorrelation_distance": ("spectra.memory_distances:AutocorrelationDistance", {}),
    "mutual_information_distance": ("spectra.memory_distances:MutualInformationDistance", {}),
    "prediction_error": ("forecasts.prediction_error:PredictionError", {}),
    "valid_prediction_time": (
        "forecasts.valid_prediction_time:ValidPredictionTime",
        {
            "example": {"horizon": 60},
            "excused": {
                "metric_is_best_on_identical_series": "the longer the better, without end"
            },
        },
    ),
    "mean_shift": ("effects.mean_shift:MeanShift", {}),
    "scale_ratio": ("effects.scale_ratio:ScaleRatio", {}),
    "time_scale_ratio": ("effects.time_scale_ratio:TimeScaleRatio", {}),
    "time_asymmetry": ("effects.time_asymmetry:TimeAsymmetry", {}),
    "stability": ("fates.stability:Stability", {}),
    "other_attractors": ("fates.other_attractors:OtherAttractors", {}),
    "joint_law_distance": ("geometry.joint_law_distance:JointLawDistance", {}),
    "forecast_curve": (
        "forecasts.forecast_curve:ForecastCurve",
        {"example": {"horizon": 60}},
    ),
    "deviance": ("forecasts.deviance:Deviance", {}),
    "mase": ("forecasts.scaled_errors:MASE", {}),
    "smape": ("forecasts.scaled_errors:SMAPE", {}),
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the metrics of this package."""
    for name, (place, more) in _METRICS.items():
        yield takens.plugin.ComponentSpec(
            kind="metric",
            name=name,
            target=f"takens_metrics.{place}",
            settings=f"takens_metrics.settings:{place.partition(':')[2]}Settings",
            **more,
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
